"""Entries that share what usually identifies one, polled from a feed: each is a mention."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from monitoring.ingest import edits
from monitoring.models import Document, Mention
from monitoring.polling.poller import poll_due
from tests.factories import make_keyword
from tests.monitoring.conftest import poll_again, rss

pytestmark = pytest.mark.django_db(transaction=True)

STATUS_PAGE = [
    {"title": f"Incident {n} Lumora", "link": "https://etat.example/", "guid": f"inc-{n}", "text": f"Numéro {n}"}
    for n in range(3)
]
FRAGMENTS = [{"title": f"Lumora {n}.0", "link": f"https://logiciel.example/v.html#v{n}"} for n in range(3)]
UNNAMED = {"link": "N/A", "guid": "N/A"}
PLACEHOLDERS = [{"title": f"Lumora {n}", "date": f"Mon, 02 Mar 2026 1{n}:00:00 GMT", **UNNAMED} for n in range(3)]
POSTS = [
    {
        "text": f"Lumora, message {n}",
        "link": "https://essai.example/d#a1",
        "guid": "https://essai.example/d#a1",
        "date": f"Mon, 02 Mar 2026 1{n}:00:00 GMT",
    }
    for n in range(3)
]


@pytest.mark.parametrize("items", [STATUS_PAGE, FRAGMENTS, PLACEHOLDERS, POSTS])
def test_entries_with_one_link_or_guid_are_all_mentions(feed, web, project, items):
    make_keyword(project, query="lumora")
    source = feed(body=rss(*items[:2]))
    poll_due()
    assert Document.objects.count() == Mention.objects.count() == 2
    web.put("/feed.xml", body=rss(*reversed(items)))
    poll_again(source)
    assert Document.objects.count() == Mention.objects.count() == 3


TOKEN = [
    {"title": "Lumora", "link": f"https://essai.example/a?mod=rss_1&amp;sid={token}", "date": POSTS[0]["date"]}
    for token in (111, 222)
]
SLUG = [
    {"title": "Lumora ouvre", "text": "Le même corps.", "link": link, "guid": link, "date": POSTS[0]["date"]}
    for link in ("https://essai.example/lumora-ouvre", "https://essai.example/lumora-ouvre-a-lyon")
]


@pytest.mark.parametrize("polls", [TOKEN, SLUG])
def test_entry_with_a_new_link_stays_one_mention_at_its_new_url(feed, web, project, polls):
    make_keyword(project, query="lumora")
    source = feed(body=rss(polls[0]))
    poll_due()
    web.put("/feed.xml", body=rss(polls[1]))
    poll_again(source)
    assert Document.objects.get().url == polls[1]["link"].replace("&amp;", "&")
    assert Mention.objects.count() == 1


def test_edited_entry_becomes_a_mention(feed, web, project):
    make_keyword(project, query="lumora")
    row = {"link": "https://essai.example/direct", "guid": "g11", "date": format_datetime(timezone.now())}
    source = feed(body=rss({"title": "Direct", "text": "Rien encore", **row}))
    poll_due()
    assert not Mention.objects.exists()
    web.put("/feed.xml", body=rss({"title": "Direct : Lumora en cause", "text": "Lumora est en cause", **row}))
    poll_again(source)
    mention = Mention.objects.get()
    assert (mention.document.title, mention.is_backlog) == ("Direct : Lumora en cause", False)
    assert mention.document.revisions.get().title == "Direct"


def test_edit_that_waits_is_stored_though_the_feed_stays_unchanged(feed, web, project):
    make_keyword(project, query="lumora")
    row = {"title": "Direct", "link": "https://essai.example/direct", "guid": "g11"}
    source = feed(body=rss({**row, "text": "Lumora"}))
    poll_due()
    Document.objects.update(edits=edits.FREE_EDITS, edited_at=timezone.now())
    web.put("/feed.xml", body=rss({**row, "text": "Lumora, suite"}))
    poll_again(source)
    assert Document.objects.get().text == "Lumora"
    Document.objects.update(edited_at=timezone.now() - timedelta(days=1))
    source = poll_again(source)
    assert Document.objects.get().text == "Lumora, suite"
    assert source.resume_state["body_hash"]


def test_undated_status_is_a_mention_each_time(feed, web, project):
    make_keyword(project, query="lumora")
    rows = [
        {
            "title": "Resolved",
            "text": "All Lumora systems are operational again.",
            "guid": f"inc-{n}",
            "link": f"https://etat.example/incidents/{n}",
        }
        for n in range(2)
    ]
    source = feed(body=rss(rows[0]))
    poll_due()
    web.put("/feed.xml", body=rss(rows[1]))
    poll_again(source)
    assert Mention.objects.count() == 2
