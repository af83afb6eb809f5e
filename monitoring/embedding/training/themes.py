"""Teach the vectors what a theme is: posts about one thing in other words, and in the other language, come near.

In: a `Network` that fit.py has fine-tuned, and posts in themes, written for Vigie (data/themes_*.tsv). Out: the
network, changed. The loss is that of supervised contrastive learning (Khosla et al. 2020,
https://arxiv.org/abs/2004.11362): the posts of a theme among those of others. Every second text is one that fit.py
used, with its label and with the vector that the network had for it before, so sentiment and all other similarities
stay as they were. The result is a weighted mean of the network before and after (Wortsman et al. 2022,
https://arxiv.org/abs/2109.01903): 40% of the way has most of the gain for themes and costs the sentiment little.
"""

import copy
import csv
import logging
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from monitoring.embedding.text import prepared
from monitoring.embedding.training.examples import Example
from monitoring.embedding.training.fit import BATCH, SEED, Targets, batches, groups, padded
from monitoring.embedding.training.network import Network

log = logging.getLogger(__name__)

POSTS = Path(__file__).parent / "data"
STEPS, THEMES, PER_LANGUAGE = 500, 8, 2
HELD_OUT = 4
RATE_SHARE = 0.5  # of the rates of fit.py
TEMPERATURE = 0.07
REPLAYED = 8_000
KEPT_CHANGE = 0.4


@dataclass(frozen=True)
class ThemedPost:
    """A post with its theme, "" for none."""

    text: str
    language: str
    theme: str


def read_posts(folder: Path = POSTS, *, held_out: bool = False) -> list[ThemedPost]:
    """Return the posts in the themes of training, or those in the themes that are held out, a quarter of all."""
    posts = []
    for path in sorted(folder.glob("themes_*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if (zlib.crc32(row["theme"].encode()) % HELD_OUT == 0) == held_out:
                    posts.append(ThemedPost(prepared(row["text"]), row["language"], row["theme"]))
    return posts


def fit_themes(
    network: Network,
    tokenizer: Tokenizer,
    posts: Sequence[ThemedPost],
    examples: Sequence[Example],
    weights: dict[str, float],
) -> None:
    """Change the network in STEPS steps of 32 posts in themes and 32 examples each."""
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    replayed = [examples[number] for number in random.permutation(len(examples))[:REPLAYED]]
    encoded = tokenizer.encode_batch([one.text for one in replayed])
    before = copy.deepcopy(network.state_dict())
    targets = Targets.of(replayed, weights, _vectors(network, encoded))
    tokens = tokenizer.encode_batch([one.text for one in posts])
    by_theme = _by_theme(posts)
    optimizer = torch.optim.AdamW(groups(network, RATE_SHARE), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / 20) * (1 - step / STEPS))
    network.train()
    replay = [batch for _ in range(1 + STEPS * BATCH // len(replayed)) for batch in batches(encoded, BATCH, random)]
    for step in range(STEPS):
        numbers, themes = _draw(by_theme, random)
        batch = padded([tokens[number] for number in numbers])
        with torch.autocast("cpu", torch.bfloat16):
            vectors, _ = network(batch, network.words(batch))
        loss = contrast(vectors.float(), torch.tensor(themes)) + targets.loss(network, replay[step])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 49:
            log.info("themes step %d/%d loss %.3f", step + 1, STEPS, float(loss.detach()))
    after = network.state_dict()
    network.load_state_dict({name: torch.lerp(before[name], after[name], KEPT_CHANGE) for name in before})
    network.eval()


def contrast(vectors: torch.Tensor, themes: torch.Tensor) -> torch.Tensor:
    """Return the contrastive loss of vectors of unit length with their themes."""
    own = torch.eye(len(themes), dtype=torch.bool)
    scores = (vectors @ vectors.T / TEMPERATURE).masked_fill(own, -1e4)
    same = themes[:, None].eq(themes[None]) & ~own
    chances = scores - torch.logsumexp(scores, 1, keepdim=True)
    return -((chances * same).sum(1) / same.sum(1).clamp(min=1)).mean()


def _vectors(network: Network, encoded: Sequence[object]) -> torch.Tensor:
    """Return the vectors that the network has now."""
    found = torch.zeros(len(encoded), network.to_vector.out_features)
    network.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches(encoded, 2 * BATCH):  # type: ignore[arg-type]
            vectors, _ = network(batch.tokens, network.words(batch.tokens))
            found[torch.from_numpy(batch.numbers)] = vectors.float()
    return functional.normalize(found, dim=-1)


def _by_theme(posts: Sequence[ThemedPost]) -> list[dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, post in enumerate(posts):
        found[post.theme][post.language].append(number)
    return list(found.values())


def _draw(by_theme: list[dict[str, list[int]]], random: np.random.Generator) -> tuple[list[int], list[int]]:
    """Return the numbers and the themes of THEMES times PER_LANGUAGE posts per language."""
    numbers, themes = [], []
    for theme in random.choice(len(by_theme), THEMES, replace=False).tolist():
        for of_language in by_theme[theme].values():
            drawn = random.choice(of_language, PER_LANGUAGE, replace=False).tolist()
            numbers += drawn
            themes += [theme] * len(drawn)
    return numbers, themes
