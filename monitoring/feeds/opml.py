"""OPML, the lists of feeds that readers exchange: bytes to outlines, and rows to bytes.

Comes from the import and export of sources. Lenient on import (any case, folders of any depth, markup that is not
well-formed), strict on export (OPML 2.0).
"""

import re
from dataclasses import dataclass

from lxml import etree

from monitoring.content.scrub import scrub
from monitoring.feeds.errors import ParseError
from monitoring.feeds.feedparser_parser import to_utf8

# Nobody follows more by hand; the import asks the database once for each.
MAX_OUTLINES = 10_000
_MAX_LENGTH = 1_000

_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);)", re.I)


@dataclass(frozen=True, slots=True)
class OpmlOutline:
    """`category` is the folders' names from the outside in, joined by " / "; "" at the top."""

    url: str
    title: str = ""
    site_url: str = ""
    category: str = ""


def read_opml(body: bytes) -> list[OpmlOutline] | ParseError:
    """Every outline with a feed address, in the order of the file, each address once."""
    if not body.strip():
        return ParseError("empty")
    data = to_utf8(body.lstrip() if b"\x00" not in body[:4] else body, "")
    # Entities are never declared by honest lists, and the lenient parser must not see a bomb.
    if b"<!ENTITY" in data:
        return ParseError("xml_bomb")
    # A bare & is the usual mistake; the lenient parser would silently drop what follows it from an address.
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
    except UnicodeDecodeError:  # the lenient parser keeps references such as &#xD800;, which no text can hold
        return ParseError("not_opml")


def _outlines(root: etree._Element) -> list[OpmlOutline]:
    found: dict[str, OpmlOutline] = {}
    for element, folders in _walk(root):
        outline = _outline(element, folders)
        if outline and len(found) < MAX_OUTLINES:
            found.setdefault(outline.url, outline)
    return list(found.values())


def _walk(root: etree._Element) -> list[tuple[etree._Element, tuple[str, ...]]]:
    """All outlines with the folders around them; a stack of its own, since folders nest as deep as a file likes."""
    outlines, todo = [], [(root, ())]
    while todo:
        element, folders = todo.pop()
        name = _name(element)
        if name == "outline":
            outlines.append((element, folders))
            if not _address(element) and (title := _title(element)):
                folders = (*folders[:9], title)
        if name in ("opml", "body", "outline"):
            todo.extend((child, folders) for child in reversed(element))
    return outlines


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _outline(element: etree._Element, folders: tuple[str, ...]) -> OpmlOutline | None:
    url = _address(element)
    if not url:
        return None
    given = " / ".join(part for part in _get(element, "category")[:_MAX_LENGTH].strip("/").split("/") if part)
    return OpmlOutline(
        url=url,
        title=_title(element),
        site_url=site if (site := _get(element, "htmlurl")).startswith(("http://", "https://")) else "",
        category=" / ".join(folders) or given,
    )


def _address(element: etree._Element) -> str:
    url = _get(element, "xmlurl") or (_get(element, "url") if _get(element, "type") in ("rss", "atom") else "")
    if url.lower().startswith("feed:"):
        url = url[5:] if url[5:].lower().startswith("http") else "http:" + url[5:]
    return url if url.lower().startswith(("http://", "https://")) else ""


def _title(element: etree._Element) -> str:
    return (_get(element, "title") or _get(element, "text"))[:_MAX_LENGTH]


def _get(element: etree._Element, name: str) -> str:
    value = next((value for key, value in element.attrib.items() if key.lower() == name), "")
    return " ".join(scrub(value).split())


def write_opml(title: str, rows: list[OpmlOutline]) -> bytes:
    """One folder a category, in the order in which the categories first come."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _writable(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {"": body}
    for row in rows:
        category = _writable(row.category)
        if category not in folders:
            folders[category] = etree.SubElement(body, "outline", text=category, title=category)
        name = _writable(row.title) or _writable(row.url)
        outline = etree.SubElement(folders[category], "outline", type="rss", text=name, title=name)
        outline.set("xmlUrl", _writable(row.url))
        if row.site_url:
            outline.set("htmlUrl", _writable(row.site_url))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _writable(text: str) -> str:
    """Without the few characters that XML has no way to write."""
    return scrub(text).replace("\ufffe", "").replace("\uffff", "")
