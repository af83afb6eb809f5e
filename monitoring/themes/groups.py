"""Group vectors by theme: those that are near each other, regardless of their language. Pure.

In: vectors of unit length, their languages, and which are near-duplicates. Out: a group for each, or NONE. Called by
ingest/themes.py and the tests.

How: the mean of each language is taken away, because texts of one language are nearer to each other than to texts that
say the same in another. Each vector is then linked to its nearest neighbors, communities of links are found (Louvain),
and each vector goes to the nearest center of a community. Groups that are small or loose are no themes.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Numbers = NDArray[np.int64]

NONE = -1
MAX_SHAPED = 5000  # vectors that shape the groups: 100 MB of similarities
NEIGHBORS = 12
# The resolution of communities: 1 for SMALL texts, and more for each doubling up to the highest. Found on 1,600 posts
# of 15 industries, all together, three industries and one at a time: large numbers have more themes, and the usual
# resolution of 1 joins them.
SMALL, RESOLUTION_STEP, MAX_RESOLUTION = 100, 0.5, 3.0
MIN_GROUP = 5  # different texts: fewer are no theme
MIN_SIMILARITY = 0.25  # to the center: what is less similar is in no group
MIN_COHESION = 0.3  # the mean similarity of a group to its center
SAME_CENTER = 0.8  # similarity of centers from which two groups are one
MAX_ROUNDS = 20
# A language with few texts has a mean that says more about them than about the language: it counts for as much as
# this many texts with the mean of all.
SHRINKAGE = 10


@dataclass(frozen=True)
class Groups:
    """`labels` has a group per vector, the largest group first, or NONE; `centers` a row per group, of unit length."""

    labels: Numbers
    centers: Matrix


def group(vectors: Matrix, languages: Sequence[str], same: Sequence[Hashable] | None = None) -> Groups:
    """Group vectors, the newest first: the first MAX_SHAPED shape the groups, the others go to the nearest center.

    `same` has a key per vector; vectors with an equal key are near-duplicates, of which only the first shapes.
    """
    if not len(vectors):
        return Groups(np.empty(0, np.int64), np.empty((0, vectors.shape[1]), np.float32))
    centered = without_language(vectors, languages)
    keys = list(range(len(vectors))) if same is None else same
    firsts: dict[Hashable, int] = {}
    for place, key in enumerate(keys):
        firsts.setdefault(key, place)
    shaping = np.array(list(firsts.values())[:MAX_SHAPED])
    centers = _centers(centered[shaping], communities(neighbor_weights(centered[shaping])))
    centers = _denser(vectors[shaping], centered[shaping], centers)
    labels, similarities = nearest_center(centered, centers)
    labels[similarities < MIN_SIMILARITY] = NONE
    # Near-duplicates are one text: all go where the first goes.
    labels = labels[[firsts[key] for key in keys]]
    return _largest_first(labels, centers)


def without_language(vectors: Matrix, languages: Sequence[str]) -> Matrix:
    """Return the vectors without what those of their language have in common, of unit length."""
    overall = vectors.mean(axis=0)
    codes = np.array([language.partition("-")[0] for language in languages])
    centered = np.empty(vectors.shape, np.float32)
    for code in np.unique(codes):
        own = codes == code
        mean = (vectors[own].sum(axis=0) + SHRINKAGE * overall) / (own.sum() + SHRINKAGE)
        centered[own] = vectors[own] - mean
    return unit(centered)


def unit(vectors: Matrix) -> Matrix:
    """Return the rows at unit length; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)


def neighbor_weights(vectors: Matrix) -> list[dict[int, float]]:
    """Return for each vector its neighbors with their similarities: those nearest to it that it is nearest to, too."""
    count = len(vectors)
    links: list[dict[int, float]] = [{} for _ in range(count)]
    if count < 2:
        return links
    similarities = vectors @ vectors.T
    np.fill_diagonal(similarities, -np.inf)
    kept = min(NEIGHBORS, count - 1)
    nearest = np.argpartition(-similarities, kept - 1, axis=1)[:, :kept].tolist()
    are_near = [set(others) for others in nearest]
    for place, others in enumerate(nearest):
        for other, weight in zip(others, similarities[place, others].tolist(), strict=True):
            if weight > 0 and place in are_near[other]:
                links[place][other] = weight
    return links


def communities(links: Sequence[dict[int, float]]) -> Numbers:
    """Return a community per node: Louvain's method, in an order that is the same each time."""
    labels = np.arange(len(links))
    doublings = float(np.log2(max(len(links), SMALL) / SMALL))
    resolution = min(1 + RESOLUTION_STEP * doublings, MAX_RESOLUTION)
    graph, own = [dict(one) for one in links], [0.0] * len(links)
    while True:
        moved = _local_moves(graph, own, resolution)
        names = {community: number for number, community in enumerate(dict.fromkeys(moved))}
        if len(names) == len(graph):
            return labels
        places = [names[community] for community in moved]
        labels = np.array(places)[labels]
        graph, own = _folded(graph, own, places, len(names))


