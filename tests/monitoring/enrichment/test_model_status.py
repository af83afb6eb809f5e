"""A model that cannot be loaded is logged once; mentions stay pending until it is fixed."""

import logging
import shutil
import time

import pytest

from monitoring import sentiment, tasks
from monitoring.enrichment import analyzer, model_status
from monitoring.models import Mention
from tests.factories import make_keyword, make_mention


@pytest.fixture
def missing_model(settings, project, tmp_path):
    """A custom model in a folder that does not exist."""
    settings.SENTIMENT_BACKEND, settings.SENTIMENT_MODEL_DIR = "onnx", str(tmp_path / "models")
    analyzer.loaded.cache_clear()
    yield settings.SENTIMENT_MODEL_DIR
    analyzer.loaded.cache_clear()


def test_missing_model_is_logged_once_and_mentions_stay_pending(project, missing_model, settings, monkeypatch, caplog):
    make_mention(make_keyword(project, query="lumen"), text="Lumen est génial, bravo !")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            tasks.analyze_mentions(), tasks.rescore_mentions(), tasks.refit_layers()
    (line,) = caplog.records
    assert f"{missing_model}/model.onnx is missing" in line.getMessage() and line.exc_info is None
    assert "docs/sentiment.md" in line.getMessage()
    assert Mention.objects.get().sentiment == ""
    assert "is missing" in model_status.last_status().error
    settings.SENTIMENT_BACKEND = "builtin"
    monkeypatch.setattr(model_status, "RETRY_S", 0)
    tasks.analyze_mentions()
    assert Mention.objects.get().sentiment
    status = model_status.last_status()
    assert (status.version, status.error) == (analyzer.model().version, "")


@pytest.mark.parametrize("broken", ["model.onnx", "tokenizer.json", "config.json"])
def test_invalid_model_file_is_reported(missing_model, tmp_path, broken):
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(sentiment.model.FILE, folder / "model.onnx")
    (folder / "config.json").write_text('{"id2label": {"0": "negative", "1": "neutral", "2": "positive"}}')
    (folder / "tokenizer.json").write_text(
        '{"version": "1.0", "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}, "added_tokens": []}'
    )
    (folder / broken).write_text("<html>not found</html>")
    assert not model_status.is_ready()
    assert model_status.last_status().error


def test_unfinished_task_schedules_one_continuation(monkeypatch, settings):
    sent = []
    task = type(
        "Task", (), {"name": f"task-{time.time()}", "apply_async": lambda self, **options: sent.append(options)}
    )()
    tasks.continue_later(task, is_more=True, is_continuation=False)
    tasks.continue_later(task, is_more=True, is_continuation=False)
    assert len(sent) == 1
    tasks.continue_later(task, is_more=True, is_continuation=True)
    assert [options["kwargs"] for options in sent] == [{"is_continuation": True}] * 2
    tasks.continue_later(task, is_more=False, is_continuation=True)
    tasks.continue_later(task, is_more=True, is_continuation=False)
    assert len(sent) == 3
