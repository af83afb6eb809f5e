"""A transformer instead of the base model: any three-class ONNX text classifier with its tokenizer.

In: a folder (SENTIMENT_MODEL_DIR) with `model.onnx`, `tokenizer.json` and `config.json`, as Hugging Face's optimum
exports them. Out: an object with the interface of the base model, for enrichment/analyzer.py. It needs
requirements/onnx.txt.

The format of the files (id2label in config.json, tokenizer.json, the inputs input_ids and attention_mask) is that of
https://huggingface.co/docs/transformers/serialization; the labels may be in any order and case, or LABEL_0 to LABEL_2,
which cardiffnlp's sentiment models use for negative, neutral and positive.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from monitoring.sentiment.features import Rows, word_rows
from monitoring.sentiment.model import LABELS, softmax
from monitoring.sentiment.model_files import MODEL_FILES

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MAX_TOKENS = 256  # passages have at most 1,500 characters; the time grows with the square of the tokens
BATCH = 16
MAX_CHARS = 4000  # tokenizers take quadratic time on some texts of a megabyte
# Above this confidence, the labels of cardiffnlp's models are correct about 8 times in 10.
THRESHOLD = 0.6
_HANDLE, _LINK = re.compile(r"@\w+"), re.compile(r"https?://\S+")


@dataclass(frozen=True)
class OnnxModel:
    """A loaded ONNX model. `order` has the index of each of LABELS among the outputs."""

    version: str
    threshold: float
    session: "InferenceSession"
    tokenizer: "Tokenizer"
    order: tuple[int, ...]

    def probabilities(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        """Return one row per text, in the order of LABELS; the languages are ignored."""
        result = np.empty((len(texts), len(LABELS)))
        # Texts of similar length together, because a batch is padded to its longest text.
        by_length = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        for start in range(0, len(texts), BATCH):
            numbers = by_length[start : start + BATCH]
            result[numbers] = self._batch([texts[number] for number in numbers])
        return result

    def features(self, texts: Sequence[str]) -> Rows:
        """Return the same as `Model.features`."""
        return word_rows(texts)

    def _batch(self, texts: list[str]) -> np.ndarray:
        encoded = self.tokenizer.encode_batch([_prepared(text) for text in texts])
        ids = np.array([each.ids for each in encoded], np.int64)
        mask = np.array([each.attention_mask for each in encoded], np.int64)
        available = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        expected = {each.name for each in self.session.get_inputs()}
        (logits, *_) = self.session.run(None, {name: value for name, value in available.items() if name in expected})
        return softmax(np.asarray(logits, np.float64)[:, self.order])


def load_onnx(folder: str) -> OnnxModel:
    """Load the model of a folder.

    Raise FileNotFoundError for a missing file, ValueError for an invalid one, and ImportError if requirements/onnx.txt
    is not installed; the message says what to do.
    """
    if not folder:
        raise ValueError("SENTIMENT_MODEL_DIR is not set: name the folder with model.onnx and tokenizer.json in it")
    try:
        from onnxruntime import InferenceSession
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ImportError("SENTIMENT_BACKEND=onnx needs: pip install -r requirements/onnx.txt") from error
    paths = {name: Path(folder) / name for name in MODEL_FILES}
    for path in paths.values():
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: docs/sentiment.md tells how to export a model")
    config = json.loads(paths["config.json"].read_text())
    order = _order(config)
    tokenizer = _read(Tokenizer.from_file, paths["tokenizer.json"])
    tokenizer.enable_truncation(min(MAX_TOKENS, int(config.get("max_position_embeddings", MAX_TOKENS + 2)) - 2))
    padding = config.get("pad_token_id")
    tokenizer.enable_padding(pad_id=1 if padding is None else int(padding))
    return OnnxModel(
        version=f"onnx-{_digest(list(paths.values()))}",
        threshold=float(config.get("vigie_threshold", THRESHOLD)),
        session=_read(partial(InferenceSession, providers=["CPUExecutionProvider"]), paths["model.onnx"]),
        tokenizer=tokenizer,
        order=order,
    )


def _read(reader: Callable[[str], Any], path: Path) -> Any:
    try:
        return reader(str(path))
    except Exception as error:  # both libraries raise their own classes, direct subclasses of Exception
        raise ValueError(f"{path} cannot be read: {error}") from error


def _order(config: dict[str, Any]) -> tuple[int, ...]:
    positions = {str(label).lower(): int(position) for position, label in config.get("id2label", {}).items()}
    for names in (LABELS, ("label_0", "label_1", "label_2")):
        if set(names) == positions.keys():
            return tuple(positions[name] for name in names)
    raise ValueError(
        f"config.json: id2label must name {', '.join(LABELS)}, and has {', '.join(positions) or 'nothing'}"
    )


def _prepared(text: str) -> str:
    """Return the text for the tokenizer: valid UTF-8, at most MAX_CHARS, handles and links as in tweet models."""
    text = text[:MAX_CHARS].encode("utf-8", "replace").decode()
    return _LINK.sub("http", _HANDLE.sub("@user", text))


def _digest(paths: list[Path]) -> str:
    """Return eight hexadecimal digits that depend on the content of the files."""
    result = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            result.update(hashlib.file_digest(file, "sha256").digest())
    return result.hexdigest()[:8]
