"""Entries that share what usually identifies one, polled from a feed: each is a mention."""

import pytest

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
