"""The lxml parser and feedparser read every feed that the lxml parser supports in the same way."""

import random
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from monitoring.feeds import feedparser_parser, lxml_parser
from monitoring.feeds.encoding import to_utf8
from monitoring.feeds.normalize import normalize_feed
from monitoring.feeds.parse import MAX_ENTRIES, parse
from monitoring.feeds.polling_hints import read_hints
from monitoring.records import Entry, ParsedFeed
from tests.monitoring.feeds.generate import FORMATS, realistic_feed

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.xml"))
BASE = "https://base.example.org/feed"

# Regular feeds of the most common formats: they must not need feedparser.
SUPPORTED = """rss092 rdf10 rss090 atom10 atom03 wordpress google_news google_alerts youtube reddit podcast medium
no_dates_no_guids double_escaped mojibake utf8_bom same_ids hints empty_channel leading_space bing_news""".split()  # noqa: SIM905


def with_lxml(body: bytes):
    raw = lxml_parser.read(body)
    return raw and normalize_feed(raw, BASE, read_hints(body))


def with_feedparser(body: bytes):
    data = to_utf8(body, "")
    return normalize_feed(feedparser_parser.read(data, MAX_ENTRIES), BASE, read_hints(data))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_lxml_parser_agrees_with_feedparser_on_samples(path):
    body = path.read_bytes().lstrip()
    result = with_lxml(body)
    assert result is None or result == with_feedparser(body)
    if path.stem in SUPPORTED:
        assert result is not None


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "json"])
def test_lxml_parser_agrees_with_feedparser_on_feeds_of_realistic_size(format):
    for seed in range(3):
        body = realistic_feed(seed, 12, format)
        result = with_lxml(body)
        assert result is not None
        assert result == with_feedparser(body)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_parse_finds_every_entry_that_feedparser_finds(path):
    body = path.read_bytes()
    theirs = {(entry.get("title"), entry.get("link")) for entry in feedparser.parse(body).entries}
    assert len(parse(body, url=BASE).entries) >= len(theirs)


TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30),
    st.sampled_from(
        [
            "", " ", "<b>gras</b>", "&eacute;t&eacute;", "AT&amp;T", "a < b", "l’été", "Ã©tÃ©", "x\x85y", "</p>",
            "<p>un</p>\n<p>deux</p>", "&nbsp;", "&#8217;", "<script>x</script>", "http://a.example/?x=1&y=2",
            "2026-11-20T10:00:00Z", "Fri, 20 Nov 2026 10:00:00 +0100", "jean@example.org (Jean)", "]]&gt;",
        ]
    ),
)  # fmt: skip
DATES = st.sampled_from(
    [
        "2026-11-20T10:00:00Z", "2026-11-20T10:00:00.5+05:30", "2026-11-20", "Fri, 20 Nov 2026 10:00:00 GMT",
        "20 Nov 2026 10:00 -0500", "Fri, 20 Nov 2026 10:00:00 PST", "1899-12-30T00:00:00Z", "hier", "",
        "2026-02-30T10:00:00Z", "2026-11-20T24:00:00Z", "Fri, 20 Novembre 2026 10:00:00 +0000",
        "mer., 12 févr. 2025 10:00:00 CET", "1er mai 2026 à 14 h 30", "Fri, 20 Nov 2026 10:00:00 IST",
    ]
)  # fmt: skip
LINKS = st.sampled_from(
    [
        "http://a.example/1",
        "/2?a=1&b=2",
        "",
        " http://a.example/3 ",
        "tag:a.example,2026:4",
        "relatif",
        "http://é.fr/é",
    ]
)
MOSTLY = st.sampled_from([True, True, True, False])
TYPES = st.sampled_from(["", ' type="html"', ' type="text"', ' type="text/html"'])
RSS_TEXTS = ["description", "content:encoded", "author", "dc:creator", "itunes:summary", "category", "slash:comments"]
RSS_TEXTS += ["dc:language", "media:description", "dc:title", "comments"]
ATOM_TEXTS = ["summary", "content", "rights", "dc:creator", "category"]
RSS_DATES = ["pubDate", "dc:date", "atom:updated", "dcterms:created"]
ATOM_DATES = ["published", "updated", "dc:date"]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@st.composite
def entries(draw, *, atom: bool):
    """An entry with common elements at most once, which the lxml parser supports, and rarely with others."""
    rows = [f"<title{draw(TYPES) if atom else ''}>{escaped(draw(TEXTS))}</title>"] if draw(MOSTLY) else []
    if draw(MOSTLY):
        link, rel = escaped(draw(LINKS)), draw(st.sampled_from(["", ' rel="alternate"', ' rel="enclosure"']))
        rows.append(f'<atom:link{rel} href="{link}"/>' if atom or not draw(MOSTLY) else f"<link>{link}</link>")
    if draw(MOSTLY):
        permalink = draw(st.sampled_from(["", ' isPermaLink="false"', ' isPermaLink="true"']))
        text = escaped(draw(st.one_of(TEXTS, LINKS)))
        rows.append(f"<id>{text}</id>" if atom else f"<guid{permalink}>{text}</guid>")
    for name in draw(st.lists(st.sampled_from(ATOM_DATES if atom else RSS_DATES), max_size=2)):
        rows.append(f"<{name}>{draw(DATES)}</{name}>")
    for name in draw(st.lists(st.sampled_from(ATOM_TEXTS if atom else RSS_TEXTS), max_size=4)):
        rows.append(f"<{name}{draw(TYPES) if atom else ''}>{escaped(draw(TEXTS))}</{name}>")
    if not draw(MOSTLY):
        text = escaped(draw(TEXTS))
        rare = [
            f"<media:group><media:title>{text}</media:title><media:description>x</media:description></media:group>"
        ]
        rare.append(
            f"<source><title>{text}</title><id>x</id></source>" if atom else f'<source url="x">{text}</source>'
        )
        rare.append(f"<author><name>{text}</name></author>" if atom else f"<author>{text}</author>")
        rows.append(draw(st.sampled_from([*rare, *rows])))
    tag = "entry" if atom else "item"
    return f"<{tag}>{''.join(draw(st.permutations(rows)))}</{tag}>"


