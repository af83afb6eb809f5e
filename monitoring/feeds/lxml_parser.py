"""Parse a regular RSS, RDF or Atom feed in UTF-8 with lxml: bytes in, a RawFeed out, or None if it is not supported.

Called by parse.py. About ten times as fast as feedparser (feedparser_parser.py), whose result it must equal: a feed
that feedparser might read differently is not supported. tests/monitoring/feeds/test_agreement.py compares the two.
"""

import re
from datetime import datetime

from lxml import etree

from monitoring.content.references import guess_type
from monitoring.feeds.dates import parse_date
from monitoring.feeds.links import is_permalink
from monitoring.feeds.raw_feed import RawEntry, RawFeed
from monitoring.feeds.text_repair import repair_encoding
from monitoring.feeds.xml_elements import ATOM, RDF_ABOUT, RDF_ROOT, XML_LANG, AmbiguousFeedError, Kind, KindTable

_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.-]+)", re.I)
# Document types, entities and base URLs change how the rest is read; NUL reveals another encoding. xml_repair.py reads
# comments that are texts.
_UNSUPPORTED = (b"<!DOCTYPE", b"<!ENTITY", b"xml:base", b" base=", b"\x00", b"<!--[CDATA[")
_HTML_TYPES = {"html": True, "text/html": True, "text": False, "plain": False, "text/plain": False}
_ENTRIES = frozenset({"item", "entry"})
_DESCRIPTIONS = frozenset({"description", "summary", "content", "encoded"})
_PAGE_TYPES = frozenset({"", "html", "xhtml", "text/html", "application/xhtml+xml"})


def read(body: bytes) -> RawFeed | None:
    """Parse a feed; None if feedparser has to do it."""
    if _is_unsupported(body):
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return _read_root(etree.fromstring(body, parser))
    except (etree.XMLSyntaxError, AmbiguousFeedError):
        return None


def _is_unsupported(body: bytes) -> bool:
    """Search for unsupported markup, without patterns (they took a third of the time); lxml checks the UTF-8."""
    start = body[:300].removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.match(start)
    if not start.startswith(b"<") or (declared and declared[1].lower() not in (b"utf-8", b"utf8")):
        return True
    return any(marker in body for marker in _UNSUPPORTED)


def _read_root(root: etree._Element) -> RawFeed:
    kinds = KindTable()
    namespaces = {uri.lower() for uri in root.nsmap.values()}
    if root.tag == "rss":
        channels = list(root)
        if len(channels) != 1 or channels[0].tag != "channel":
            raise AmbiguousFeedError("channel")
        return _read_channel(channels[0], [*channels[0]], kinds, root.get(XML_LANG, ""))
    if root.tag == RDF_ROOT:
        # feedparser takes the format from the first declared vocabulary, and reads titles differently in Atom.
        if not len(root) or ATOM in namespaces or not root[0].tag.endswith("}channel"):
            raise AmbiguousFeedError("rdf")
        return _read_channel(root[0], [*root[0], *list(root)[1:]], kinds, root.get(XML_LANG, ""))
    if root.tag in ("{http://www.w3.org/2005/Atom}feed", "{http://purl.org/atom/ns#}feed"):
        if "http://purl.org/rss/1.0/" in namespaces:
            raise AmbiguousFeedError("mixed")
        return _read_channel(root, [*root], kinds, root.get(XML_LANG, ""), atom=True)
    raise AmbiguousFeedError("root")


def _read_channel(
    channel: etree._Element, children: list[etree._Element], kinds: KindTable, lang: str, *, atom: bool = False
) -> RawFeed:
    feed = RawFeed(language=lang)
    reader = _EntryReader(kinds, lang=lang, atom=atom)
    for child in children:
        if child.tag.rpartition("}")[2] in ("image", "items", "textinput", "textInput"):
            _check_contains_none(child, _ENTRIES | (_DESCRIPTIONS - {"description"}))
            continue
        kind = kinds.kind_of(child)
        if kind is Kind.ENTRY:
            feed.entries.append(reader.read(child))
            continue
        if len(child):
            if kind not in (Kind.IGNORED, Kind.AUTHOR):
                raise AmbiguousFeedError("nested")
            _check_contains_none(child, _ENTRIES | _DESCRIPTIONS)
        if kind is Kind.TITLE and not feed.title:
            feed.title, feed.title_is_html = reader.text_and_type(child, html=False)
        elif kind is Kind.LINK:
            _read_feed_link(feed, child)
        elif kind is Kind.LANGUAGE:
            feed.language = (child.text or "").strip() or feed.language
        elif kind is Kind.AUTHOR and atom:
            feed.authors.append(reader.author(child))
    return feed


