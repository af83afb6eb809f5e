"""Fine-tune the network: sentiment and signals from labeled texts, vectors that stay near those of the original model.

In: a `Network` with the original weights, its tokenizer and `Example`s. Out: the fine-tuned network. The original
model is the teacher of the vectors: it reads each text after "query: ", as its authors ask for comparisons of texts;
its vectors without the mean of their language, rotated to their main directions, are what the student learns to return
without those words. So texts in two languages are as near as they are in one.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer
from torch.nn import functional

from monitoring.embedding.encoder import DIMENSIONS, LABELS, PAD
from monitoring.embedding.training.examples import Example
from monitoring.embedding.training.network import Network

log = logging.getLogger(__name__)

BATCH, MAX_TOKENS, EPOCHS = 32, 96, 3
RATE, HEAD_RATE, LAYER_DECAY, WEIGHT_DECAY, WARMUP = 6e-5, 5e-4, 0.95, 0.01, 0.06
SMOOTHING = 0.05
VECTOR_WEIGHT, SIGNAL_WEIGHT = 2.0, 0.3
# How often the target of a text is given: with a target, and without one, the same text has to be understood.
TARGET_SHARE = 0.5
SEED = 20261201


@dataclass(frozen=True)
class Batch:
    """Padded token numbers of texts, and their numbers among the examples."""

    tokens: torch.Tensor
    numbers: np.ndarray


def padded(encoded: Sequence[Encoding]) -> torch.Tensor:
    """Return the token numbers as one tensor."""
    length = max(len(one.ids) for one in encoded)
    return torch.tensor([one.ids + [PAD] * (length - len(one.ids)) for one in encoded])


def batches(encoded: Sequence[Encoding], size: int, random: np.random.Generator | None = None) -> Iterator[Batch]:
    """Yield batches of similar length: in random order of texts from windows of 32 batches, or all by length."""
    lengths = np.array([len(one.ids) for one in encoded])
    order = np.arange(len(encoded)) if random is None else random.permutation(len(encoded))
    window = len(encoded) if random is None else 32 * size
    groups = []
    for start in range(0, len(order), max(window, 1)):
        part = order[start : start + window]
        part = part[np.argsort(lengths[part], kind="stable")]
        groups += [part[at : at + size] for at in range(0, len(part), size)]
    if random is not None:
        random.shuffle(groups)
    for group in groups:
        yield Batch(padded([encoded[number] for number in group]), group)


def prepare(tokenizer: Tokenizer) -> None:
    """Set the truncation that training and measuring share."""
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_first")


def teacher_vectors(network: Network, tokenizer: Tokenizer, examples: Sequence[Example]) -> torch.Tensor:
    """Return the targets of the vectors, and set the network's rotation to start from it."""
    encoded = tokenizer.encode_batch([f"query: {one.text}" for one in examples])
    found = np.zeros((len(examples), network.words.weight.shape[1]), np.float32)
    network.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches(encoded, 2 * BATCH):
            words = network.words(batch.tokens)
            found[batch.numbers] = network.mean(batch.tokens, network.states(batch.tokens, words)).float().numpy()
    languages = np.array([one.language for one in examples])
    center = np.mean([found[languages == one].mean(axis=0) for one in sorted(set(languages))], axis=0)
    centered = found.copy()
    for language in set(languages):
        centered[languages == language] -= found[languages == language].mean(axis=0)
    _, _, directions = np.linalg.svd(centered[:: max(1, len(centered) // 20_000)], full_matrices=False)
    rotation = directions[:DIMENSIONS]
    with torch.no_grad():
        network.to_vector.weight.copy_(torch.from_numpy(rotation))
        network.to_vector.bias.copy_(torch.from_numpy(-rotation @ center))
    return functional.normalize(torch.from_numpy(centered @ rotation.T), dim=-1)


def fit(network: Network, tokenizer: Tokenizer, examples: Sequence[Example], weights: dict[str, float]) -> None:
    """Fine-tune the network on the examples; `weights` has the weight of a line of each set."""
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    targets = Targets.of(examples, weights, teacher_vectors(network, tokenizer, examples))
    steps = EPOCHS * (len(examples) // BATCH + 1)
    optimizer = torch.optim.AdamW(groups(network), weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / (WARMUP * steps), max(0.0, (steps - step) / (steps * (1 - WARMUP))))
    )
    network.train()
    started, done, mean_loss = time.monotonic(), 0, 0.0
    for epoch in range(EPOCHS):
        encoded = tokenizer.encode_batch([_inputs(one, random) for one in examples])
        for batch in batches(encoded, BATCH, random):
            loss = targets.loss(network, batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            done, mean_loss = done + 1, mean_loss * 0.98 + float(loss.detach()) * 0.02
            if done % 100 == 0:
                rate = done * BATCH / (time.monotonic() - started)
                log.info("epoch %d step %d/%d loss %.3f, %.0f texts/s", epoch + 1, done, steps, mean_loss, rate)
    network.eval()


def _inputs(example: Example, random: np.random.Generator) -> str | tuple[str, str]:
    if example.target and (example.kind == "two_brands" or random.random() < TARGET_SHARE):
        return example.text, example.target
    return example.text


def groups(network: Network, share: float = 1.0) -> list[dict[str, object]]:
    """Return the parameters with their rates, times `share`: lower layers change less."""
    found: list[dict[str, object]] = []
    for number, layer in enumerate(network.layers):
        rate = share * RATE * LAYER_DECAY ** (len(network.layers) - 1 - number)
        found.append({"params": list(layer.parameters()), "lr": rate})
    low = share * RATE * LAYER_DECAY ** len(network.layers)
    found.append({"params": [*network.positions.parameters(), *network.norm.parameters()], "lr": low})
    heads = (network.attention, network.hidden, network.output, network.set_bias)
    found.append({"params": [one for head in heads for one in head.parameters()], "lr": share * HEAD_RATE})
    found.append({"params": list(network.to_vector.parameters()), "lr": share * RATE})
    return found


@dataclass(frozen=True)
class Targets:
    """The values that the network should return for each example, and their weights."""

    labels: torch.Tensor
    signals: torch.Tensor
    sets: torch.Tensor
    weights: torch.Tensor
    vectors: torch.Tensor

    @classmethod
    def of(cls, examples: Sequence[Example], weights: dict[str, float], vectors: torch.Tensor) -> "Targets":
        return cls(
            torch.tensor([one.label for one in examples]),
            torch.tensor([one.signals for one in examples], dtype=torch.float32),
            torch.tensor([list(weights).index(one.set) for one in examples]),
            torch.tensor([weights[one.set] for one in examples]),
            vectors,
        )

    def loss(self, network: Network, batch: Batch) -> torch.Tensor:
        """Return the weighted sum of the losses of the three tasks."""
        numbers = torch.from_numpy(batch.numbers)
        with torch.autocast("cpu", torch.bfloat16):
            vectors, logits = network(batch.tokens, network.words(batch.tokens))
        vectors, logits = vectors.float(), logits.float()
        weights, signals = self.weights[numbers], self.signals[numbers]
        by_label = logits[:, :LABELS] + network.set_bias(self.sets[numbers])
        of_labels = functional.cross_entropy(
            by_label, self.labels[numbers], reduction="none", label_smoothing=SMOOTHING
        )
        known = (signals >= 0).float()
        of_signals = functional.binary_cross_entropy_with_logits(
            logits[:, LABELS:], signals.clamp(min=0), weight=known, reduction="sum"
        ) / known.sum().clamp(min=1)
        target = self.vectors[numbers]
        of_vectors = (1 - (vectors * target).sum(-1)).mean()
        of_pairs = functional.mse_loss(vectors @ vectors.T, target @ target.T)
        labels = (of_labels * weights).sum() / weights.sum()
        return labels + VECTOR_WEIGHT * (of_vectors + of_pairs) + SIGNAL_WEIGHT * of_signals
