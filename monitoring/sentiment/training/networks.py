"""Fit the small networks with torch on one thread: Features of labeled texts in, arrays of `network.Networks` out.

Called by pipeline.py; needs requirements/train.txt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from monitoring.sentiment.features import MAX_TOKENS, MEASURES, TOKEN_BITS, Features
from monitoring.sentiment.hashing import LANGUAGES

# Selected by cross-validation on umsab_train: 32 numbers per token are as good as 48, and more than three epochs
# overfit the topics of the tweets (five: 0.4 points worse). Three networks of 24 numbers and 48 filters take 33 us per
# text, two of 32 and 96 take 65; everything else takes 25.
NETWORKS, WIDTH, FILTERS, HIDDEN = 3, 24, 48, 64
EPOCHS, BATCH, LEARNING_RATE, DECAY = 3, 512, 3e-3, 1e-2
DROPOUT, WORD_DROPOUT, PIECE_DROPOUT, SMOOTHING = 0.3, 0.3, 0.1, 0.05
STEPS = 127


@dataclass(frozen=True)
class Inputs:
    """Texts as tensors: padded tokens, measures, languages."""

    tokens: torch.Tensor
    measures: torch.Tensor
    languages: torch.Tensor

    def part(self, indices: np.ndarray) -> "Inputs":
        """Return the texts with these indices."""
        selected = torch.from_numpy(indices)
        return Inputs(self.tokens[selected], self.measures[selected], self.languages[selected])

    def __len__(self) -> int:
        return len(self.tokens)


def inputs(batches: Sequence[Features]) -> Inputs:
    """Return the tensors of these batches."""
    padded = []
    for features in batches:
        owner = features.owner
        position = np.arange(len(owner)) - np.searchsorted(owner, np.arange(features.size))[owner]
        tokens = np.zeros((features.size, MAX_TOKENS, len(features.tokens)), np.int32)
        tokens[owner, position] = features.tokens.T
        padded.append(tokens)
    return Inputs(
        torch.from_numpy(np.concatenate(padded)),
        torch.from_numpy(np.concatenate([features.measures for features in batches])),
        torch.from_numpy(np.concatenate([features.languages for features in batches]).astype(np.int64)),
    )


def concatenated(parts: Sequence[Inputs]) -> Inputs:
    """Return the tensors of all parts together."""
    return Inputs(
        torch.cat([part.tokens for part in parts]),
        torch.cat([part.measures for part in parts]),
        torch.cat([part.languages for part in parts]),
    )


class Network(nn.Module):
    """One network. The bias of each domain, which is the set of a text, is fitted and dropped afterwards."""

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
        is_token = (tokens[:, :, 0] > 0)[:, None]
        if self.training:
            tokens = tokens * (torch.rand(tokens.shape[:2]) > WORD_DROPOUT)[:, :, None]
            tokens = tokens * (torch.rand(tokens.shape) > PIECE_DROPOUT)
        summed = self._dropout(self.vectors(tokens).sum(2))
        activations = functional.relu(self.convolution(summed.transpose(1, 2))) * is_token
        lengths = is_token.sum(2).clamp(min=1).sqrt()
        language = functional.one_hot(texts.languages, len(LANGUAGES)).float()
        pooled = self._dropout(
            torch.cat([activations.amax(2), activations.sum(2) / lengths, texts.measures, language], 1)
        )
        hidden = self._dropout(functional.relu(self.hidden(pooled)))
        biases = self.language(texts.languages) + self.domain(domains)
        return self.output(hidden) + self.measured(texts.measures) + biases

    def _dropout(self, values: torch.Tensor) -> torch.Tensor:
        return functional.dropout(values, DROPOUT, self.training)


def fit(
    texts: Inputs, labels: np.ndarray, weights: np.ndarray, domains: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Fit the arrays of the model file. Only the bias of domain 0 is kept."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    fitted = [_fit_one(texts, labels, weights, domains, seed + number) for number in range(NETWORKS)]
    return _arrays(fitted)


def _fit_one(texts: Inputs, labels: np.ndarray, weights: np.ndarray, domains: np.ndarray, seed: int) -> Network:
    torch.manual_seed(seed)
    network = Network(int(domains.max()) + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=DECAY)
    batches = [indices for _ in range(EPOCHS) for indices in _shuffled(texts)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=len(batches), pct_start=0.15)
    targets, text_weights = torch.from_numpy(labels), torch.from_numpy(weights).float()
    of_domain = torch.from_numpy(domains)
    network.train()
    for indices in batches:
        selected = texts.tokens[indices]
        longest = max(1, int((selected[:, :, 0] > 0).sum(1).max()))
        batch = Inputs(selected[:, :longest].long(), texts.measures[indices], texts.languages[indices])
        logits = network(batch, of_domain[indices])
        losses = functional.cross_entropy(logits, targets[indices], reduction="none", label_smoothing=SMOOTHING)
        loss = (losses * text_weights[indices]).sum() / text_weights[indices].sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


def _shuffled(texts: Inputs) -> list[torch.Tensor]:
    """Return all texts in random batches of similar length, which halves the time; from windows of 32 batches."""
    lengths = (texts.tokens[:, :, 0] > 0).sum(1)
    batches = []
    for window in torch.randperm(len(texts)).split(32 * BATCH):
        batches += window[torch.argsort(lengths[window], stable=True)].split(BATCH)
    return [batches[position] for position in torch.randperm(len(batches)).tolist()]


def _arrays(fitted: list[Network]) -> dict[str, np.ndarray]:
    vectors = [network.vectors.weight.detach().numpy() for network in fitted]
    units = np.array([np.abs(of_network).max() / STEPS for of_network in vectors], np.float32)
    steps = [np.round(of_network / unit).astype(np.int8) for of_network, unit in zip(vectors, units, strict=True)]

    def parameters(name: str, *, transposed: bool = False) -> np.ndarray:
        arrays = [network.get_parameter(name).detach().numpy() for network in fitted]
        return np.stack([array.T if transposed else array for array in arrays]).astype(np.float32)

    # From (network, filter, number, position) to (network, number, position and filter).
    filters = np.stack([network.convolution.weight.detach().numpy() for network in fitted])
    filters = filters.transpose(0, 2, 3, 1).reshape(len(fitted), WIDTH, 3 * FILTERS)
    bias = parameters("output.bias") + parameters("measured.bias") + parameters("domain.weight")[:, 0]
    return {
        "vectors": np.concatenate(steps, axis=1),
        "vectors_unit": units,
        "network_convolution": np.ascontiguousarray(filters),
        "network_convolution_bias": parameters("convolution.bias"),
        "network_hidden": parameters("hidden.weight", transposed=True),
        "network_hidden_bias": parameters("hidden.bias"),
        "network_output": parameters("output.weight", transposed=True),
        "network_measured": parameters("measured.weight", transposed=True),
        "network_language_bias": parameters("language.weight") + bias[:, None],
    }
