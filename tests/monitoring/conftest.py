"""The outside world of these tests: a local server that answers like the web."""

import pytest

from tests.lookalikes.feeds import FeedServer


@pytest.fixture
def web():
    with FeedServer() as server:
        yield server


def rss(*items, title="Le Phare"):
    """An RSS feed. An item is a dict of title, link, text, guid, date (RFC 822), each optional."""
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
