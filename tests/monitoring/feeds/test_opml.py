"""OPML lists: lenient import, strict export, no exception for any bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.feeds.errors import ParseError
from monitoring.feeds.opml import LeftOut, OpmlList, OpmlOutline, read_opml, write_opml

IRREGULAR = """<?xml version="1.0" encoding="ISO-8859-1"?>
<OPML version="1.1"><head><title>Mes flux</title></head><body>
<Outline Text="Presse" title="Presse">
  <outline TITLE="Régionale"><outline type="rss" text="Café" xmlURL="https://cafe.example.fr/feed" htmlUrl="https://cafe.example.fr/"/></outline>
  <outline type="rss" title="Le Monde &amp; co" text="x" xmlUrl="feed://monde.example.fr/rss"/>
</Outline>
<outline type="rss" text="A & B" xmlUrl="http://ab.example.fr/?a=1&b=2" category="/Blogs/Tech"/>
<outline type="rss" text="Deux fois" xmlUrl="https://cafe.example.fr/feed"/>
<outline type="link" text="Pas un flux" url="https://x.example.fr/"/>
<outline type="rss" text="Hostile" xmlUrl="javascript:alert(1)"/>
</body></OPML>"""


def test_read_opml_reads_irregular_list_with_folders():
    feeds = read_opml(IRREGULAR.encode("iso-8859-1"))
    assert feeds.outlines == (
        OpmlOutline("https://cafe.example.fr/feed", "Café", "https://cafe.example.fr/", "Presse / Régionale"),
        OpmlOutline("https://monde.example.fr/rss", "Le Monde & co", "", "Presse"),
        OpmlOutline("http://ab.example.fr/?a=1&b=2", "A & B", "", "Blogs / Tech"),
    )
    assert feeds.left_out == (
        LeftOut("Deux fois", "duplicate"),
        LeftOut("Pas un flux", "link"),
        LeftOut("Hostile", "not_web"),
    )


def listed(*outlines: str, encoding: str = "utf-8") -> OpmlList:
    body = "".join(f"<outline {outline}/>" for outline in outlines)
    feeds = read_opml(f'<opml version="1.1"><body>{body}</body></opml>'.encode(encoding))
    assert isinstance(feeds, OpmlList)
    return feeds


@pytest.mark.parametrize(
    ("outline", "url"),
    [
        ('xmlUrl="https://essai.example/o3.xml"', "https://essai.example/o3.xml"),
        ('xmlurl=" http://essai.example/o3.xml "', "http://essai.example/o3.xml"),
        ('XMLURL="HTTPS://essai.example/o3.xml"', "HTTPS://essai.example/o3.xml"),
        ('title="site" htmlUrl="https://essai.example/site.html" type="rss"', "https://essai.example/site.html"),
        ('title="site" htmlUrl="essai.example"', "https://essai.example"),
        ('xmlUrl="" htmlUrl="www.essai.example/"', "https://www.essai.example/"),
        ('xmlUrl="N/A" htmlUrl="https://essai.example/"', "https://essai.example/"),
        ('xmlUrl="feed://essai.example/o5.xml"', "https://essai.example/o5.xml"),
        ('xmlUrl="feed:https://essai.example/o5.xml"', "https://essai.example/o5.xml"),
        ('xmlUrl="feed://localhost:8000/o5.xml"', "https://localhost:8000/o5.xml"),
        ('xmlUrl="itpc://essai.example/o5.xml"', "https://essai.example/o5.xml"),
        ('xmlUrl="essai.example/o7.xml"', "https://essai.example/o7.xml"),
        ('xmlUrl="//essai.example/o7.xml"', "https://essai.example/o7.xml"),
        ('xmlUrl="essai.example:8080/o7.xml"', "https://essai.example:8080/o7.xml"),
        ('xmlUrl="/o7.xml" htmlUrl="https://essai.example/blog/"', "https://essai.example/o7.xml"),
        ('feedUrl="https://essai.example/f"', "https://essai.example/f"),
        ('type="RSS" url="https://essai.example/f"', "https://essai.example/f"),
        ('type="link" xmlUrl="https://essai.example/f"', "https://essai.example/f"),
    ],
)
def test_read_opml_completes_urls(outline, url):
    assert [each.url for each in listed(outline).outlines] == [url]


@pytest.mark.parametrize(
    ("outline", "left_out"),
    [
        ('text="Sans adresse"', LeftOut("Sans adresse", "no_url")),
        ('type="rss"', LeftOut("", "no_url")),
        ('text="Script" xmlUrl="javascript:alert(1)"', LeftOut("Script", "not_web")),
        ('xmlUrl="mailto:ana@essai.example"', LeftOut("mailto:ana@essai.example", "not_web")),
        ('text="Fichier" xmlUrl="ftp://essai.example/f"', LeftOut("Fichier", "not_web")),
        ('text="Crochet" xmlUrl="https://"', LeftOut("Crochet", "not_web")),
        ('text="Page" type="link" url="https://essai.example/"', LeftOut("Page", "link")),
        ('text="Liste" type="include" url="https://essai.example/a.opml"', LeftOut("Liste", "include")),
    ],
)
def test_read_opml_names_each_entry_that_it_leaves_out(outline, left_out):
    good = 'xmlUrl="https://essai.example/bon"'
    assert listed(outline, good) == OpmlList((OpmlOutline("https://essai.example/bon"),), (left_out,))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_read_opml_reads_encodings(encoding):
    declaration = '<?xml version="1.0" encoding="windows-1252"?>' if encoding == "cp1252" else ""
    body = f'{declaration}<opml><body><outline text="L’œil" xmlUrl="https://essai.example/"/></body></opml>'
    assert read_opml(body.encode(encoding)).outlines == (OpmlOutline("https://essai.example/", "L’œil"),)


@pytest.mark.parametrize(
    "body",
    [
        '<opml><outline xmlUrl="https://essai.example/"/></opml>', '<outline xmlUrl="https://essai.example/"/>',
        '<opml xmlns="http://opml.org/spec2"><body><outline xmlUrl="https://essai.example/"/></body></opml>',
        '<opml><body><group><outline xmlUrl="https://essai.example/"/></group></body></opml>',
        '<opml><body><outline><outline xmlUrl="https://essai.example/"/>', '<opml><body><outline xmlUrl="https://essai.example/"/><outl',
        '<opml><body><outline xmlUrl="https://essai.example/" text="a &nbsp; &#0; \x01 b"/></body></opml>',
    ],
)  # fmt: skip
def test_read_opml_reads_feeds_of_malformed_list(body):
    assert [each.url for each in read_opml(body.encode()).outlines] == ["https://essai.example/"]


def test_read_opml_returns_error_code_when_body_is_no_opml():
    assert read_opml(b" ").code == "empty"
    assert read_opml(b"<rss/>").code == "not_opml"
    assert read_opml(b"\x00\xff garbage").code == "not_opml"
    assert read_opml(b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body/></opml>').code == "xml_bomb"


def test_read_opml_drops_references_to_no_character():
    body = b'<opml><body><outline text="a&#xD800;b" xmlUrl="https://a.example/"/></body></opml>'
    assert read_opml(body).outlines == (OpmlOutline("https://a.example/", "ab"),)


def test_read_opml_returns_on_deeply_nested_folders():
    answer = read_opml(b"<opml><body>" + b'<outline text="x">' * 100_000)
    assert isinstance(answer, OpmlList | ParseError)


TEXT = st.text(max_size=20)
ROWS = st.lists(
    st.builds(
        OpmlOutline,
        url=st.uuids().map("https://flux.example.fr/{}?a=1&b='<".format),
        title=TEXT,
        site_url=st.sampled_from(["", "https://site.example.fr/é"]),
        category=st.sampled_from(["", "Presse", "Presse / Régionale & <locale>"]),
    ),
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(TEXT, ROWS)
def test_write_opml_round_trips_through_read_opml(title, rows):
    again = {row.url: row for row in read_opml(write_opml(title, rows)).outlines}
    assert again.keys() == {row.url for row in rows}
    for row in rows:
        assert (again[row.url].site_url, again[row.url].category) == (row.site_url, row.category)
        if row.title.isprintable() and row.title.strip():
            assert again[row.url].title == " ".join(row.title.split())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_read_opml_never_raises_on_any_bytes(body):
    for each in (body, b"<opml><body><outline xmlUrl='http://a.fr/" + body + b"'/></body></opml>"):
        assert isinstance(read_opml(each), OpmlList | ParseError)