def _check_contains_none(element: etree._Element, names: frozenset[str]) -> None:
    """Raise AmbiguousFeedError for a nested entry or description, which feedparser reads at any depth."""
    for inner in element.iterdescendants():
        if inner.tag.rpartition("}")[2].lower() in names:
            raise AmbiguousFeedError("out of place")


def _read_feed_link(feed: RawFeed, link: etree._Element) -> None:
    href = link.get("href")
    rel = link.get("rel", "alternate").lower()
    if rel == "next":
        feed.next_url = href or ""
    elif rel == "self":
        feed.self_url = feed.self_url or href or ""
    elif href is None:
        feed.site_url = repair_encoding((link.text or "").strip()) or feed.site_url
    elif rel == "alternate" and link.get("type", "").lower() in _PAGE_TYPES:
        feed.site_url = href


class _EntryReader:
    """Reads the entries of one feed, treating repeated elements as feedparser does."""

    def __init__(self, kinds: KindTable, *, lang: str, atom: bool) -> None:
        self.kinds, self.lang, self.atom = kinds, lang, atom

    def read(self, element: etree._Element) -> RawEntry:
        """Return one entry. Raise AmbiguousFeedError if feedparser has to parse the feed."""
        attributes = element.attrib
        if attributes and any(name.lower() in ("href", "lastmod", "lang") for name in attributes):
            raise AmbiguousFeedError("entry attributes")
        entry = RawEntry(
            id=repair_encoding(attributes.get(RDF_ABOUT, "")), language=attributes.get(XML_LANG, self.lang)
        )
        state = _EntryState(entry)
        for child in element:
            self._read_element(state, child, nested=False)
        entry.published = state.published or state.dc_date or state.created or state.updated
        entry.updated = state.updated
        title = state.title or state.media_title
        if title:
            entry.title, entry.title_is_html, entry.language = title
        elif state.text_language is not None:
            entry.language = state.text_language
        entry.language = state.language or entry.language
        return entry

    def _read_element(self, state: "_EntryState", child: etree._Element, *, nested: bool) -> None:
        kind = self.kinds.kind_of(child)
        if kind is Kind.IGNORED:
            if len(child):
                self._check_ignored(child)
        elif kind in _TEXT_KINDS:
            self._read_text(state, kind, child, nested=nested)
        elif kind in _LINK_KINDS:
            if nested:
                raise AmbiguousFeedError("link in a group")
            _read_link(state, kind, child)
        elif kind is Kind.GROUP:
            for inner in child:
                self._read_element(state, inner, nested=True)
        elif nested or kind is Kind.ENTRY:
            raise AmbiguousFeedError("out of place")
        elif kind is Kind.SOURCE:
            self._read_source(child)
        elif kind is Kind.AUTHOR:
            state.entry.authors.append(self.author(child))
        elif kind is Kind.LANGUAGE:
            state.language = _text(child)
        else:
            _read_date(state, kind, child)

    def _read_text(self, state: "_EntryState", kind: Kind, child: etree._Element, *, nested: bool) -> None:
        if nested and kind not in (Kind.MEDIA_TITLE, Kind.MEDIA_TEXT):
            raise AmbiguousFeedError("text in a group")
        if child.get("src"):
            raise AmbiguousFeedError("content elsewhere")
        text, is_html = self.text_and_type(child, html=kind is Kind.DESCRIPTION or kind is Kind.ENCODED)
        if not text:
            return
        language = child.get(XML_LANG, state.entry.language) if child.attrib else state.entry.language
        if kind is Kind.TITLE:
            state.title = state.title or (text, is_html, language)
        elif kind is Kind.MEDIA_TITLE:
            state.media_title = state.media_title or (text, is_html, language)
        else:
            (state.entry.media_texts if kind is Kind.MEDIA_TEXT else state.entry.bodies).append((text, is_html))
            if state.text_language is None:
                state.text_language = language

    def text_and_type(self, element: etree._Element, *, html: bool) -> tuple[str, bool]:
        """Return the text and whether it is HTML. Raise AmbiguousFeedError for inline markup and encoded types."""
        if len(element):
            raise AmbiguousFeedError("inline markup")
        text = repair_encoding((element.text or "").strip())
        if element.attrib:
            declared = element.get("type")
            if declared is not None:
                known = _HTML_TYPES.get(declared.lower())
                if known is None:
                    raise AmbiguousFeedError("type")
                html = known
            if element.get("mode", "escaped") != "escaped":
                raise AmbiguousFeedError("mode")
        if not html and not self.atom and ("&" in text or "<" in text):
            return guess_type(text)
        return text, html

    def _read_source(self, source: etree._Element) -> None:
        for inner in source:
            if len(inner):
                self._check_ignored(inner)
            elif self.kinds.kind_of(inner) is Kind.ENTRY:
                raise AmbiguousFeedError("entry in a source")

    def author(self, author: etree._Element) -> str:
        """Return the name of an author, or the email address if it has no name."""
        if not len(author):
            return _text(author)
        parts = {}
        for inner in author:
            name = inner.tag.rpartition("}")[2].lower()
            if name in ("name", "email", "uri", "url"):
                parts[name] = _text(inner)
                # feedparser repairs the parts of an author in some orders of elements only.
                if parts[name] != (inner.text or "").strip():
                    raise AmbiguousFeedError("repaired author")
            elif self.kinds.kind_of(inner) is Kind.IGNORED:
                self._check_ignored(inner)
            else:
                raise AmbiguousFeedError("nested")
        return parts.get("name") or parts.get("email", "")

    def _check_ignored(self, element: etree._Element) -> None:
        for inner in element.iterdescendants():
            if self.kinds.kind_of(inner) is not Kind.IGNORED:
                raise AmbiguousFeedError("nested")


