"""The sentiment settings page: corrections, trained versions, progress, and decisions of admins."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.enrichment import model_status
from monitoring.enrichment.fit_layers import set_learning
from monitoring.enrichment.model_status import ModelStatus
from monitoring.models import Mention, SentimentLayer, SentimentState
from monitoring.services.corrections import correct_sentiment
from tests.factories import make_keyword, make_mention, make_mentions

POLLS = 'id="sentiment-state" hx-get'  # the part that refreshes itself

MODEL = "2026.11-abc"


@pytest.fixture
def keyword(project):
    return make_keyword(project, query="lumen")


def report_status(**fields):
    model_status.cache.set(model_status.KEY, ModelStatus(timezone.now().timestamp(), **fields), 60)


def layer(project, number, before=0.41, after=0.68, is_better=True, model=MODEL, corrections=64):
    return SentimentLayer.objects.create(
        project=project,
        number=number,
        model=model,
        weights=b"",
        corrections=corrections,
        accuracy_before=before,
        accuracy_after=after,
        is_better=is_better,
    )


def page(client, project, path=""):
    return client.get(f"/p/{project.pk}/settings/sentiment{path}").content.decode()


def words(html):
    """Return the text of the page with single spaces."""
    import re

    return " ".join(re.sub(r"<[^>]+>", " ", html.replace("<b>", "").replace("</b>", "")).split())


def test_sentiment_settings_explain_how_to_start_without_corrections(project, viewer, as_person):
    client = as_person(viewer)
    assert f'href="/p/{project.pk}/settings/sentiment"' in client.get(f"/p/{project.pk}/settings").content.decode()
    text = words(page(client, project))
    assert "No corrections yet" in text and "after 20 corrections" in text and "earning off" not in text
    assert "Built-in model" in text


def test_sentiment_settings_count_corrections_by_label_and_person(project, owner, manager, viewer, keyword, as_person):
    rows = make_mentions(
        keyword, [{"text": f"Lumen <b>{n}</b>", "title": "", "sentiment": "neutral"} for n in range(12)]
    )
    correct_sentiment(project, manager, [row.pk for row in rows[:11]], "negative")
    correct_sentiment(project, owner, [rows[11].pk], "neutral")
    gone = rows[10].pk
    Mention.objects.filter(pk=gone).delete()
    html = page(as_person(viewer), project)
    text = words(html)
    assert "You’ve made 12 corrections." in text
    assert "Neutral 1 " in text and "Negative 11" in text
    assert "Neutral → corrected to Negative" in text and "Neutral Confirmed" in text
    assert "marc@example.com 11" in text and "ada@example.com 1" in text
    assert html.count("Lumen &lt;b&gt;") == 10
    assert f"/mentions/{rows[11].pk}" in html and f"/mentions/{gone}" not in html


def test_sentiment_settings_show_accuracy_and_status_of_each_version(project, viewer, as_person):
    layer(project, 1, model="old-model", corrections=20)
    layer(project, 2, after=0.60, corrections=40)
    used = layer(project, 3)
    layer(project, 4, after=0.42, is_better=False, corrections=70)
    SentimentState.objects.create(project=project, analyzed_by=f"{MODEL}+3", layer=used)
    html = page(as_person(viewer), project)
    text = words(html)
    assert "On your 64 corrections, the base model is right 41% of the time, and the trained version 68%." in text
    assert "hard cases" in text
    assert "Not used: no improvement" in text and "For another base model" in text and "In use" in text
    assert "Restore" not in html and "Turn off learning" not in html


def test_version_without_improvement_is_shown_as_not_used(project, viewer, as_person):
    layer(project, 1, before=0.5, after=0.51, is_better=False)
    SentimentState.objects.create(project=project, analyzed_by=MODEL)
    assert "and the trained version 51%. That isn’t a clear improvement" in words(page(as_person(viewer), project))


def test_admins_restore_versions_and_turn_learning_off_and_on(project, owner, as_person):
    first, second = layer(project, 1), layer(project, 2)
    layer(project, 3, is_better=False), layer(project, 4, model="old-model")
    state = SentimentState.objects.create(project=project, analyzed_by=f"{MODEL}+2", layer=second)
    client, address = as_person(owner), f"/p/{project.pk}/settings/sentiment"

    def send(path, **fields):
        response = client.post(f"{address}/{path}", fields, follow=True)
        state.refresh_from_db()
        return response.status_code, words(response.content.decode())

    status, text = send("version", number="1")
    assert (status, state.layer) == (200, first)
    assert "Version 1 restored." in text and "Re-analysis of mentions will start in a few seconds." in text
    assert "ada@example.com restored version 1" in text
    assert "Switched back to the base model." in send("version", number="0")[1]
    assert state.layer is None
    for number in ("3", "4", "9", "-1", "", "x", "99999999999999999999"):
        assert send("version", number=number)[0] == 404
    assert "Learning from corrections turned off." in send("learning", learns="0")[1]
    assert not state.learns
    text = send("learning", learns="1")[1]
    assert state.learns and "Learning from corrections turned on." in text and "turned learning off" in text


def test_only_admins_change_sentiment_settings(project, manager, viewer, stranger, as_person):
    used = layer(project, 1)
    SentimentState.objects.create(project=project, analyzed_by=f"{MODEL}+1", layer=used)
    address = f"/p/{project.pk}/settings/sentiment"
    for person, status in ((manager, 403), (viewer, 403), (stranger, 404)):
        for path, fields in (("version", {"number": "0"}), ("learning", {"learns": "0"})):
            assert as_person(person).post(f"{address}/{path}", fields).status_code == status
    state = SentimentState.objects.get()
    assert state.learns and state.layer == used
    assert as_person(stranger).get(address).status_code == 404
    assert as_person(stranger).get(f"{address}/progress").status_code == 404


def test_progress_of_reanalysis_is_shown_until_it_ends(
    project, owner, keyword, as_person, django_assert_max_num_queries
):
    rows = make_mentions(keyword, 40)
    client = as_person(owner)
    reached = {"rescored_from": rows[-1].pk + 1, "rescored_to": rows[30].pk}
    state = SentimentState.objects.create(project=project, analyzed_by=MODEL, **reached)
    html = page(client, project)
    assert "Re-analyzing 40 mentions: 25% done." in words(html) and 'aria-valuenow="25"' in html
    again = re.search(r'hx-get="([^"]*/sentiment/[^"]*)"', html)[1].replace("&amp;", "&")
    SentimentState.objects.update(rescored_to=rows[10].pk)
    with django_assert_max_num_queries(4):  # session, user, membership, state: nothing is counted again
        html = client.get(again).content.decode()
    assert "Re-analyzing 40 mentions: 75% done." in words(html)
    state.rescored_to, state.refit_at = None, timezone.now() + timedelta(seconds=20)
    state.save()
    html = client.get(again).content.decode()
    assert "in about 20 seconds" in words(html) and POLLS in html
    SentimentState.objects.update(refit_at=None)
    html = client.get(again).content.decode()
    assert "Sentiment is up to date for all mentions." in words(html) and POLLS not in html
    set_learning(project, owner, False)
    SentimentState.objects.update(refit_at=timezone.now())  # a correction while learning is off
    assert POLLS not in page(client, project)


def test_sentiment_settings_show_model_threshold_and_uncertain_share(project, viewer, keyword, as_person, settings):
    make_mention(keyword, sentiment="uncertain"), make_mention(keyword, sentiment="neutral"), make_mention(keyword)
    make_mention(keyword, sentiment="uncertain", published=timezone.now() - timedelta(days=40))
    assert "No worker has reported for two minutes." in words(page(as_person(viewer), project))
    report_status(version=MODEL, threshold=0.57)
    text = words(page(as_person(viewer), project))
    assert MODEL in text and "57% probability." in text
    assert "33% of 3 mentions in the last 30 days" in text and "Not analyzed yet 1" in text
    settings.SENTIMENT_BACKEND = "onnx"
    assert "Custom model (ONNX)" in words(page(as_person(viewer), project))


def test_model_error_is_shown_to_server_admins_only(project, owner, as_person):
    SentimentState.objects.create(project=project, analyzed_by=MODEL, refit_at=timezone.now())
    report_status(error="/srv/secret/model.onnx is missing: docs/sentiment.md tells how to export a model")
    html = page(as_person(owner), project)
    assert "The sentiment model couldn’t be loaded." in html and "/srv/secret" not in html and POLLS not in html
    owner.is_superuser = True
    owner.save()
    assert "/srv/secret/model.onnx is missing" in page(as_person(owner), project)


def test_sentiment_settings_have_bounded_query_count_and_never_load_the_model(
    project, owner, keyword, as_person, settings, django_assert_max_num_queries
):
    settings.SENTIMENT_BACKEND, settings.SENTIMENT_MODEL_DIR = "onnx", "/nowhere"
    rows = make_mentions(keyword, 30)
    correct_sentiment(project, owner, [row.pk for row in rows], "negative")
    SentimentState.objects.update(analyzed_by=MODEL, layer=[layer(project, number) for number in range(1, 9)][-1])
    client = as_person(owner)
    client.post(f"/p/{project.pk}/settings/sentiment/version", {"number": "3"})
    with django_assert_max_num_queries(16):
        assert client.get(f"/p/{project.pk}/settings/sentiment").status_code == 200