NAMESPACES = """xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
 xmlns:dcterms="http://purl.org/dc/terms/" """


@st.composite
def feeds(draw):
    atom = draw(st.booleans())
    rows = "".join(draw(st.lists(entries(atom=atom), min_size=1, max_size=2)))
    if atom:
        return f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}><title>F</title>{rows}</feed>'.encode()
    return f'<rss version="2.0" {NAMESPACES}><channel><title>F</title>{rows}</channel></rss>'.encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(feeds())
@example(
    f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}><title>F</title><entry><id></id>'
    '<link href="http://a.example/1"/><author><name>\u00c2\u00a1</name></author></entry></feed>'.encode()
)
def test_lxml_parser_agrees_with_feedparser_on_generated_feeds(body):
    result = with_lxml(body)
    assert result is None or result == with_feedparser(body)


@st.composite
def changed_samples(draw):
    """A well-formed sample with elements duplicated, removed, moved, renamed or given unusual attributes."""
    root = etree.fromstring(draw(st.sampled_from(WELL_FORMED)), etree.XMLParser(resolve_entities=False))
    chance = random.Random(draw(st.integers(0, 10**9)))
    for _ in range(chance.randint(1, 4)):
        elements = [each for each in root.iterdescendants() if isinstance(each.tag, str)]
        if len(elements) < 5:
            break
        element, other = chance.choice(elements), chance.choice(elements)
        change = chance.randrange(6)
        if change == 0:
            element.addnext(deepcopy(element))
        elif change == 1:
            element.getparent().remove(element)
        elif change == 2:
            other.addnext(deepcopy(element))
        elif change == 3:
            element.tag = other.tag
        elif change == 4:
            element.text = other.text
        else:
            element.set(
                chance.choice(["type", "rel", "href", "isPermaLink", "mode", "src"]), chance.choice(UNUSUAL_VALUES)
            )
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


WELL_FORMED = [path.read_bytes() for path in SAMPLES if path.stem in SUPPORTED and path.stem != "leading_space"]
UNUSUAL_VALUES = ["html", "text", "xhtml", "alternate", "false", "/x", "image/png", ""]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed_samples())
def test_lxml_parser_agrees_with_feedparser_on_changed_samples(body):
    result = with_lxml(body)
    assert result is None or entries_of(result) == entries_of(with_feedparser(body))


def entries_of(feed: ParsedFeed) -> list[Entry]:
    """Return the entries without author and language, which feedparser collects from more places than lxml_parser."""
    return [replace(entry, author="", language="") for entry in feed.entries]
