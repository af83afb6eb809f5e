"""Titles, texts and languages of entries, as both parsers read them: which texts count, and how they are decoded."""

import json

import pytest

from monitoring.content.clean import clean, safe_html
from monitoring.feeds import feedparser_parser, lxml_parser
from monitoring.feeds.normalize import normalize_feed
from monitoring.feeds.parse import MAX_ENTRIES, parse
from monitoring.feeds.polling_hints import PollingHints
from monitoring.feeds.text_repair import repair_encoding
from monitoring.records import Entry, ParsedFeed

NAMESPACES = """xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:yandex="http://news.yandex.ru"
 xmlns:googleplay="http://www.google.com/schemas/play-podcasts/1.0" """


def both(body: str) -> ParsedFeed:
    """Return the feed as lxml reads it, after a check that feedparser reads the same."""
    strict = lxml_parser.read(body.encode())
    loose = feedparser_parser.read(body.encode(), MAX_ENTRIES)
    first, second = (normalize_feed(raw, "https://a.example/feed", PollingHints()) for raw in (strict, loose))
    assert first == second
    return first


def rss(item: str, head: str = "") -> Entry:
    return both(
        f'<rss version="2.0" {NAMESPACES}><channel><title>F</title>{head}<item>{item}</item></channel></rss>'
    ).entries[0]


def atom(entry: str, attributes: str = "") -> Entry:
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>F</title><entry>{entry}</entry></feed>'
    return both(feed).entries[0]


def text(entry: Entry) -> str:
    return clean(entry).text


OWN = "<description>Le corps du rappel</description>"
LONG = "Une cuisine toute vide, et bien plus de mots que dans le corps"


@pytest.mark.parametrize(
    "media",
    [
        f"<media:description>{LONG}</media:description>",
        f'<media:text type="plain">{LONG}</media:text>',
        f'<media:content url="https://a.example/a.jpg"><media:description>{LONG}</media:description></media:content>',
        f"<media:group><media:content><media:text>{LONG}</media:text></media:content></media:group>",
    ],
)
def test_parse_adds_media_description_after_own_text(media):
    for item in (media + OWN, OWN + media):
        assert text(rss(f"<title>t</title>{item}")) == f"Le corps du rappel\n\n{LONG}"
    assert text(rss(f"<title>t</title>{media}")) == LONG
    assert text(rss(f"<title>{LONG}</title>{OWN}{media}")) == "Le corps du rappel"


@pytest.mark.parametrize(
    "item",
    [
        "<title>Titre</title><media:title>Crédit</media:title>",
        "<media:title>Crédit</media:title><title>Titre</title>",
        "<media:content><media:title>Crédit</media:title></media:content><title>Titre</title>",
        '<source url="x">S</source><title>Titre</title><media:group><media:title>Crédit</media:title></media:group>',
        "<title/><dc:title>Titre</dc:title>",
        "<title>Titre</title><title>Second</title>",
        "<media:title>Titre</media:title><description>d</description>",
    ],
)
def test_parse_prefers_own_title_to_that_of_media(item):
    assert rss(item).title == "Titre"


BODY = "<p>Le corps est plus long que le résumé, mais il ne cite pas la marque.</p>".replace("<", "&lt;")
PLAIN_BODY = "Le corps est plus long que le résumé, mais il ne cite pas la marque."


