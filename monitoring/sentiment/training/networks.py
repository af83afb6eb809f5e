"""Fits the small networks with torch on one thread: Features of labeled texts in, arrays of network.Networks out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from monitoring.sentiment.features import MAX_TOKENS, MEASURES, TOKEN_BITS, Features
from monitoring.sentiment.hashing import LANGUAGES

# Chosen by cross-validation over umsab_train: 32 numbers a token did as well as 48, and after three rounds the tweets'
# topics are learned by heart (five: 0.4 points worse). Three of 24 numbers and 48 filters take 33 us a text, two of 32
# and 96 took 65, beside 25 for everything else.
NETWORKS, WIDTH, FILTERS, HIDDEN = 3, 24, 48, 64
ROUNDS, BATCH, RATE, DECAY = 3, 512, 3e-3, 1e-2
DROPPED, DROPPED_WORDS, DROPPED_PIECES, SMOOTHING = 0.3, 0.3, 0.1, 0.05
STEPS = 127


@dataclass(frozen=True)
class Inputs:
    """Texts as tensors: padded tokens, measures, language; and what is learned from them."""

    tokens: torch.Tensor
    measures: torch.Tensor
    languages: torch.Tensor

    def part(self, places: np.ndarray) -> "Inputs":
        chosen = torch.from_numpy(places)
        return Inputs(self.tokens[chosen], self.measures[chosen], self.languages[chosen])

    def __len__(self) -> int:
        return len(self.tokens)


def inputs(batches: Sequence[Features]) -> Inputs:
    padded = []
    for features in batches:
        owner = features.owner
        place = np.arange(len(owner)) - np.searchsorted(owner, np.arange(features.size))[owner]
        tokens = np.zeros((features.size, MAX_TOKENS, len(features.tokens)), np.int32)
        tokens[owner, place] = features.tokens.T
        padded.append(tokens)
    return Inputs(
        torch.from_numpy(np.concatenate(padded)),
        torch.from_numpy(np.concatenate([features.measures for features in batches])),
        torch.from_numpy(np.concatenate([features.languages for features in batches]).astype(np.int64)),
    )


def joined(parts: Sequence[Inputs]) -> Inputs:
    return Inputs(
        torch.cat([part.tokens for part in parts]),
        torch.cat([part.measures for part in parts]),
        torch.cat([part.languages for part in parts]),
    )


class Network(nn.Module):
    """One network. The bias of a domain, the set that a text comes from, is learned and then left out."""

    def __init__(self, domains: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(1 << TOKEN_BITS, WIDTH, padding_idx=0)
        nn.init.normal_(self.vectors.weight, 0, 0.05)
        self.vectors.weight.data[0] = 0
        self.convolution = nn.Conv1d(WIDTH, FILTERS, 3, padding=1)
        self.hidden = nn.Linear(2 * FILTERS + MEASURES + len(LANGUAGES), HIDDEN)
        self.output = nn.Linear(HIDDEN, 3)
        self.measured = nn.Linear(MEASURES, 3)
        self.language = nn.Embedding(len(LANGUAGES), 3)
        self.domain = nn.Embedding(domains, 3)
        nn.init.zeros_(self.language.weight)
        nn.init.zeros_(self.domain.weight)

    def forward(self, texts: Inputs, domains: torch.Tensor) -> torch.Tensor:
        tokens = texts.tokens
        spoken = (tokens[:, :, 0] > 0)[:, None]
        if self.training:
            tokens = tokens * (torch.rand(tokens.shape[:2]) > DROPPED_WORDS)[:, :, None]
            tokens = tokens * (torch.rand(tokens.shape) > DROPPED_PIECES)
        summed = self._drop(self.vectors(tokens).sum(2))
        seen = functional.relu(self.convolution(summed.transpose(1, 2))) * spoken
        lengths = spoken.sum(2).clamp(min=1).sqrt()
        language = functional.one_hot(texts.languages, len(LANGUAGES)).float()
        pooled = self._drop(torch.cat([seen.amax(2), seen.sum(2) / lengths, texts.measures, language], 1))
        hidden = self._drop(functional.relu(self.hidden(pooled)))
        biases = self.language(texts.languages) + self.domain(domains)
        return self.output(hidden) + self.measured(texts.measures) + biases

    def _drop(self, values: torch.Tensor) -> torch.Tensor:
        return functional.dropout(values, DROPPED, self.training)


def fit(
    texts: Inputs, labels: np.ndarray, weights: np.ndarray, domains: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """The arrays of the model file. Domain 0 is the one whose bias is kept."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    fitted = [_fit_one(texts, labels, weights, domains, seed + number) for number in range(NETWORKS)]
    return _arrays(fitted)


def _fit_one(texts: Inputs, labels: np.ndarray, weights: np.ndarray, domains: np.ndarray, seed: int) -> Network:
    torch.manual_seed(seed)
    network = Network(int(domains.max()) + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    rounds = [places for _ in range(ROUNDS) for places in _shuffled(texts)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=len(rounds), pct_start=0.15)
    right, worth = torch.from_numpy(labels), torch.from_numpy(weights).float()
    of_domain = torch.from_numpy(domains)
    network.train()
    for places in rounds:
        chosen = texts.tokens[places]
        longest = max(1, int((chosen[:, :, 0] > 0).sum(1).max()))
        some = Inputs(chosen[:, :longest].long(), texts.measures[places], texts.languages[places])
        logits = network(some, of_domain[places])
        losses = functional.cross_entropy(logits, right[places], reduction="none", label_smoothing=SMOOTHING)
        loss = (losses * worth[places]).sum() / worth[places].sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


def _shuffled(texts: Inputs) -> list[torch.Tensor]:
    """All texts in batches of about one length, which halves the time; drawn from windows of 32 batches."""
    lengths = (texts.tokens[:, :, 0] > 0).sum(1)
    batches = []
    for window in torch.randperm(len(texts)).split(32 * BATCH):
        batches += window[torch.argsort(lengths[window], stable=True)].split(BATCH)
    return [batches[place] for place in torch.randperm(len(batches)).tolist()]


def _arrays(fitted: list[Network]) -> dict[str, np.ndarray]:
    vectors = [network.vectors.weight.detach().numpy() for network in fitted]
    units = np.array([np.abs(of_one).max() / STEPS for of_one in vectors], np.float32)
    steps = [np.round(of_one / unit).astype(np.int8) for of_one, unit in zip(vectors, units, strict=True)]

    def stacked(name: str, *, transposed: bool = False) -> np.ndarray:
        arrays = [network.get_parameter(name).detach().numpy() for network in fitted]
        return np.stack([array.T if transposed else array for array in arrays]).astype(np.float32)

    # From filters of (filter, number, place) to one matrix of numbers by places and filters.
    filters = np.stack([network.convolution.weight.detach().numpy() for network in fitted])
    filters = filters.transpose(0, 2, 3, 1).reshape(len(fitted), WIDTH, 3 * FILTERS)
    bias = stacked("output.bias") + stacked("measured.bias") + stacked("domain.weight")[:, 0]
    return {
        "vectors": np.concatenate(steps, axis=1),
        "vectors_unit": units,
        "network_convolution": np.ascontiguousarray(filters),
        "network_convolution_bias": stacked("convolution.bias"),
        "network_hidden": stacked("hidden.weight", transposed=True),
        "network_hidden_bias": stacked("hidden.bias"),
        "network_output": stacked("output.weight", transposed=True),
        "network_measured": stacked("measured.weight", transposed=True),
        "network_language_bias": stacked("language.weight") + bias[:, None],
    }
