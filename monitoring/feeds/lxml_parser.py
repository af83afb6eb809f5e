"""The fast road: a clean RSS, RDF or Atom feed in UTF-8 to a RawFeed through lxml, or None where in doubt.

Comes from parse.py. About ten times as fast as feedparser (reference.py), whose reading it must repeat exactly:
whatever feedparser might read otherwise is doubt. tests/monitoring/feeds/test_agreement.py holds the two together.
"""

import re
from contextlib import suppress

from feedparser.mixin import _FeedParserMixin
from lxml import etree

from monitoring.feeds.dates import UnusualDate, parse_usual
from monitoring.feeds.raw_feed import RawEntry, RawFeed
from monitoring.feeds.xml_elements import ATOM, RDF_ABOUT, RDF_ROOT, XML_LANG, Doubt, Kind, Kinds

_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.-]+)", re.I)
# Type declarations, entities and other bases change how the rest is read; in NUL another encoding shows.
_SURPRISES = (b"<!DOCTYPE", b"<!ENTITY", b"xml:base", b" base=", b"\x00")
_HTML_TYPES = {"html": True, "text/html": True, "text": False, "plain": False, "text/plain": False}
_EMAIL_AUTHOR = re.compile(r"[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,4}(?: \([^()@<>]+\))?", re.A | re.I)
_NAMED_REFERENCE = re.compile(r"&\w+;", re.A)
_ENTRIES = frozenset({"item", "entry"})
_DESCRIPTIONS = frozenset({"description", "summary", "content", "encoded"})
_C1 = re.compile("[\x80-\x9f]")
_PAGE_TYPES = frozenset({"", "html", "xhtml", "text/html", "application/xhtml+xml"})


def read(body: bytes) -> RawFeed | None:
    if _is_odd(body):
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
    except (etree.XMLSyntaxError, Doubt, UnusualDate):
        return None


def _is_odd(body: bytes) -> bool:
    """Plain searches, because patterns over whole feeds took a third of the road's time; lxml checks the UTF-8."""
    start = body[:300].removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.match(start)
    if not start.startswith(b"<") or (declared and declared[1].lower() not in (b"utf-8", b"utf8")):
        return True
    return any(surprise in body for surprise in _SURPRISES)


def _read_root(root: etree._Element) -> RawFeed:
    kinds = Kinds()
    namespaces = {uri.lower() for uri in root.nsmap.values()}
    if root.tag == "rss":
        channels = list(root)
        if len(channels) != 1 or channels[0].tag != "channel":
            raise Doubt("channel")
        return _read_channel(channels[0], [*channels[0]], kinds, root.get(XML_LANG, ""))
    if root.tag == RDF_ROOT:
        # feedparser takes the vocabulary declared first for the format, and Atom reads titles otherwise.
        if not len(root) or ATOM in namespaces or not root[0].tag.endswith("}channel"):
            raise Doubt("rdf")
        return _read_channel(root[0], [*root[0], *root[1:]], kinds, root.get(XML_LANG, ""))
    if root.tag in ("{http://www.w3.org/2005/Atom}feed", "{http://purl.org/atom/ns#}feed"):
        if "http://purl.org/rss/1.0/" in namespaces:
            raise Doubt("mixed")
        return _read_channel(root, [*root], kinds, root.get(XML_LANG, ""), atom=True)
    raise Doubt("root")


def _read_channel(
    channel: etree._Element, children: list[etree._Element], kinds: Kinds, lang: str, *, atom: bool = False
) -> RawFeed:
    feed, descriptions = RawFeed(language=lang), []
    reader = _EntryReader(kinds, lang=lang, atom=atom)
    for child in children:
        if child.tag.rpartition("}")[2] in ("image", "items", "textinput", "textInput"):
            _check_without(child, _ENTRIES | (_DESCRIPTIONS - {"description"}))
            continue
        kind = kinds.of(child)
        if kind is Kind.ENTRY:
            if not feed.entries and "itunes" in descriptions:
                descriptions.remove("itunes")  # which reference.py takes out
            if len(descriptions) > 1:
                # feedparser takes the second for an entry's content, and reads the next entry otherwise.
                raise Doubt("two descriptions")
            feed.entries.append(reader.read(child))
            continue
        if len(child):
            if kind not in (Kind.IGNORED, Kind.AUTHOR):
                raise Doubt("nested")
            _check_without(child, _ENTRIES | _DESCRIPTIONS)
        if kind in _BODIES:
            descriptions.append(child.prefix)
        if kind is Kind.TITLE and not feed.title:
            feed.title, feed.title_is_html = reader.text_and_type(child, html=False)
        elif kind is Kind.LINK:
            _read_feed_link(feed, child)
        elif kind is Kind.LANGUAGE:
            feed.language = (child.text or "").strip() or feed.language
        elif kind is Kind.AUTHOR and atom and not feed.author:
            feed.author = reader.author(child)
    return feed