@pytest.mark.parametrize(
    "summary",
    [
        "<description>{}</description>", "<itunes:summary>{}</itunes:summary>",
        "<itunes:subtitle>{}</itunes:subtitle>",
        "<dc:description>{}</dc:description>", "<dcterms:abstract>{}</dcterms:abstract>", "<summary>{}</summary>",
        "<yandex:full-text>{}</yandex:full-text>", "<googleplay:description>{}</googleplay:description>",
        "<content:encoded>{}</content:encoded>", "<dc:abstract>{}</dc:abstract>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", ["<content:encoded>{}</content:encoded>", "<description>{}</description>"])
def test_parse_keeps_every_text_of_an_entry(summary, body):
    parts = [summary.format("Un résumé qui cite Lumora"), body.format(BODY)]
    for item in ("".join(parts), "".join(reversed(parts))):
        assert text(rss(f"<title>t</title>{item}")) == f"{PLAIN_BODY}\n\nUn résumé qui cite Lumora"


def test_parse_keeps_texts_of_three_elements_and_of_the_next_entry():
    channel = "<itunes:summary>Podcast</itunes:summary><description>Chaîne</description>"
    item = (
        f"<description>Lumora</description><content:encoded>{BODY}</content:encoded><description>Aurore</description>"
    )
    entry = rss(f"<itunes:summary>Un épisode</itunes:summary>{item}", channel)
    assert text(entry) == f"{PLAIN_BODY}\n\nUn épisode\n\nLumora\n\nAurore"
    assert text(atom(f"<summary>Lumora</summary><content type='html'>{BODY}</content>")) == f"{PLAIN_BODY}\n\nLumora"


def test_parse_adds_no_excerpt_of_the_body():
    excerpt = "<description>&lt;p&gt;Le corps est plus long que le résumé [&amp;#8230;]&lt;/p&gt;</description>"
    entry = rss(f"<title>t</title>{excerpt}<content:encoded>{BODY}</content:encoded>")
    assert text(entry) == PLAIN_BODY
    assert safe_html(entry) == f"<p>{PLAIN_BODY}</p>"


def test_safe_html_shows_added_texts_below_the_body():
    entry = rss(f"<content:encoded>{BODY}</content:encoded><summary>Lumora &lt;x&gt; et &amp;amp; co</summary>")
    assert safe_html(entry) == f"<p>{PLAIN_BODY}</p>\n<p>Lumora &lt;x&gt; et &amp; co</p>"
    assert text(entry) == f"{PLAIN_BODY}\n\nLumora <x> et & co"


def test_parse_takes_the_text_rather_than_the_longest_markup_for_the_body():
    picture = f'&lt;img src="data:image/png;base64,{"A" * 5_000}"&gt;Légende'
    entry = rss(f"<description>{picture}</description><content:encoded>{BODY}</content:encoded>")
    assert text(entry) == f"{PLAIN_BODY}\n\nLégende"


def test_parse_json_feed_keeps_every_text():
    item = {
        "id": "1",
        "content_html": "<p>Le corps &amp; co</p>",
        "content_text": "Le corps & co",
        "summary": "Lumora",
    }
    feed = parse(json.dumps({"items": [item, {"id": "2", "content_text": "a", "summary": "d&eacute;but"}]}).encode())
    assert [text(entry) for entry in feed.entries] == ["Le corps & co\n\nLumora", "début\n\na"]


TITLES = [
    ("Re&amp;colon; AT&amp;amp;T &amp;eacute;t&amp;eacute;", "Re: AT&T été"),
    ("C&amp;apos;est &amp;rpar; l&amp;eacute;t&amp;eacute;", "C'est ) lété"),
    ("&amp;inconnu; et l&amp;#8217;&amp;eacute;t&amp;eacute;", "&inconnu; et l’été"),
    ("&amp;amp;eacute; &amp;lt;b&amp;gt;", "&eacute; <b>"),
    ("AT&amp;T, R&amp;D; ?a=1&amp;copy=2 &amp;nbsp x", "AT&T, R&D; ?a=1&copy=2 x"),
    ("&lt;b&gt;Gras&lt;/b&gt; &amp;amp; &amp;rpar;", "Gras & )"),
    ("Vector&lt;int&gt; &amp;eacute;", "Vector<int> é"),
    ("&lt;![CDATA[Panne &amp;amp; co]]&gt;", "Panne & co"),
    ("&amp;lt;![CDATA[Panne]]&amp;gt;", "Panne"),
    ("<![CDATA[<![CDATA[Panne]]]]><![CDATA[>]]>", "Panne"),
    ("1 &lt; 2 et &lt;3", "1 < 2 et <3"),
]


@pytest.mark.parametrize(("source", "title"), TITLES)
def test_parse_decodes_each_reference_of_a_title_once(source, title):
    assert clean(rss(f"<title>{source}</title>")).title == title
    escaped = source.startswith("<![CDATA[") or atom(f'<title type="html">{source}</title>')
    assert escaped is True or clean(escaped).title.replace("Vector é", title) in (title, title.replace("&copy=", "©="))


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("L&#8217;appli d&eacute;bloqu&eacute;e", "L’appli débloquée"), ("AT&amp;T &rpar;", "AT&T )"),
        ("<b>Gras</b>", "Gras"), ("a < b", "a < b"), ("&inconnu; &eacute;", "&inconnu; é"), ("AT&T", "AT&T"),
        ("<![CDATA[Panne]]>", "Panne"),
    ],
)  # fmt: skip
def test_parse_decodes_titles_of_json_feed(source, title):
    assert clean(parse(json.dumps({"items": [{"id": "1", "title": source}]}).encode()).entries[0]).title == title


