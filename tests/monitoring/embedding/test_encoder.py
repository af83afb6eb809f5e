"""The shipped encoder: what is similar is near, across languages; no input raises or changes its neighbors."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.embedding import encoder
from monitoring.embedding.text import MAX_CHARS, prepared

ROOT = Path(__file__).parents[3]
# In French and in English, by subject.
PAIRS = [
    ("Mon colis a deux semaines de retard", "My parcel is two weeks late"),
    ("L’application plante dès que je l’ouvre", "The app crashes as soon as I open it"),
    ("Ils ont encore augmenté leurs prix", "They raised their prices again"),
    ("Une heure d’attente pour joindre le service client", "An hour on hold to reach customer service"),
    ("Le magasin ouvre samedi à Lyon", "The store opens on Saturday in Lyon"),
]
UNUSUAL = [
    "",
    " ",
    "😀",
    "\x07\x1f\x00",
    "x" * 1_000_000,
    "!" * 5000,
    "نص lumen 東京 नमस्ते Привет",
    "\ud800 a",
    "</s><pad>",
    "é" * 3,
]


@pytest.fixture(scope="module")
def loaded():
    return encoder.load()


def test_translations_are_nearest_to_each_other(loaded):
    french, english = (loaded.encode(list(texts)).vectors for texts in zip(*PAIRS, strict=True))
    assert (french @ english.T).argmax(axis=1).tolist() == list(range(len(PAIRS)))


def test_vectors_have_unit_length(loaded):
    vectors = loaded.encode([text for pair in PAIRS for text in pair]).vectors
    assert vectors.shape == (2 * len(PAIRS), encoder.DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("text", UNUSUAL, ids=range(len(UNUSUAL)))
def test_unusual_text_is_encoded(loaded, text):
    found = loaded.encode([PAIRS[0][0], text])
    assert np.isfinite(found.vectors).all() and np.isfinite(found.outputs).all()


def test_no_text_gives_no_rows(loaded):
    found = loaded.encode([])
    assert found.vectors.shape == (0, encoder.DIMENSIONS) and found.outputs.shape == (0, encoder.OUTPUTS)


def test_result_hardly_depends_on_other_texts_of_batch(loaded):
    """Activations are quantized per batch: the cosine to the vector of the text alone stays above 0.98."""
    texts = [text for pair in PAIRS for text in pair] + ["!" * 5000]
    together = loaded.encode(texts).vectors
    alone = np.concatenate([loaded.encode([text]).vectors for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.98


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_prepared_text_is_bounded_and_has_no_control_characters(text):
    found = prepared(text)
    assert len(found) <= MAX_CHARS and found == found.strip()
    assert not any(ord(one) < 32 or 0xD800 <= ord(one) < 0xE000 for one in found)


def test_urls_and_entities_are_prepared():
    assert prepared("Caf&eacute; &amp;amp; th&eacute;\n https://shop.example/a?b @user http bon") == "Café & thé bon"


def test_encoder_loads_without_django_in_a_bounded_process():
    """The memory that it adds to a worker is at most 200 MB, measured by the system."""
    code = (
        "import psutil\n"
        "from monitoring.sentiment import load as small\n"
        "small().probabilities(['a'], ['en'])\n"
        "before = psutil.Process().memory_info().rss\n"
        "from monitoring.embedding import encoder\n"
        "encoder.load().encode(['Bonjour tout le monde ' * 40] * 64)\n"
        "print(psutil.Process().memory_info().rss - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, env=os.environ)
    assert 0 < int(done.stdout) < 200_000_000


def test_missing_file_raises_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        encoder.load(tmp_path)
