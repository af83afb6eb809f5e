"""Tell whether the bytes of an XML feed end before the feed does, as after a broken transfer. Pure.

Called by feedparser_parser.py; lxml_parser.py reads whole documents only.
"""

import re

_ROOT = re.compile(rb"<((?:[\w.-]+:)?(?:rss|rdf|feed|channel|item|entry))(?=[\s>/])", re.I)
_LAST_ENTRY = re.compile(rb".*<((?:[\w.-]+:)?(?:item|entry))(?=[\s>/])", re.I | re.S)


def is_truncated(data: bytes) -> bool:
    """Return whether the root element of a feed isn't closed; False for bytes without one."""
    return _is_open(data, _ROOT.search(data))


def is_last_entry_cut(data: bytes) -> bool:
    """Return whether the last entry isn't closed."""
    return _is_open(data, _LAST_ENTRY.match(data))


def _is_open(data: bytes, start: re.Match[bytes] | None) -> bool:
    if start is None:
        return False
    closing = re.compile(rb".*</" + re.escape(start[1]) + rb"\s*>", re.I | re.S)
    end = closing.match(data, start.end())
    if end is None:
        return not _is_self_closed(data, start.end())
    # A closing tag inside an open CDATA section is text.
    section = data.rfind(b"<![CDATA[", 0, end.end())
    return section >= 0 and data.find(b"]]>", section) < 0


def _is_self_closed(data: bytes, name_end: int) -> bool:
    tag_end = data.find(b">", name_end)
    return tag_end > 0 and data[tag_end - 1 : tag_end] == b"/"
