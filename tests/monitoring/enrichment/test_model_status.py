"""A model that cannot be loaded is said once, mentions wait, and all goes on once it is mended."""

import logging
import shutil
import time

import pytest

from monitoring import sentiment, tasks
from monitoring.enrichment import judge, model_status
from monitoring.models import Mention
from tests.factories import make_keyword, make_mention


@pytest.fixture
def missing(settings, project, tmp_path):
    """A model of one's own in a folder that is not there."""
    settings.SENTIMENT_BACKEND, settings.SENTIMENT_MODEL_DIR = "onnx", str(tmp_path / "models")
    judge.model.cache_clear()
    yield settings.SENTIMENT_MODEL_DIR
    judge.model.cache_clear()


def test_a_model_that_is_missing_is_one_line_of_the_log_and_mentions_wait_for_it(
    project, missing, settings, monkeypatch, caplog
):
    make_mention(make_keyword(project, query="lumen"), text="Lumen est génial, bravo !")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            tasks.analyze_mentions(), tasks.rescore_mentions(), tasks.refit_layers()
    (line,) = caplog.records
    assert f"{missing}/model.onnx is missing" in line.getMessage() and line.exc_info is None
    assert "docs/sentiment.md" in line.getMessage()
    assert Mention.objects.get().sentiment == ""
    assert "is missing" in model_status.last_status().error
    settings.SENTIMENT_BACKEND = "builtin"
    monkeypatch.setattr(model_status, "RETRY_S", 0)
    tasks.analyze_mentions()
    assert Mention.objects.get().sentiment
    heard = model_status.last_status()
    assert (heard.version, heard.error) == (sentiment.load().version, "")


@pytest.mark.parametrize("broken", ["model.onnx", "tokenizer.json", "config.json"])
def test_files_that_are_not_what_they_should_be_are_named(missing, tmp_path, broken):
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


def test_what_is_not_finished_asks_to_go_on_once(monkeypatch, settings):
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