def nearest_center(vectors: Matrix, centers: Matrix) -> tuple[Numbers, Matrix]:
    """Return the nearest center of each vector, NONE if there are no centers, and the similarity to it."""
    if not len(centers):
        return np.full(len(vectors), NONE), np.full(len(vectors), -1, np.float32)
    similarities = vectors @ centers.T
    labels = similarities.argmax(axis=1)
    return labels, similarities[np.arange(len(vectors)), labels]


def _local_moves(graph: Sequence[dict[int, float]], own: Sequence[float], resolution: float) -> list[int]:
    """Return the community of each node once (nearly) no node gains by moving to that of a neighbor.

    `own` is twice the weight of the links within each node. The order of visits is random, always the same one.
    """
    degrees = [sum(links.values()) + inner for links, inner in zip(graph, own, strict=True)]
    total = sum(degrees)
    community, sizes = list(range(len(graph))), degrees[:]
    order = np.random.default_rng(0).permutation(len(graph)).tolist()
    for _ in range(MAX_ROUNDS if total else 0):
        has_moved = False
        for node in order:
            before = community[node]
            sizes[before] -= degrees[node]
            weights: defaultdict[int, float] = defaultdict(float)
            for other, weight in graph[node].items():
                weights[community[other]] += weight
            expected = resolution * degrees[node] / total
            best, gain = before, weights[before] - expected * sizes[before]
            for candidate, weight in weights.items():
                # Larger by more than rounding: otherwise the moves might not come to an end.
                if weight - expected * sizes[candidate] > gain + 1e-9:
                    best, gain = candidate, weight - expected * sizes[candidate]
            sizes[best] += degrees[node]
            community[node] = best
            has_moved = has_moved or best != before
        if not has_moved:
            break
    return community


def _folded(
    graph: Sequence[dict[int, float]], own: Sequence[float], places: Sequence[int], count: int
) -> tuple[list[dict[int, float]], list[float]]:
    """Return the graph whose nodes are communities."""
    links: list[dict[int, float]] = [{} for _ in range(count)]
    inner = [0.0] * count
    for node, neighbors in enumerate(graph):
        place = places[node]
        inner[place] += own[node]
        for other, weight in neighbors.items():
            if places[other] == place:
                inner[place] += weight
            else:
                links[place][places[other]] = links[place].get(places[other], 0.0) + weight
    return links, inner


def _centers(vectors: Matrix, labels: Numbers) -> Matrix:
    """Return the centers of groups after each vector went to the nearest one, without small and loose groups."""
    centers = _means(vectors, labels)
    for _ in range(MAX_ROUNDS):
        moved, similarities = nearest_center(vectors, centers)
        # A text that is similar to no center would pull the nearest one away.
        moved[similarities < MIN_SIMILARITY] = NONE
        sizes = np.bincount(moved[moved != NONE], minlength=len(centers))
        sums = np.bincount(moved[moved != NONE], similarities[moved != NONE], minlength=len(centers))
        kept = np.flatnonzero((sizes >= MIN_GROUP) & (sums >= MIN_COHESION * sizes))
        if len(kept) == len(centers) and np.array_equal(moved, labels):
            break
        labels = _joined(np.where(np.isin(moved, kept), moved, NONE), centers)
        centers = _means(vectors, labels)
    return centers


def _denser(vectors: Matrix, centered: Matrix, centers: Matrix) -> Matrix:
    """Return the centers of groups whose texts are nearer to each other than all texts are.

    Without the mean, texts about nothing in particular have one thing in common: they are not about the themes.
    """
    labels, similarities = nearest_center(centered, centers)
    labels[similarities < MIN_SIMILARITY] = NONE
    overall = np.linalg.norm(vectors.mean(axis=0))
    own = [vectors[labels == number] for number in range(len(centers))]
    return centers[[len(rows) > 0 and np.linalg.norm(rows.mean(axis=0)) > overall for rows in own]]


def _joined(labels: Numbers, centers: Matrix) -> Numbers:
    """Return the labels with one for groups that have the same center: what is alike all over is cut at random."""
    numbers = np.arange(len(centers))
    are_same = centers @ centers.T >= SAME_CENTER
    used = np.unique(labels[labels != NONE])
    for number, place in enumerate(used):
        same = used[:number][are_same[place, used[:number]]]
        if len(same):
            numbers[place] = numbers[same[0]]
    return np.where(labels == NONE, NONE, numbers[labels])


def _means(vectors: Matrix, labels: Numbers) -> Matrix:
    """Return the center of each label in use, in their order."""
    used = np.unique(labels[labels != NONE])
    sums = [vectors[labels == label].sum(axis=0) for label in used]
    return unit(np.array(sums, np.float32).reshape(len(sums), vectors.shape[1]))


def _largest_first(labels: Numbers, centers: Matrix) -> Groups:
    """Return the groups in the order of their size, numbered from 0."""
    sizes = np.bincount(labels[labels != NONE], minlength=len(centers))
    order = [int(place) for place in np.argsort(-sizes, kind="stable") if sizes[place]]
    numbers = np.full(len(centers) + 1, NONE)
    numbers[order] = np.arange(len(order))
    return Groups(numbers[labels], centers[order])
