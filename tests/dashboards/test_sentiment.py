"""Sentiment on the pages: badges, corrections, filters, trends."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.models import Correction, Mention
from tests.factories import make_document, make_keyword, make_mention, make_mentions, make_source

HTMX = {"HX-Request": "true"}


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def two(project, keyword):
    """An item that is negative about Lumen and positive about Halo."""
    document = make_document(project, title="Late here, soon there")
    bad = make_mention(keyword, document, sentiment="negative", negative=0.71, positive=0.09, analyzed_by="m")
    good = make_mention(
        make_keyword(project, "Halo", "halo"), document, sentiment="positive", negative=0.05, positive=0.8
    )
    return bad, good


def signs(response):
    """Return tone and words of each row's sign."""
    return re.findall(r'data-sign="\d+" data-tone="(\w+)" role="img" aria-label="([^"]+)"', response)


def test_row_sign_and_mention_page_show_sentiment_with_probabilities(as_person, viewer, at, keyword):
    mention = make_mention(keyword, sentiment="negative", negative=0.712, positive=0.088)
    client = as_person(viewer)
    assert signs(client.get(at("mentions")).content.decode()) == [("neg", "Negative")]
    page = client.get(at("mention", mention.pk)).content.decode()
    assert 'class="tone-word" data-tone="neg" title="Negative 71%, Neutral 20%, Positive 9%"' in page
    assert "#minus" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Analyzing…"),
        ({"sentiment": "uncertain", "negative": 0.4, "positive": 0.3}, "Uncertain"),
        ({"sentiment": "neutral", "analyzed_by": "person"}, "Neutral (corrected manually)"),
    ],
)
def test_sentiment_shows_pending_uncertain_and_corrected(as_person, viewer, at, read, keyword, fields, words):
    mention = make_mention(keyword, title="Lumen here", **fields)
    client = as_person(viewer)
    assert [label for _tone, label in signs(client.get(at("mentions")).content.decode())] == [words]
    assert words in " ".join(read(client, at("mention", mention.pk)).split())


def test_row_shows_one_sentiment_per_keyword_when_they_differ(as_person, viewer, at, read, two):
    client = as_person(viewer)
    assert "Lumen Negative Halo Positive" in read(client, at("mentions"))
    assert signs(client.get(at("mentions")).content.decode()) == [("neg", "Lumen: Negative, Halo: Positive")]
    Mention.objects.update(sentiment="negative")
    assert "Lumen Halo" in read(client, at("mentions"))
    assert signs(client.get(at("mentions")).content.decode()) == [("neg", "Negative")]


def test_mention_page_shows_probabilities_and_who_corrected(as_person, manager, viewer, at, read, two):
    as_person(manager).post(at("mention_sentiment"), {"id": two[0].pk, "label": "neutral"})
    text = read(as_person(viewer), at("mention", two[0].pk))
    assert "Model: Negative 71%, Neutral 20%, Positive 9%" in text
    assert f"Corrected by {manager.name}" in text
    assert "Positive 80%, Neutral 15%, Negative 5%" in text


def test_correction_is_stored_and_logged(as_person, manager, at, keyword):
    mention = make_mention(keyword, sentiment="negative", negative=0.7, positive=0.1, analyzed_by="m")
    back = at("mentions") + "?period=30d"
    answer = as_person(manager).post(at("mention_sentiment"), {"id": mention.pk, "label": "positive", "next": back})
    assert answer.url == back
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == ("positive", Mention.BY_PERSON)
    assert ActivityEntry.objects.filter(user=manager, action="mention.sentiment").count() == 1