class _EntryState:
    """An entry and what its elements so far imply for the next ones."""

    __slots__ = (
        "created",
        "dc_date",
        "entry",
        "has_id",
        "language",
        "media_title",
        "published",
        "text_language",
        "title",
        "updated",
    )

    def __init__(self, entry: RawEntry) -> None:
        self.entry = entry
        self.title: tuple[str, bool, str] | None = None
        self.media_title: tuple[str, bool, str] | None = None
        self.text_language: str | None = None
        self.language = ""
        self.published: datetime | None = None
        self.updated: datetime | None = None
        self.created: datetime | None = None
        self.dc_date: datetime | None = None
        self.has_id = False


_TEXT_KINDS = frozenset(
    {Kind.TITLE, Kind.MEDIA_TITLE, Kind.DESCRIPTION, Kind.SUMMARY, Kind.CONTENT, Kind.ENCODED, Kind.MEDIA_TEXT}
)
_LINK_KINDS = frozenset({Kind.LINK, Kind.ORIGINAL_LINK, Kind.ENCLOSURE, Kind.ID})


def _read_link(state: _EntryState, kind: Kind, child: etree._Element) -> None:
    entry = state.entry
    if len(child):
        raise AmbiguousFeedError("nested")
    if kind is Kind.ID:
        if state.has_id:
            raise AmbiguousFeedError("two ids")
        state.has_id = True
        entry.id = _text(child)
        permalink = next((v for name, v in child.attrib.items() if name.lower() == "ispermalink"), "true")
        entry.guid_link = entry.id if permalink.lower() == "true" and is_permalink(entry.id) else ""
        return
    if kind is Kind.ORIGINAL_LINK:
        entry.original_link = _text(child)
        return
    attributes = child.attrib
    if kind is Kind.ENCLOSURE:
        entry.links.append(("enclosure", attributes.get("url", "")))
        return
    if "url" in attributes or "uri" in attributes:
        raise AmbiguousFeedError("link attributes")
    href = attributes.get("href")
    rel = attributes.get("rel", "alternate").lower()
    if href is None:
        entry.link = href = _text(child)
    elif rel == "alternate" and attributes.get("type", "").lower() in _PAGE_TYPES:
        entry.link = href
    entry.links.append((rel, href))


def _read_date(state: _EntryState, kind: Kind, child: etree._Element) -> None:
    if len(child):
        raise AmbiguousFeedError("nested")
    when = parse_date(_text(child))
    if kind is Kind.PUBLISHED:
        state.published = when
    elif kind is Kind.DC_DATE:
        state.dc_date = when
    elif kind is Kind.UPDATED:
        state.updated = when
    else:
        state.created = when


def _text(element: etree._Element) -> str:
    if len(element):
        raise AmbiguousFeedError("nested")
    return repair_encoding((element.text or "").strip())