def _check_without(element: etree._Element, names: frozenset[str]) -> None:
    """feedparser takes an entry, or a description, wherever one stands."""
    for inner in element.iterdescendants():
        if inner.tag.rpartition("}")[2].lower() in names:
            raise Doubt("out of place")


def _read_feed_link(feed: RawFeed, link: etree._Element) -> None:
    href = link.get("href")
    rel = link.get("rel", "alternate").lower()
    if rel == "next":
        feed.next_url = href or ""
    elif href is None:
        feed.site_url = repair((link.text or "").strip()) or feed.site_url
    elif rel == "alternate" and link.get("type", "").lower() in _PAGE_TYPES:
        feed.site_url = href


class _EntryReader:
    """Reads entries of one feed; repeats what feedparser does with elements that come twice."""

    def __init__(self, kinds: Kinds, *, lang: str, atom: bool) -> None:
        self.kinds, self.lang, self.atom = kinds, lang, atom

    def read(self, element: etree._Element) -> RawEntry:
        attributes = element.attrib
        if attributes and any(name.lower() in ("href", "lastmod", "lang") for name in attributes):
            raise Doubt("entry attributes")
        entry = RawEntry(id=repair(attributes.get(RDF_ABOUT, "")), language=attributes.get(XML_LANG) or self.lang)
        state = _State(entry)
        for child in element:
            self._take(state, child, deeper=False)
        entry.published = state.published or state.updated or state.created
        if state.summary is not None:
            entry.bodies.append(state.summary)
        if not entry.link and state.guid_link and state.link_free:
            entry.link = state.guid_link
        return entry

    def _take(self, state: "_State", child: etree._Element, *, deeper: bool) -> None:
        kind = self.kinds.of(child)
        if kind is Kind.IGNORED:
            if len(child):
                self._check_silent(child)
        elif kind in _TEXTS:
            self._take_text(state, kind, child, deeper=deeper)
        elif kind in _LINKS:
            if deeper:
                raise Doubt("link in a group")
            _take_link(state, kind, child)
        elif kind is Kind.GROUP:
            for inner in child:
                self._take(state, inner, deeper=True)
        elif deeper or kind is Kind.ENTRY:
            raise Doubt("out of place")
        elif kind is Kind.SOURCE:
            self._take_source(state, child)
        elif kind is Kind.AUTHOR:
            if state.author_parts not in (None, bool(len(child))):
                raise Doubt("authors of two kinds")
            state.author_parts = bool(len(child))
            state.entry.authors.append(self.author(child))
        elif kind is Kind.LANGUAGE:
            state.entry.language = _text(child)
        else:
            _take_date(state, kind, child)

    def _take_text(self, state: "_State", kind: Kind, child: etree._Element, *, deeper: bool) -> None:
        entry = state.entry
        if kind is Kind.TITLE or kind is Kind.MEDIA_TITLE:
            text, is_html = self.text_and_type(child, html=False)
            if kind is Kind.MEDIA_TITLE or state.source_seen or deeper:
                # feedparser weighs depths here, and forgets them at a <source>.
                if not state.title_done or state.source_seen:
                    raise Doubt("title of media")
            elif not state.title_done:
                entry.title, entry.title_is_html = text, is_html
                state.title_done = bool(text)
            return
        as_content = kind in (Kind.CONTENT, Kind.ENCODED) or (state.summary is not None and not state.has_content)
        html = kind is Kind.ENCODED or (kind is Kind.DESCRIPTION and not as_content)
        body = self.text_and_type(child, html=html)
        if as_content:
            if child.get("src"):
                raise Doubt("content elsewhere")
            state.has_content = True
            entry.bodies.append(body)
            if state.summary is None:
                state.summary = body
        elif deeper and state.summary is not None:
            raise Doubt("description of media")
        else:
            state.summary = body

    def text_and_type(self, element: etree._Element, *, html: bool) -> tuple[str, bool]:
        """The text and whether it is HTML; inline markup and types that feedparser decodes are doubt."""
        if len(element):
            raise Doubt("inline markup")
        text = repair((element.text or "").strip())
        if element.attrib:
            declared = element.get("type")
            if declared is not None:
                html = _HTML_TYPES.get(declared.lower())
                if html is None:
                    raise Doubt("type")
            if element.get("mode", "escaped") != "escaped":
                raise Doubt("mode")
        if not html and not self.atom and ("&" in text or "</" in text):
            html = _FeedParserMixin.looks_like_html(text)
        return text, html

    def _take_source(self, state: "_State", source: etree._Element) -> None:
        state.source_seen = True
        for inner in source:
            if len(inner):
                self._check_silent(inner)
            elif self.kinds.of(inner) is Kind.ENTRY:
                raise Doubt("entry in a source")

    def author(self, author: etree._Element) -> str:
        if not len(author):
            return _plain_author(_text(author))
        parts = {}
        for inner in author:
            name = inner.tag.rpartition("}")[2].lower()
            if name in ("name", "email", "uri", "url"):
                parts[name] = _text(inner)
                # feedparser puts the parts of an author right in some orders of elements and not in others.
                if parts[name] != (inner.text or "").strip():
                    raise Doubt("mended author")
            elif self.kinds.of(inner) is Kind.IGNORED:
                self._check_silent(inner)
            else:
                raise Doubt("nested")
        return parts.get("name") or parts.get("email", "")

    def _check_silent(self, element: etree._Element) -> None:
        for inner in element.iterdescendants():
            if self.kinds.of(inner) is not Kind.IGNORED:
                raise Doubt("nested")