def test_correction_applies_to_the_filtered_mentions_of_the_row(as_person, manager, at, keyword, two):
    client = as_person(manager)
    [row] = client.get(at("mentions"), {"keyword": keyword.pk}).context["rows"]
    answer = client.post(at("mention_sentiment"), {"id": row.ids, "label": "neutral"}, headers=HTMX).content.decode()
    labels = [mention.sentiment for mention in Mention.objects.order_by("id")]
    assert labels == ["neutral", "positive"]
    assert signs(answer) == [("neu", "Neutre (corrigé manuellement)")] and "Halo" not in answer
    [row] = client.get(at("mentions")).context["rows"]
    client.post(at("mention_sentiment"), {"id": row.ids, "label": "neutral"})
    assert set(Mention.objects.values_list("sentiment", flat=True)) == {"neutral"}


def test_correction_of_one_keyword_returns_the_whole_row(as_person, manager, at, two):
    data = {"id": two[1].pk, "shown": [two[0].pk, two[1].pk], "label": "neutral"}
    answer = as_person(manager).post(at("mention_sentiment"), data, headers=HTMX).content.decode()
    assert f'id="mention-{two[0].pk}"' in answer
    assert signs(answer) == [("neg", "Lumen : Négatif, Halo : Neutre (corrigé manuellement)")]
    assert f'data-corrections="{two[0].pk}: {two[1].pk}:neutral"' in answer


def test_correction_is_undone_and_the_mention_is_pending(as_person, manager, at, read, keyword):
    mention = make_mention(keyword, sentiment="negative", negative=0.7, positive=0.1, analyzed_by="m")
    client = as_person(manager)
    client.post(at("mention_sentiment"), {"id": mention.pk, "label": "positive"})
    page = client.get(at("mention", mention.pk)).content.decode()
    assert 'value="" data-label="positive" aria-pressed="true"' in page
    client.post(at("mention_sentiment"), {"id": mention.pk, "label": ""})
    mention.refresh_from_db()
    assert (mention.sentiment, Correction.objects.count()) == ("", 0)


@pytest.mark.parametrize(
    "data", [{"label": "positive"}, {"id": "{id}", "label": "uncertain"}, {"id": "x", "label": ""}]
)
def test_correction_rejects_invalid_input(as_person, manager, at, keyword, data):
    data = {name: value.format(id=make_mention(keyword).pk) for name, value in data.items()}
    assert as_person(manager).post(at("mention_sentiment"), data).status_code == 400


def test_viewer_cannot_correct_sentiment(as_person, viewer, at, keyword):
    mention = make_mention(keyword, sentiment="negative")
    client = as_person(viewer)
    assert client.post(at("mention_sentiment"), {"id": mention.pk, "label": "positive"}).status_code == 403
    assert "data-may-edit" not in client.get(at("mentions")).content.decode()
    assert "data-correct=" not in client.get(at("mention", mention.pk)).content.decode()


def test_correction_ignores_mentions_of_other_projects(as_person, manager, at, stranger):
    other = make_mention(make_keyword(stranger.projects.get()), sentiment="negative")
    client = as_person(manager)
    client.post(at("mention_sentiment"), {"id": other.pk, "label": "positive"})
    other.refresh_from_db()
    assert other.sentiment == "negative"
    assert "data-sign" not in client.get(at("mention_sentiment_badges"), {"ids": other.pk}).content.decode()


def test_badges_are_refreshed_per_row(as_person, viewer, at, keyword, two):
    waiting = make_mention(keyword)
    client = as_person(viewer)
    asked = {"ids": [f"{two[0].pk},{two[1].pk}", waiting.pk, "x", "1,y"]}
    page = client.get(at("mention_sentiment_badges"), asked).content.decode()
    assert (page.count("data-badges"), page.count("data-pending")) == (2, 1)
    assert f'data-badges="{two[0].pk}"' in page and f'data-badges="{waiting.pk}" data-pending' in page


