"""Both sentiment models together: probabilities, and a version that changes with each file."""

import json

import pytest

from monitoring.embedding import mixed_model


def test_probabilities_are_those_of_three_labels():
    rows = mixed_model.load().probabilities(["Quelle honte, à fuir", "", "I love it ❤️"], ["fr", "", "en"])
    assert rows.sum(axis=1) == pytest.approx(1)
    assert [int(rows[0].argmax()), int(rows[2].argmax())] == [0, 2]


def test_version_changes_with_the_mix(tmp_path):
    """Otherwise mentions would not be analyzed again with a new mix."""
    changed = tmp_path / "mix.json"
    content = json.loads(mixed_model.FILE.read_text()) | {"threshold": 0.7}
    changed.write_text(json.dumps(content))
    assert mixed_model.load(changed).version != mixed_model.load().version
    assert len(mixed_model.load().version) + len("+12345") <= 40
