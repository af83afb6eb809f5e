"""RSS and Atom, as the look-alikes of platforms with feeds send them."""

from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.lookalikes.platforms.base import Post, Reply

_RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Lumen</title>'
    "<link>https://example.org/</link><description>d</description>"
)
_ATOM = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/">'
    "<title>Lumen</title><id>tag:example.org,2026:feed</id>"
)


def rss(items: list[str]) -> Reply:
    return Reply(f"{_RSS}{''.join(items)}</channel></rss>".encode(), content_type="application/rss+xml")


def atom(entries: list[str]) -> Reply:
    return Reply(f"{_ATOM}{''.join(entries)}</feed>".encode(), content_type="application/atom+xml")


def rss_item(post: Post, *, guid: str, link: str, title: str, more: str = "", is_malformed: bool = False) -> str:
    """Return an item with further elements; a malformed one has no link and no time."""
    if is_malformed:
        return f"<item><title>{escape(title)}</title></item>"
    return (
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link>"
        f'<guid isPermaLink="false">{escape(guid)}</guid><pubDate>{format_datetime(post.published)}</pubDate>'
        f"{more}</item>"
    )
