"""The network of the encoder in torch: multilingual-e5-small with a head per task, for training and export.

A text goes in as the numbers of its tokens, and three things come out: a vector whose cosines say how similar texts
are, the log-odds of the three sentiments, and those of SIGNALS.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from monitoring.embedding.encoder import DIMENSIONS, LABELS, OUTPUTS, PAD
from monitoring.embedding.training.e5_file import E5File

WIDTH, HEADS, INNER, LAYERS, POSITIONS = 384, 12, 1536, 12, 512
DROPOUT = 0.1
_EPSILON = 1e-12


def dropped(values: torch.Tensor, training: bool) -> torch.Tensor:
    """Drop channels, the same for all tokens of a text: a mask over every number is slow on a CPU."""
    if not training:
        return values
    mask = torch.rand(values.shape[0], 1, values.shape[2]) > DROPOUT
    return values * (mask.to(values.dtype) / (1 - DROPOUT))


class Layer(nn.Module):
    """One layer of BERT, with the weights of query, key and value in one matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_in = nn.Linear(WIDTH, 3 * WIDTH)
        self.attention_out = nn.Linear(WIDTH, WIDTH)
        self.attention_norm = nn.LayerNorm(WIDTH, _EPSILON)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, _EPSILON)

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        size, length, _ = states.shape
        parts = self.attention_in(states).view(size, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        weights = torch.softmax((query * (WIDTH // HEADS) ** -0.5) @ key.transpose(-1, -2) + mask, -1)
        read = (weights @ value).transpose(1, 2).reshape(size, length, WIDTH)
        states = self.attention_norm(states + dropped(self.attention_out(read), self.training))
        changed = self.outer(functional.gelu(self.inner(states)))
        return self.norm(states + dropped(changed, self.training))


class Network(nn.Module):
    """The encoder. `sets` is the number of labeled sets, each with a bias of its own that the export drops."""

    def __init__(self, pieces: int, sets: int = 1) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, _EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.to_vector = nn.Linear(WIDTH, DIMENSIONS)
        self.attention = nn.Linear(WIDTH, 1)
        self.hidden = nn.Linear(2 * WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, OUTPUTS)
        self.set_bias = nn.Embedding(sets, LABELS)
        nn.init.zeros_(self.set_bias.weight)
        nn.init.zeros_(self.attention.weight)
        nn.init.zeros_(self.attention.bias)

    def embedded(self, words: torch.Tensor) -> torch.Tensor:
        """Return the first states of texts, given the rows of the word table of their tokens."""
        return self.norm(words + self.positions(torch.arange(words.shape[1]))[None])

    def states(self, tokens: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """Return the last states of the tokens."""
        states = self.embedded(words)
        mask = tokens.eq(PAD)[:, None, None, :].to(states.dtype) * -1e4
        for layer in self.layers:
            states = layer(states, mask)
        return states

    def mean(self, tokens: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        """Return the mean of the states of each text."""
        real = tokens.ne(PAD).unsqueeze(-1).to(states.dtype)
        return (states * real).sum(1) / real.sum(1)

    def forward(self, tokens: torch.Tensor, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return vectors of unit length, and the log-odds of labels and signals."""
        states = self.states(tokens, words)
        mean = self.mean(tokens, states)
        vector = functional.normalize(self.to_vector(mean), dim=-1)
        scores = self.attention(states).squeeze(-1) + tokens.eq(PAD).to(states.dtype) * -1e4
        read = (torch.softmax(scores, -1).unsqueeze(1) @ states).squeeze(1)
        pooled = functional.dropout(torch.cat([read, states[:, 0]], -1), DROPOUT, self.training)
        hidden = functional.dropout(functional.gelu(self.hidden(pooled)), DROPOUT, self.training)
        return vector, self.output(hidden)


def from_e5(file: E5File, kept: list[int], sets: int = 1) -> Network:
    """Return the network with the weights of the file, its word table cut to the `kept` pieces."""
    network = Network(len(kept), sets)

    def tensor(name: str, *shape: int) -> torch.Tensor:
        return torch.from_numpy(np.array(file.tensors[name]).reshape(shape or (-1,)))

    def copy(module: nn.Module, weight: torch.Tensor, bias: torch.Tensor) -> None:
        module.weight.copy_(weight)
        module.bias.copy_(bias)

    with torch.no_grad():
        network.words.weight.copy_(tensor("emb.word", -1, WIDTH)[kept])
        network.positions.weight.copy_(tensor("emb.pos", -1, WIDTH) + tensor("emb.type", -1, WIDTH)[0])
        copy(network.norm, tensor("emb.ln.w"), tensor("emb.ln.b"))
        for number, layer in enumerate(network.layers):
            weights = torch.cat([tensor(f"l{number}.{one}.w", WIDTH, WIDTH) for one in "qkv"])
            copy(layer.attention_in, weights, torch.cat([tensor(f"l{number}.{one}.b") for one in "qkv"]))
            for name, module, shape in (
                ("ao", layer.attention_out, (WIDTH, WIDTH)),
                ("aln", layer.attention_norm, ()),
                ("fi", layer.inner, (INNER, WIDTH)),
                ("fo", layer.outer, (WIDTH, INNER)),
                ("oln", layer.norm, ()),
            ):
                copy(module, tensor(f"l{number}.{name}.w", *shape), tensor(f"l{number}.{name}.b"))
    network.words.weight.requires_grad_(False)  # so its 4 bits stay exact
    return network