class _State:
    """What is known of the entry half way through its elements."""

    __slots__ = (
        "author_parts",
        "created",
        "entry",
        "guid_link",
        "has_content",
        "link_free",
        "published",
        "source_seen",
        "summary",
        "title_done",
        "updated",
    )

    def __init__(self, entry: RawEntry) -> None:
        self.entry = entry
        self.summary: tuple[str, bool] | None = None
        self.published = self.updated = self.created = None
        self.has_content = self.title_done = self.source_seen = False
        self.author_parts: bool | None = None
        self.guid_link: str | None = None
        self.link_free = True


_TEXTS = frozenset({Kind.TITLE, Kind.MEDIA_TITLE, Kind.DESCRIPTION, Kind.SUMMARY, Kind.CONTENT, Kind.ENCODED})
_BODIES = _TEXTS - {Kind.TITLE, Kind.MEDIA_TITLE}
_LINKS = frozenset({Kind.LINK, Kind.ENCLOSURE, Kind.ID})


def _plain_author(text: str) -> str:
    """feedparser takes addresses out of names, with a pattern of its own."""
    if "@" in text and not _EMAIL_AUTHOR.fullmatch(text):
        raise Doubt("author")
    return text


def _take_link(state: _State, kind: Kind, child: etree._Element) -> None:
    entry = state.entry
    if len(child):
        raise Doubt("nested")
    if kind is Kind.ID:
        if state.guid_link is not None:
            raise Doubt("two ids")
        entry.id = _text(child)
        permalink = next((v for name, v in child.attrib.items() if name.lower() == "ispermalink"), "true")
        state.guid_link = entry.id if permalink == "true" else ""
        return
    attributes = child.attrib
    if kind is Kind.ENCLOSURE:
        entry.links.append(("enclosure", attributes.get("url", "")))
        return
    if "url" in attributes or "uri" in attributes:
        raise Doubt("link attributes")
    href = attributes.get("href")
    rel = attributes.get("rel", "alternate").lower()
    if href is None:
        entry.link = href = _text(child)
        if _NAMED_REFERENCE.search(href):
            raise Doubt("escaped twice")
        state.link_free = False
    elif rel == "alternate" and attributes.get("type", "").lower() in _PAGE_TYPES:
        entry.link = href
        state.link_free = False
    entry.links.append((rel, href))


def _take_date(state: _State, kind: Kind, child: etree._Element) -> None:
    if len(child):
        raise Doubt("nested")
    when = parse_usual(_text(child))
    if kind is Kind.PUBLISHED:
        state.published = when
    elif kind is Kind.UPDATED:
        state.updated = when
    else:
        state.created = when


def _text(element: etree._Element) -> str:
    if len(element):
        raise Doubt("nested")
    return repair((element.text or "").strip())


def repair(text: str) -> str:
    """As feedparser: UTF-8 that was taken for Latin-1 on its way, and Windows' own characters, are put right."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_WINDOWS) if _C1.search(text) else text


# The bytes 0x80-0x9f of windows-1252, which a Latin-1 reading leaves as control characters.
_WINDOWS = {n: c for n in range(0x80, 0xA0) if (c := bytes([n]).decode("windows-1252", "ignore"))}
