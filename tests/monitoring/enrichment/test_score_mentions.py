"""Sentiment analysis of new mentions and of a history after a change; corrections are never overwritten."""

import threading
import time

import pytest
from django.db import connection, transaction

from accounts.models import Project
from monitoring.enrichment import score_mentions
from monitoring.enrichment.analyzer import model
from monitoring.enrichment.score_mentions import analyze_mentions, encode_mentions, rescore_mentions
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention, SentimentState
from tests.factories import make_document, make_keyword, make_mention, make_mentions

GOOD = "Franchement Lumen c'est génial, je suis super contente, merci merci ❤️ excellent produit, bravo !"
BAD = "Lumen c'est nul, quelle honte, service horrible, je suis très déçue, une arnaque, à fuir 😡"


@pytest.fixture
def keyword(project):
    return make_keyword(project, query="lumen")


def labels(**by):
    return set(Mention.objects.filter(**by).values_list("sentiment", flat=True))


def test_new_mentions_are_analyzed(keyword):
    good, bad = make_mention(keyword, title="", text=GOOD), make_mention(keyword, title="", text=BAD)
    analyze_mentions()
    good.refresh_from_db(), bad.refresh_from_db()
    assert (good.sentiment, bad.sentiment) == ("positive", "negative")
    assert good.positive > 0.5 > good.negative
    assert bad.analyzed_by == Mention.FIRST_PASS


def test_each_mention_is_analyzed_on_passage_about_its_keyword(project, keyword):
    rival = make_keyword(project, query="kadrium")
    text = "Kadrium c'est nul, quelle honte, une arnaque horrible. Lumen est génial, excellent, merci, bravo !"
    document = make_document(project, title="", text=text, language="fr")
    make_mention(keyword, document), make_mention(rival, document)
    analyze_mentions()
    assert labels(keyword=keyword) == {"positive"}
    assert labels(keyword=rival) == {"negative"}


def test_analyze_mentions_handles_several_batches(keyword):
    make_mentions(keyword, score_mentions.BATCH + 5)
    analyze_mentions()
    assert not Mention.objects.filter(sentiment="").exists()


def test_new_mentions_are_analyzed_before_backlog(keyword, monkeypatch):
    monkeypatch.setattr(score_mentions, "BATCH", 2)
    new = make_mention(keyword, title="", text=GOOD)
    make_mentions(keyword, [{"is_backlog": True} for _ in range(6)])
    analyze_mentions(budget_s=0)
    new.refresh_from_db()
    assert new.sentiment == "positive"
    assert Mention.objects.filter(sentiment="").count() == 4
    analyze_mentions()
    assert not Mention.objects.filter(sentiment="").exists()


def test_rescoring_changes_outdated_labels_but_not_corrections(project, keyword):
    old = make_mention(keyword, title="", text=GOOD, sentiment="negative", analyzed_by="old")
    corrected = make_mention(keyword, title="", text=GOOD, sentiment="negative", analyzed_by=Mention.BY_PERSON)
    SentimentState.objects.create(project=project, analyzed_by="old")
    rescore_mentions()
    old.refresh_from_db(), corrected.refresh_from_db()
    assert (old.sentiment, corrected.sentiment) == ("positive", "negative")
    # Its probabilities are those of the current model. On some processors, rows of a batch differ in the tenth digit.
    assert corrected.analyzed_by == Mention.BY_PERSON and corrected.positive == pytest.approx(old.positive)
    state = SentimentState.objects.get()
    assert (state.analyzed_by, state.rescored_to) == (model().version, None)


def test_rescoring_resumes_after_interruption(project, keyword, monkeypatch):
    monkeypatch.setattr(score_mentions, "TRANSFORMER_BATCH", 10)
    make_mentions(keyword, [{"sentiment": "uncertain", "analyzed_by": "old"} for _ in range(25)])
    SentimentState.objects.create(project=project, analyzed_by="old")
    outdated = []
    rescore_mentions(budget_s=0)
    for _ in range(3):
        score_mentions._rescore_batch(SentimentState.objects.get())
        outdated.append(Mention.objects.filter(analyzed_by="old").count())
    assert outdated == [15, 5, 0]
    assert SentimentState.objects.get().rescored_to is None


def test_rescoring_query_count_is_independent_of_project_count(db, django_assert_num_queries):
    for number in range(5):
        SentimentState.objects.create(project=Project.objects.create(name=str(number)), analyzed_by=model().version)
    with django_assert_num_queries(4):
        assert not rescore_mentions()


def test_batches_of_encoder_are_small(keyword):
    """Triage of one row waits for the batch."""
    make_mentions(keyword, score_mentions.TRANSFORMER_BATCH + 1)
    analyze_mentions()
    encode_mentions(budget_s=0)
    assert Mention.objects.filter(analyzed_by=Mention.FIRST_PASS).count() == 1


def test_rescoring_finishes_immediately_for_project_without_mentions(project):
    rescore_mentions()
    assert SentimentState.objects.get(project=project).rescored_to is None


@pytest.mark.parametrize("text", ["", "😀", "\x07\x1f", "x" * 1_000_000, "نص lumen 東京 नमस्ते Привет", "!" * 5000])
def test_unusual_text_does_not_stop_batch(keyword, text):
    make_mention(keyword, title="", text=text)
    make_mention(keyword, title="", text=GOOD)
    analyze_mentions()
    assert not Mention.objects.filter(sentiment="").exists()


@pytest.mark.django_db(transaction=True)
def test_locked_mention_is_skipped_and_analyzed_later(keyword):
    locked_mention, free = make_mentions(keyword, [{"text": GOOD}, {"text": GOOD}])
    is_locked, is_done = threading.Event(), threading.Event()

    def triage():
        with transaction.atomic():
            Mention.objects.select_for_update().get(pk=locked_mention.pk)
            is_locked.set()
            is_done.wait(20)
        connection.close()

    thread = threading.Thread(target=triage)
    thread.start()
    try:
        assert is_locked.wait(20)
        analyze_mentions()
        locked_mention.refresh_from_db(), free.refresh_from_db()
        assert locked_mention.sentiment == ""
        assert free.sentiment
    finally:
        is_done.set()
        thread.join()
    analyze_mentions()
    locked_mention.refresh_from_db()
    assert locked_mention.sentiment


def test_sentiment_filter_finds_analyzed_mention(project, keyword):
    mention = make_mention(keyword, title="", text=BAD)
    analyze_mentions()
    f = MentionFilter(project_id=project.pk, since=mention.published, until=mention.found_at, sentiments=("negative",))
    assert f.document_count == 1


def test_rescore_mentions_returns_whether_more_remains(project, keyword):
    make_mentions(keyword, [{"sentiment": "uncertain", "analyzed_by": "old"} for _ in range(3)])
    SentimentState.objects.create(project=project, analyzed_by="old")
    assert rescore_mentions(budget_s=0)
    began = time.monotonic()
    assert not rescore_mentions(budget_s=60)
    assert time.monotonic() - began < 30
    assert not Mention.objects.filter(analyzed_by="old").exists()


def test_changed_model_makes_layer_due_for_refit(project, keyword):
    SentimentState.objects.create(project=project, analyzed_by="old+3")
    rescore_mentions()
    assert SentimentState.objects.get().refit_at is not None