@pytest.mark.parametrize(
    "source",
    [
        "&lt;![CDATA[La boutique &amp;amp; co]]&gt;", "&amp;lt;![CDATA[La boutique &amp;amp;amp; co]]&amp;gt;",
        "&lt;![CDATA[&lt;p&gt;La boutique &amp;amp; co&lt;/p&gt;]]&gt;",
        "<![CDATA[<p>La <![CDATA[boutique]]]]>&gt;<![CDATA[ &amp; co</p>]]>",
        "&lt;!--[CDATA[La boutique &amp;amp; co]]--&gt;",
    ],
)  # fmt: skip
def test_parse_reads_text_in_escaped_cdata(source):
    for item in (f"<description>{source}</description>", f"<content:encoded>{source}</content:encoded>"):
        assert text(rss(item)) == "La boutique & co"


@pytest.mark.parametrize("doctype", ["", "<!DOCTYPE rss>"], ids=["lxml", "feedparser"])
@pytest.mark.parametrize(
    "source",
    ["<!--[CDATA[La boutique &amp; co]]-->", "<![cdata[La boutique &amp; co]]>", "<![CDATA [La boutique &amp; co]]>"],
)
def test_parse_reads_text_in_broken_cdata(source, doctype):
    item = f"<item><title>{source}</title><description>{source}</description></item>"
    [entry] = parse(f"{doctype}<rss version='2.0'><channel><title>F</title>{item}</channel></rss>".encode()).entries
    assert (clean(entry).title, text(entry)) == ("La boutique & co", "La boutique & co")


@pytest.mark.parametrize(
    ("attributes", "entry", "language"),
    [
        ("", '<title xml:lang="en">t</title>', "en"),
        ('xml:lang="fr"', "<title>t</title>", "fr"),
        ('xml:lang="fr"', '<title xml:lang="en">t</title><summary xml:lang="de">s</summary>', "en"),
        ('xml:lang="fr"', '<summary xml:lang="de">s</summary>', "de"),
        ('xml:lang="fr"', '<title xml:lang="">t</title>', ""),
        ("", '<title xml:lang="de_CH">t</title>', "de-ch"),
        (
            'xml:lang="fr"',
            '<id>1</id><title>t</title><dc:language xmlns:dc="http://purl.org/dc/elements/1.1/">es</dc:language>',
            "es",
        ),
    ],
)
def test_parse_reads_language_of_title_then_text_then_feed(attributes, entry, language):
    assert atom(entry, attributes).language == language


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("Ã©tÃ©", "été"), ("lâ€™Ã©tÃ©", "l’été"), ("â‚¬ 5", "€ 5"), ("ðŸ˜€", "😀"),
        ("Rendez-vous Ã\xa0 Paris", "Rendez-vous à Paris"),
        ("été Ã©", "été Ã©"), ("L’Ã©tÃ© de “x”", "L’Ã©tÃ© de “x”"), ("MANHÃ\xa0!", "MANHÃ\xa0!"), ("Â", "Â"),
        ("x\x92y", "x’y"), ("Â« oui Â»", "« oui »"), ("naïve", "naïve"),
    ],
)  # fmt: skip
def test_repair_encoding_repairs_only_where_certain(text, repaired):
    assert repair_encoding(text) == repaired
