"""Feeds of several megabytes: some made of entries, others made to exhaust their reader."""

MEGABYTE = 1024 * 1024
_HEAD = b"<rss version='2.0'><channel><title>Le Phare</title>"
_ENTRY = b"<item><guid>1</guid><title>Lumen lance une lampe</title></item>"
_PARAGRAPH = (
    b"&lt;p&gt;Lumen lance une lampe &amp;amp; un livre, "
    b'&lt;a href="https://phare.example/?a=b&amp;amp;c=d"&gt;dit la marque&lt;/a&gt;.&lt;/p&gt; '
)


def attack(kind: str, size: int) -> bytes:
    """Return a feed of `size` bytes with one entry, the rest of which costs its reader many times its size."""
    piece = {
        "references": b"&a",
        "attributes": b'a="" ',
        "attributes without value": b"x ",
        "elements": b"<a/>",
        "entries": b"<item/>",
        "quotes": b'<a "',
    }[kind]
    opened = b"<a " if kind.startswith("attributes") else b""
    return _HEAD + _ENTRY + opened + piece * (size // len(piece))


def podcast(entries: int, size: int, *, doctype: bool = False) -> bytes:
    """Return a feed of about `size` bytes. feedparser has to read it if it has a document type."""
    text = _PARAGRAPH * (size // entries // len(_PARAGRAPH))
    items = b"".join(
        b"<item><title>Episode %d</title><link>https://pod.example/%d</link><guid>%d</guid>"
        b"<pubDate>Fri, 20 Nov 2026 10:%02d:00 GMT</pubDate><description>%s</description></item>"
        % (number, number, number, number % 60, text)
        for number in range(entries)
    )
    return (b"<!DOCTYPE rss>" if doctype else b"") + _HEAD + items + b"</channel></rss>"
