"""Say which themes of a run are those of an earlier one. Pure. Called by ingest/themes.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# A group is a theme that exists if this share of all their members are members of both, or their centers are as near.
MIN_OVERLAP = 0.3
MIN_SIMILARITY = 0.75


@dataclass(frozen=True)
class Known:
    """A theme that exists: its members among the documents that were grouped now.

    `center` is None if it was found with another version of the encoder.
    """

    id: int
    members: frozenset[int]
    center: NDArray[np.float32] | None


class _Pair(NamedTuple):
    likeness: float
    group: int
    known: int


def continued(
    known: Sequence[Known], members: Sequence[frozenset[int]], centers: NDArray[np.float32]
) -> dict[int, int]:
    """Return the id of a known theme for the number of each group that continues one: one to one, the best first."""
    pairs = [
        pair
        for group, (own, center) in enumerate(zip(members, centers, strict=True))
        for place, theme in enumerate(known)
        if (pair := _Pair(_likeness(theme, own, center), group, place)).likeness
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for pair in sorted(pairs, key=lambda pair: (-pair.likeness, known[pair.known].id, pair.group)):
        if pair.group not in found and pair.known not in taken:
            found[pair.group] = known[pair.known].id
            taken.add(pair.known)
    return found


def _likeness(theme: Known, members: frozenset[int], center: NDArray[np.float32]) -> float:
    """Return how much a group is like a theme: 0 if it is another one, above 1 if they have members in common."""
    overlap = len(theme.members & members) / max(len(theme.members | members), 1)
    if overlap >= MIN_OVERLAP:
        return 1 + overlap
    similarity = 0.0 if theme.center is None else float(theme.center @ center)
    return similarity if similarity >= MIN_SIMILARITY else 0.0
