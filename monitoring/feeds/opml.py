"""Read and write OPML, the format for lists of feeds: bytes to outlines, and outlines to bytes. Pure.

Called by services/opml.py. Lenient on import (any case, folders of any depth, malformed markup, URLs without a
scheme), strict on export (OPML 2.0).
"""

import re
from dataclasses import dataclass

from lxml import etree

from monitoring.content.scrub import scrub, xml_text
from monitoring.content.urls import url_from_input
from monitoring.feeds.encoding import to_utf8
from monitoring.feeds.errors import ParseError
from monitoring.feeds.links import absolute_link
from monitoring.feeds.xml_repair import repair_xml

# More than anyone collects by hand; the import runs one query for each.
MAX_OUTLINES = 10_000
_MAX_LENGTH = 1_000

_FEED_TYPES = frozenset({"rss", "rss1", "rss2", "atom", "feed", "pie"})
_HTTP = re.compile(r"https?://[^/]", re.I)


@dataclass(frozen=True, slots=True)
class OpmlOutline:
    """A feed of a list. `category` has the names of its folders, outermost first, joined by " / "; "" at the top.

    `url` is the site's if the list has no other: its feed is looked for when it is polled first.
    """

    url: str
    title: str = ""
    site_url: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry of a list that is no feed, by its title or URL. `reason` has a sentence in messages/opml_reasons.py.

    `line` is its number in a list of URLs, 0 in an OPML file.
    """

    name: str
    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class OpmlList:
    """The feeds of an OPML file and the entries that are none, both in its order."""

    outlines: tuple[OpmlOutline, ...]
    left_out: tuple[LeftOut, ...] = ()


def read_opml(body: bytes) -> OpmlList | ParseError:
    """Return every feed of a list, without duplicate URLs, and every entry that was left out."""
    if not body.strip():
        return ParseError("empty")
    data = to_utf8(body.lstrip() if b"\x00" not in body[:4] else body, "")
    # Real lists declare no entities, and the lenient parser would expand an XML bomb.
    if b"<!ENTITY" in data:
        return ParseError("xml_bomb")
    # A bare & is a common error; the lenient parser would drop the rest of the URL silently.
    data = repair_xml(data)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False, encoding="utf-8")
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ParseError("not_opml")
    if root is None or _name(root) not in ("opml", "body", "outline"):
        return ParseError("not_opml")
    return _read_list(root)


def _read_list(root: etree._Element) -> OpmlList:
    found: dict[str, OpmlOutline] = {}
    left_out: list[LeftOut] = []
    for element, folders in _walk(root):
        url, reason = _url(element), ""
        if not url:
            reason = _reason(element)
        elif url in found:
            reason = "duplicate"
        elif len(found) >= MAX_OUTLINES:
            reason = "too_many"
        else:
            found[url] = _outline(element, url, folders)
        if reason and len(left_out) < MAX_OUTLINES:
            left_out.append(LeftOut(_title(element) or _given_url(element)[:_MAX_LENGTH], reason))
    return OpmlList(tuple(found.values()), tuple(left_out))


def _walk(root: etree._Element) -> list[tuple[etree._Element, tuple[str, ...]]]:
    """Return all outlines with their folders; iterative, because folders nest deeper than the recursion limit."""
    outlines: list[tuple[etree._Element, tuple[str, ...]]] = []
    todo: list[tuple[etree._Element, tuple[str, ...]]] = [(root, ())]
    while todo:
        element, folders = todo.pop()
        if _name(element) in ("", "head"):
            continue
        if _name(element) == "outline":
            outlines.append((element, folders))
            if not _url(element) and (title := _title(element)):
                folders = (*folders[:9], title)
        todo.extend((child, folders) for child in reversed(element))
    return outlines


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _outline(element: etree._Element, url: str, folders: tuple[str, ...]) -> OpmlOutline:
    given = " / ".join(part for part in _attribute(element, "category")[:_MAX_LENGTH].strip("/").split("/") if part)
    return OpmlOutline(
        url=url,
        title=_title(element),
        site_url=_web_address(_attribute(element, "htmlurl")),
        category=" / ".join(folders) or given,
    )


def _url(element: etree._Element) -> str:
    """Return the URL of the feed, else that of the site; "" if the entry has no web address."""
    site = _attribute(element, "htmlurl")
    return _web_address(_feed_url(element), site) or _web_address(site)


def _feed_url(element: etree._Element) -> str:
    has_feed = _attribute(element, "type").lower() in _FEED_TYPES
    return next(filter(None, (_attribute(element, name) for name in ("xmlurl", "feedurl", "rssurl"))), "") or (
        _attribute(element, "url") if has_feed else ""
    )


def _given_url(element: etree._Element) -> str:
    return _feed_url(element) or _attribute(element, "htmlurl") or _attribute(element, "url")


def _web_address(given: str, site: str = "") -> str:
    """Return an HTTP URL, completed with a scheme, or with that and the host of the site; "" for any other text."""
    completed = url_from_input(given)
    if completed == f"https://{given}":
        return absolute_link(given, _web_address(site) if site else "")
    return completed if _HTTP.match(completed) else ""


def _reason(element: etree._Element) -> str:
    """Return why an entry without a web address is left out; "" for a folder."""
    if _feed_url(element) or _attribute(element, "htmlurl"):
        return "not_web"
    kind = _attribute(element, "type").lower()
    if kind in ("link", "include") and _attribute(element, "url"):
        return kind
    return "" if any(_name(child) == "outline" for child in element) else "no_url"


def _title(element: etree._Element) -> str:
    return (_attribute(element, "title") or _attribute(element, "text"))[:_MAX_LENGTH]


def _attribute(element: etree._Element, name: str) -> str:
    value = next((value for key, value in element.attrib.items() if key.lower() == name), "")
    return " ".join(scrub(str(value)).split())


def write_opml(title: str, rows: list[OpmlOutline]) -> bytes:
    """Return a list with one folder per category, in order of first appearance."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = xml_text(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {"": body}
    for row in rows:
        category = xml_text(row.category)
        if category not in folders:
            folders[category] = etree.SubElement(body, "outline", text=category, title=category)
        name = xml_text(row.title) or xml_text(row.url)
        outline = etree.SubElement(folders[category], "outline", type="rss", text=name, title=name)
        outline.set("xmlUrl", xml_text(row.url))
        if row.site_url:
            outline.set("htmlUrl", xml_text(row.site_url))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
