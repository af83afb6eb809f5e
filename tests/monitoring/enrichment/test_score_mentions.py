"""Mentions get their sentiment: new ones, the history after a change, each on its own clause; and never a person's."""

import threading
import time

import pytest
from django.db import connection, transaction

from accounts.models import Project
from monitoring.enrichment import score_mentions
from monitoring.enrichment.judge import model
from monitoring.enrichment.score_mentions import analyze_mentions, rescore_mentions
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


def test_what_is_new_is_judged(keyword):
    good, bad = make_mention(keyword, title="", text=GOOD), make_mention(keyword, title="", text=BAD)
    analyze_mentions()
    good.refresh_from_db(), bad.refresh_from_db()
    assert (good.sentiment, bad.sentiment) == ("positive", "negative")
    assert good.positive > 0.5 > good.negative
    assert bad.judged_by == model().version


def test_each_keyword_of_a_document_is_judged_on_its_own_clause(project, keyword):
    rival = make_keyword(project, query="kadrium")
    text = "Kadrium c'est nul, quelle honte, une arnaque horrible. Lumen est génial, excellent, merci, bravo !"
    document = make_document(project, title="", text=text, language="fr")
    make_mention(keyword, document), make_mention(rival, document)
    analyze_mentions()
    assert labels(keyword=keyword) == {"positive"}
    assert labels(keyword=rival) == {"negative"}


def test_more_than_a_batch_is_judged_in_one_go(keyword):
    make_mentions(keyword, score_mentions.BATCH + 5)
    analyze_mentions()
    assert not Mention.objects.filter(sentiment="").exists()


def test_what_is_new_is_judged_before_what_a_look_back_has_found(keyword, monkeypatch):
    monkeypatch.setattr(score_mentions, "BATCH", 2)
    new = make_mention(keyword, title="", text=GOOD)
    make_mentions(keyword, [{"is_backlog": True} for _ in range(6)])
    analyze_mentions(budget_s=0)
    new.refresh_from_db()
    assert new.sentiment == "positive"
    assert Mention.objects.filter(sentiment="").count() == 4
    analyze_mentions()
    assert not Mention.objects.filter(sentiment="").exists()


def test_a_history_judged_by_another_version_is_judged_anew_but_not_what_a_person_said(project, keyword):
    old = make_mention(keyword, title="", text=GOOD, sentiment="negative", judged_by="old")
    own = make_mention(keyword, title="", text=GOOD, sentiment="negative", judged_by=Mention.BY_PERSON)
    SentimentState.objects.create(project=project, judged_by="old")
    rescore_mentions()
    old.refresh_from_db(), own.refresh_from_db()
    assert (old.sentiment, own.sentiment) == ("positive", "negative")
    assert own.judged_by == Mention.BY_PERSON and own.positive == old.positive  # what the judge makes of it now
    state = SentimentState.objects.get()
    assert (state.judged_by, state.rescored_to) == (model().version, None)


def test_judging_anew_goes_on_where_it_was_stopped(project, keyword, monkeypatch):
    monkeypatch.setattr(score_mentions, "BATCH", 10)
    make_mentions(keyword, [{"sentiment": "uncertain", "judged_by": "old"} for _ in range(25)])
    SentimentState.objects.create(project=project, judged_by="old")
    left = []
    rescore_mentions(budget_s=0)
    for _ in range(3):
        score_mentions._rescore_batch(SentimentState.objects.get())
        left.append(Mention.objects.filter(judged_by="old").count())
    assert left == [15, 5, 0]
    assert SentimentState.objects.get().rescored_to is None


def test_looking_for_what_is_to_be_judged_anew_costs_the_same_for_many_projects(db, django_assert_num_queries):
    for number in range(5):
        SentimentState.objects.create(project=Project.objects.create(name=str(number)), judged_by=model().version)
    with django_assert_num_queries(4):
        assert not rescore_mentions()


def test_a_transformer_is_given_few_texts_at_once(keyword, settings):
    """So that nobody who triages one of them waits for hundreds. (The model has been loaded already.)"""
    assert model()
    settings.SENTIMENT_BACKEND = "onnx"
    make_mentions(keyword, score_mentions.TRANSFORMER_BATCH + 1)
    analyze_mentions(budget_s=0)
    assert Mention.objects.filter(sentiment="").count() == 1


def test_a_project_without_history_has_nothing_to_judge_anew(project):
    rescore_mentions()
    assert SentimentState.objects.get(project=project).rescored_to is None


@pytest.mark.parametrize("text", ["", "😀", "\x07\x1f", "x" * 1_000_000, "نص lumen 東京 नमस्ते Привет", "!" * 5000])
def test_odd_texts_never_stop_a_batch(keyword, text):
    make_mention(keyword, title="", text=text)
    make_mention(keyword, title="", text=GOOD)
    analyze_mentions()
    assert not Mention.objects.filter(sentiment="").exists()


@pytest.mark.django_db(transaction=True)
def test_a_mention_that_somebody_is_working_on_is_left_for_the_next_time(keyword):
    taken, free = make_mentions(keyword, [{"text": GOOD}, {"text": GOOD}])
    locked, done = threading.Event(), threading.Event()

    def triage():
        with transaction.atomic():
            Mention.objects.select_for_update().get(pk=taken.pk)
            locked.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=triage)
    thread.start()
    try:
        assert locked.wait(20)
        analyze_mentions()
        taken.refresh_from_db(), free.refresh_from_db()
        assert taken.sentiment == ""
        assert free.sentiment
    finally:
        done.set()
        thread.join()
    analyze_mentions()
    taken.refresh_from_db()
    assert taken.sentiment


def test_a_filter_finds_what_was_judged(project, keyword):
    mention = make_mention(keyword, title="", text=BAD)
    analyze_mentions()
    f = MentionFilter(project_id=project.pk, since=mention.published, until=mention.found_at, sentiments=("negative",))
    assert f.document_count == 1


def test_judging_anew_tells_whether_there_is_more_and_ends_when_it_is_done(project, keyword):
    make_mentions(keyword, [{"sentiment": "uncertain", "judged_by": "old"} for _ in range(3)])
    SentimentState.objects.create(project=project, judged_by="old")
    assert rescore_mentions(budget_s=0)
    began = time.monotonic()
    assert not rescore_mentions(budget_s=60)
    assert time.monotonic() - began < 30
    assert not Mention.objects.filter(judged_by="old").exists()


def test_another_model_has_its_layer_fitted_anew(project, keyword):
    SentimentState.objects.create(project=project, judged_by="old+3")
    rescore_mentions()
    assert SentimentState.objects.get().refit_at is not None