def test_list_is_filtered_by_sentiment(as_person, viewer, at, keyword):
    for label, number in (("negative", 3), ("uncertain", 2), ("positive", 1), ("", 1)):
        make_mentions(keyword, [{"sentiment": label} for _ in range(number)])
    client = as_person(viewer)
    context = client.get(at("mentions") + "?counts=1").context
    [facet] = [facet for facet in context["facets"] if facet.name == "Sentiment"]
    assert [(choice.label, choice.count) for choice in facet.choices] == [
        ("Positive", 1),
        ("Neutral", 0),
        ("Negative", 3),
        ("Uncertain", 2),
    ]
    for choice in facet.choices:
        assert client.get(f"{at('mentions')}?{choice.query}&counts=1").context["count"].value == choice.count
    [chip] = client.get(at("mentions") + "?sentiment=uncertain").context["bar"].chips
    assert (chip.name, chip.value, chip.query) == ("Sentiment", "Uncertain", "period=7d")


# --- trends ----------------------------------------------------------------------------------------------------


@pytest.fixture
def analyzed_keyword(project, keyword):
    """A keyword with 3 negative, 1 neutral, 1 positive, 2 uncertain mentions this week and 1 positive last week."""
    make_source(project, last_success_at=timezone.now())
    now = timezone.now()
    labels = ["negative"] * 3 + ["neutral", "positive"] + ["uncertain"] * 2
    make_mentions(
        keyword, [{"sentiment": label, "published": now - timedelta(days=n % 3)} for n, label in enumerate(labels)]
    )
    make_mention(keyword, sentiment="positive", published=now - timedelta(days=8))
    return keyword


def chart(response):
    found = re.search(r'id="sentiment-data"[^>]*>(.*?)</script>', response.content.decode(), re.S)
    return json.loads(found[1])


def test_overview_shows_net_sentiment_with_its_change(as_person, viewer, at, read, project, keyword):
    now = timezone.now()
    make_source(project, last_success_at=now, created_at=now - timedelta(days=30))
    for days, labels in ((1, ["negative"] * 12 + ["positive"] * 8 + ["uncertain"] * 3), (8, ["positive"] * 20)):
        at_day = now - timedelta(days=days)
        make_mentions(keyword, [{"sentiment": label, "published": at_day} for label in labels])
    assert "Net sentiment −20 down 120 points · +100 before" in read(as_person(viewer), at("overview"))


def test_pages_show_no_net_sentiment_of_a_few_mentions(as_person, viewer, at, read, analyzed_keyword):
    client = as_person(viewer)
    assert "Net sentiment – fewer than 10 analyzed mentions" in read(client, at("overview"))
    assert "net sentiment," not in read(client, at("keyword", analyzed_keyword.pk))


def test_sentiment_bands_link_to_their_mentions(as_person, viewer, at, analyzed_keyword):
    client = as_person(viewer)
    config = chart(client.get(f"{at('keyword', analyzed_keyword.pk)}?period=7d"))
    assert [line["key"] for line in config["data"]["datasets"]] == ["negative", "neutral", "positive", "uncertain"]
    assert [line.get("hatched", False) for line in config["data"]["datasets"]] == [False, False, False, True]
    for place, link in enumerate(config["links"]):
        assert sum(line["data"][place] for line in config["data"]["datasets"]) in (0, 100)
        for line in config["data"]["datasets"]:
            shown = client.get(f"{link}&sentiment={line['key']}&counts=1").context["count"].value
            assert shown == line["counts"][place]
    assert sum(sum(line["counts"]) for line in config["data"]["datasets"]) == 7


def test_sentiment_table_has_counts(as_person, viewer, at, analyzed_keyword):
    rows = as_person(viewer).get(at("keyword", analyzed_keyword.pk)).context["sentiment"].rows
    assert [(row.split.negative, row.split.uncertain, row.split.net) for row in rows[:3]] == [
        (1, 1, None),
        (1, 0, None),
        (1, 1, None),
    ]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("", "No mentions analyzed yet"),
        ("uncertain", "All mentions in this period are uncertain"),
        (None, "No mentions in this period"),
    ],
)
def test_page_explains_missing_sentiment(as_person, viewer, at, read, project, keyword, label, words):
    make_source(project, last_success_at=timezone.now())
    if label is not None:
        make_mention(keyword, sentiment=label)
    assert words in read(as_person(viewer), at("keyword", keyword.pk))
