"""Fixtures for polling: a local web server, sources on it, and feeds to publish."""

import pytest

from tests.lookalikes.feeds import FeedServer


@pytest.fixture
def web():
    with FeedServer() as server:
        yield server


def rss(*items, title="Le Phare"):
    """Return an RSS feed. An item is a dict of title, link, text, guid, date (RFC 822), each optional."""
    entries = "".join(
        "<item>"
        + "".join(
            f"<{tag}>{value}</{tag}>"
            for tag, value in (
                ("title", item.get("title", "")),
                ("link", item.get("link", "")),
                ("description", item.get("text", "")),
                ("guid", item.get("guid", "")),
                ("pubDate", item.get("date", "")),
            )
            if value
        )
        + "</item>"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{title}</title><link>https://phare.example/</link>{entries}</channel></rss>"
    ).encode()


NEWS = rss(
    {
        "title": "Lumen lance une lampe",
        "link": "https://phare.example/1",
        "guid": "1",
        "text": "Chez &lt;b&gt;Lumen&lt;/b&gt;",
    },
    {"title": "Autre chose", "link": "https://phare.example/2", "guid": "2", "text": "Sans rapport"},
)


@pytest.fixture
def feed(project, web):
    """`feed("/feed.xml", status=404)` creates a source and the server's response for it."""
    from tests.factories import make_source

    def add(path="/feed.xml", **route):
        web.put(path, **{"body": NEWS, **route})
        return make_source(project, web.url(path), host="127.0.0.1", title="")

    return add


def poll_again(source):
    """Make a source due and poll all due sources. Return it reloaded."""
    from django.utils import timezone

    from monitoring.models import Source
    from monitoring.polling.poller import poll_due

    Source.objects.filter(pk=source.pk).update(next_poll_at=timezone.now())
    poll_due()
    source.refresh_from_db()
    return source
