"""The order of the inbox, its stories, and that the list and its numbers agree."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.insights import urgency
from monitoring.models import Document, Mention, Story, Triage
from tests.factories import make_keyword, make_mention, make_mentions


@pytest.fixture
def keyword(project):
    return make_keyword(project)


def titles(response):
    return [row.document.title for row in response.context["rows"]]


def waiting(keyword, title, due_h=None, **fields):
    mention = make_mention(keyword, title=title, **{"status": "needs_reply", "sentiment": "neutral", **fields})
    if due_h is not None:
        due_at = timezone.now() + timedelta(hours=due_h)
        Triage.objects.create(document=mention.document, project=keyword.project, due_at=due_at)
    return mention


def test_most_urgent_is_listed_first_and_the_order_is_kept_in_links(as_person, viewer, at, keyword):
    waiting(keyword, "late", -3)
    waiting(keyword, "later", 30)
    waiting(keyword, "negative", sentiment="negative")
    waiting(keyword, "first due", -9)
    make_mention(keyword, title="other")
    page = as_person(viewer).get(at("mentions") + "?order=urgency&status=needs_reply&counts=1")
    assert titles(page) == ["first due", "late", "later", "negative"]
    assert "order=urgency" in page.context["query"]
    assert page.context["count"].value == 4


def test_replied_mention_is_not_due_any_more(as_person, viewer, at, keyword):
    replied = waiting(keyword, "replied", -9, status="replied")
    Triage.objects.filter(document=replied.document).update(first_replied_at=timezone.now())
    waiting(keyword, "late", -3)
    assert titles(as_person(viewer).get(at("mentions") + "?order=urgency")) == ["late", "replied"]


def test_pages_by_urgency_list_each_mention_once_while_others_leave(as_person, viewer, at, keyword):
    rows = make_mentions(keyword, [{"status": "needs_reply", "published": timezone.now()} for _ in range(120)])
    client = as_person(viewer)
    first = client.get(at("mentions") + "?order=urgency&status=needs_reply")
    shown = [row.id for row in first.context["rows"]]
    Mention.objects.filter(pk__in=shown[:30]).update(status="replied")
    cursor = first.context["page"].next_cursor
    assert cursor
    rest = []
    while cursor:
        page = client.get(at("mentions") + f"?order=urgency&status=needs_reply&cursor={cursor}")
        rest += [row.id for row in page.context["rows"]]
        cursor = page.context["page"].next_cursor
    assert sorted(shown + rest) == sorted(row.pk for row in rows)


def test_list_by_urgency_says_where_it_ends(as_person, viewer, at, keyword, monkeypatch):
    monkeypatch.setattr("monitoring.insights.mentions.MAX_CANDIDATES", 4)
    monkeypatch.setattr(urgency, "MAX_CANDIDATES", 4)
    make_mentions(keyword, 12)
    page = as_person(viewer).get(at("mentions") + "?order=urgency&period=30d")
    assert len(page.context["rows"]) == 8
    assert page.context["page"].is_bounded


@pytest.mark.parametrize(
    "cursor", ["u", "u1.2", "u1.1.1.1.1.1.1", "uuu.1.1.1.1.1.1", "u1.1.1.1.1.1.99999999999999999999"]
)
def test_cursor_by_urgency_that_is_none_gives_a_page(as_person, viewer, at, keyword, cursor):
    waiting(keyword, "late", -3)
    assert as_person(viewer).get(at("mentions") + f"?order=urgency&cursor={cursor}").status_code == 200


def make_story(project, mentions):
    story = Story.objects.create(project=project)
    Mention.objects.filter(pk__in=[one.pk for one in mentions]).update(story=story)
    Document.objects.filter(pk__in=[one.document_id for one in mentions]).update(story=story)
    return story


@pytest.mark.parametrize("order", ["", "&order=urgency"])
def test_story_is_one_row_of_the_inbox_and_its_numbers_agree(as_person, viewer, at, keyword, project, order):
    mentions = make_mentions(keyword, 6)
    story = make_story(project, mentions[:3])
    Mention.objects.filter(pk=mentions[5].pk).update(status="needs_reply")
    client = as_person(viewer)
    page = client.get(at("mentions") + (f"?period=7d&stories=fold{order}&counts=1" if order else "?counts=1"))
    assert len(page.context["rows"]) == page.context["count"].value == 4
    assert [view.count for view in page.context["views"]] == [1, 3, 0, 0, 4]
    html = page.content.decode()
    link = re.search(r'class="row-more" href="([^"]+)"', html)[1].replace("&amp;", "&")
    shown = client.get(link).context
    assert f"/stories/{story.pk}?" in link
    assert len(shown["items"]) == shown["facts"].found.items == 3
    every = client.get(at("mentions") + f"?period=7d{order}&counts=1")
    assert len(every.context["rows"]) == every.context["count"].value == 6


def test_order_and_stories_are_chips_that_remove_each(as_person, english_manager, at, keyword):
    make_mention(keyword)
    client = as_person(english_manager)
    bar = client.get(at("mentions") + "?period=7d&stories=fold&order=urgency").context["bar"]
    assert [(chip.name, chip.value, chip.query) for chip in bar.chips] == [
        ("Stories", "each story once", "period=7d&order=urgency"),
        ("Order", "most urgent first", "period=7d&stories=fold"),
    ]
    assert "Clear filters" not in client.get(at("mentions") + "?stories=fold&order=urgency").content.decode()
    assert [chip.name for chip in client.get(at("mentions")).context["bar"].chips] == ["Stories"]


def test_view_of_statuses_counts_stories_as_the_list_does(as_person, viewer, at, keyword, project):
    mentions = make_mentions(keyword, 4)
    make_story(project, mentions[:3])
    page = as_person(viewer).get(at("mentions") + "?period=7d&stories=fold&status=to_review&counts=1")
    assert [view.count for view in page.context["views"]][-1] == page.context["count"].value == 2
