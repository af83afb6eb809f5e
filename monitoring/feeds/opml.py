"""Read and write OPML, the format for lists of feeds: bytes to outlines, and outlines to bytes. Pure.

Called by services/opml.py. Lenient on import (any case, folders of any depth, malformed markup), strict on export
(OPML 2.0).
"""

import re
from dataclasses import dataclass

from lxml import etree

from monitoring.content.scrub import scrub
from monitoring.feeds.errors import ParseError
from monitoring.feeds.feedparser_parser import to_utf8

# More than anyone collects by hand; the import runs one query for each.
MAX_OUTLINES = 10_000
_MAX_LENGTH = 1_000

_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);)", re.I)


@dataclass(frozen=True, slots=True)
class OpmlOutline:
    """A feed of a list. `category` has the names of its folders, outermost first, joined by " / "; "" at the top."""

    url: str
    title: str = ""
    site_url: str = ""
    category: str = ""


def read_opml(body: bytes) -> list[OpmlOutline] | ParseError:
    """Return every outline with a feed URL, in the order of the file, without duplicate URLs."""
    if not body.strip():
        return ParseError("empty")
    data = to_utf8(body.lstrip() if b"\x00" not in body[:4] else body, "")
    # Real lists declare no entities, and the lenient parser would expand an XML bomb.
    if b"<!ENTITY" in data:
        return ParseError("xml_bomb")
    # A bare & is a common error; the lenient parser would drop the rest of the URL silently.
    data = _BARE_AMPERSAND.sub(b"&amp;", data)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False, encoding="utf-8")
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ParseError("not_opml")
    if root is None or _name(root) != "opml":
        return ParseError("not_opml")
    try:
        return _outlines(root)
    except UnicodeDecodeError:  # the lenient parser keeps references such as &#xD800;, which no text can contain
        return ParseError("not_opml")


def _outlines(root: etree._Element) -> list[OpmlOutline]:
    found: dict[str, OpmlOutline] = {}
    for element, folders in _walk(root):
        outline = _outline(element, folders)
        if outline and len(found) < MAX_OUTLINES:
            found.setdefault(outline.url, outline)
    return list(found.values())


def _walk(root: etree._Element) -> list[tuple[etree._Element, tuple[str, ...]]]:
    """Return all outlines with their folders; iterative, because folders nest deeper than the recursion limit."""
    outlines: list[tuple[etree._Element, tuple[str, ...]]] = []
    todo: list[tuple[etree._Element, tuple[str, ...]]] = [(root, ())]
    while todo:
        element, folders = todo.pop()
        name = _name(element)
        if name == "outline":
            outlines.append((element, folders))
            if not _url(element) and (title := _title(element)):
                folders = (*folders[:9], title)
        if name in ("opml", "body", "outline"):
            todo.extend((child, folders) for child in reversed(element))
    return outlines


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _outline(element: etree._Element, folders: tuple[str, ...]) -> OpmlOutline | None:
    url = _url(element)
    if not url:
        return None
    given = " / ".join(part for part in _attribute(element, "category")[:_MAX_LENGTH].strip("/").split("/") if part)
    return OpmlOutline(
        url=url,
        title=_title(element),
        site_url=site if (site := _attribute(element, "htmlurl")).startswith(("http://", "https://")) else "",
        category=" / ".join(folders) or given,
    )


def _url(element: etree._Element) -> str:
    url = _attribute(element, "xmlurl") or (
        _attribute(element, "url") if _attribute(element, "type") in ("rss", "atom") else ""
    )
    if url.lower().startswith("feed:"):
        url = url[5:] if url[5:].lower().startswith("http") else "http:" + url[5:]
    return url if url.lower().startswith(("http://", "https://")) else ""


def _title(element: etree._Element) -> str:
    return (_attribute(element, "title") or _attribute(element, "text"))[:_MAX_LENGTH]


def _attribute(element: etree._Element, name: str) -> str:
    value = next((value for key, value in element.attrib.items() if key.lower() == name), "")
    return " ".join(scrub(str(value)).split())


def write_opml(title: str, rows: list[OpmlOutline]) -> bytes:
    """Return a list with one folder per category, in order of first appearance."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _xml_text(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {"": body}
    for row in rows:
        category = _xml_text(row.category)
        if category not in folders:
            folders[category] = etree.SubElement(body, "outline", text=category, title=category)
        name = _xml_text(row.title) or _xml_text(row.url)
        outline = etree.SubElement(folders[category], "outline", type="rss", text=name, title=name)
        outline.set("xmlUrl", _xml_text(row.url))
        if row.site_url:
            outline.set("htmlUrl", _xml_text(row.site_url))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _xml_text(text: str) -> str:
    """Return the text without the characters that XML cannot represent."""
    return scrub(text).replace("\ufffe", "").replace("\uffff", "")
