"""ONNX models: the real onnxruntime and tokenizers with a tiny model that the test builds."""

import json
from dataclasses import replace

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from monitoring.enrichment import analyzer
from monitoring.enrichment.score_mentions import analyze_mentions
from monitoring.models import Mention
from monitoring.sentiment.onnx_model import MAX_CHARS, MAX_TOKENS, load_onnx
from tests.factories import make_keyword, make_mention

VOCABULARY = {"<pad>": 0, "<unk>": 1, "nul": 2, "super": 3, "mardi": 4, "@user": 5, "http": 6}
# One row per word: what it adds to the outputs positive, negative, neutral. Unmasked padding would dominate.
WEIGHTS = [[50, 0, 0], [0, 0, 0.5], [0, 4, 0], [4, 0, 0], [0, 0, 4], [0, 0, 2], [0, 0, 2]]


@pytest.fixture
def folder(tmp_path):
    """A model whose logits are the sum of the words' embeddings times the attention mask."""
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["embedded"]),
        helper.make_node("Cast", ["attention_mask"], ["seen"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["seen", "last"], ["mask"]),
        helper.make_node("Mul", ["embedded", "mask"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "words"], ["logits"], keepdims=0),
    ]
    constants = {
        "weights": np.array(WEIGHTS, np.float32),
        "last": np.array([2], np.int64),
        "words": np.array([1], np.int64),
    }
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, [None, None])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [None, 3])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "model.onnx")
    tokenizer = Tokenizer(WordLevel(VOCABULARY, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    configure(tmp_path, {"0": "Positive", "1": "Negative", "2": "Neutral"})
    return tmp_path


def configure(folder, labels):
    (folder / "config.json").write_text(json.dumps({"id2label": labels, "pad_token_id": 0}))


@pytest.fixture
def onnx_backend(folder, settings):
    settings.SENTIMENT_BACKEND, settings.SENTIMENT_MODEL_DIR = "onnx", str(folder)
    analyzer.loaded.cache_clear()
    yield folder
    analyzer.loaded.cache_clear()


def test_probabilities_are_in_the_order_of_labels_and_texts(folder):
    model = load_onnx(str(folder))
    texts = ["super", "nul nul nul", "mardi", "un long texte qui ne dit rien de mardi", ""]
    found = model.probabilities(texts, [""] * len(texts))
    assert found.argmax(axis=1).tolist()[:4] == [2, 0, 1, 1]
    assert np.allclose(found.sum(axis=1), 1)
    assert np.allclose(found[4], 1 / 3)
    assert model.probabilities([], []).shape == (0, 3)


def test_probabilities_do_not_depend_on_other_texts(folder):
    model = load_onnx(str(folder))
    texts = [" ".join(["super", "mardi", "nul"][: 1 + number % 3]) for number in range(50)]
    together = model.probabilities(texts, [""] * 50)
    assert np.allclose(together[7], model.probabilities([texts[7]], [""])[0])


def test_handles_and_links_are_replaced_as_in_tweet_models(folder):
    model = load_onnx(str(folder))
    written, known = model.probabilities(["@kadrium https://t.co/abc", "@user http"], ["", ""])
    assert np.allclose(written, known)


@pytest.mark.parametrize("text", ["", "😀", "x" * 1_000_000, "nul " * 250_000, "\x00\x07", "\ud800", "نص 東京 नमस्ते"])
def test_probabilities_are_finite_for_unusual_texts(folder, text):
    found = load_onnx(str(folder)).probabilities([text, "super"], ["", ""])
    assert np.isfinite(found).all()
    assert found[1].argmax() == 2


def test_tokenizer_receives_a_bounded_text(folder):
    class RecordingTokenizer:
        def encode_batch(self, texts):
            lengths.extend(map(len, texts))
            return tokenizer.encode_batch(texts)

    model, lengths = load_onnx(str(folder)), []
    tokenizer = model.tokenizer
    replace(model, tokenizer=RecordingTokenizer()).probabilities(["nul " * 250_000, "@" * 1_000_000], ["", ""])
    assert len(lengths) == 2 and max(lengths) <= MAX_CHARS


def test_long_text_is_truncated_to_the_limit_of_the_model(folder):
    config = {"id2label": {"0": "positive", "1": "negative", "2": "neutral"}, "max_position_embeddings": 5}
    (folder / "config.json").write_text(json.dumps(config))
    found = load_onnx(str(folder)).probabilities(["mardi mardi mardi " + "nul " * MAX_TOKENS], [""])
    assert found.argmax() == 1


def test_load_onnx_accepts_numbered_labels(folder):
    configure(folder, {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"})
    assert load_onnx(str(folder)).probabilities(["super"], [""]).argmax() == 0


def test_load_onnx_rejects_model_with_other_labels(folder):
    configure(folder, {"0": "joy", "1": "anger"})
    with pytest.raises(ValueError, match="id2label must name negative, neutral, positive, and has joy, anger"):
        load_onnx(str(folder))


def test_load_onnx_names_missing_file(folder):
    (folder / "tokenizer.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json is missing"):
        load_onnx(str(folder))
    with pytest.raises(ValueError, match="SENTIMENT_MODEL_DIR is not set"):
        load_onnx("")


def test_version_changes_with_the_files(folder):
    before = load_onnx(str(folder)).version
    configure(folder, {"0": "negative", "1": "positive", "2": "neutral"})
    assert load_onnx(str(folder)).version != before


def test_analyze_mentions_uses_the_model_of_the_settings(project, onnx_backend):
    keyword = make_keyword(project, query="lumen")
    make_mention(keyword, title="Lumen", text="nul nul nul")
    analyze_mentions()
    mention = Mention.objects.get()
    assert (mention.sentiment, mention.analyzed_by[:5]) == ("negative", "onnx-")
    assert mention.negative > 0.9
