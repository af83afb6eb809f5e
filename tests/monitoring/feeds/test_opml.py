"""OPML lists: lenient import, strict export, no exception for any bytes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.feeds.errors import ParseError
from monitoring.feeds.opml import OpmlOutline, read_opml, write_opml

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
    assert read_opml(IRREGULAR.encode("iso-8859-1")) == [
        OpmlOutline("https://cafe.example.fr/feed", "Café", "https://cafe.example.fr/", "Presse / Régionale"),
        OpmlOutline("http://monde.example.fr/rss", "Le Monde & co", "", "Presse"),
        OpmlOutline("http://ab.example.fr/?a=1&b=2", "A & B", "", "Blogs / Tech"),
    ]


def test_read_opml_returns_error_code_when_body_is_no_opml():
    assert read_opml(b" ").code == "empty"
    assert read_opml(b"<rss/>").code == "not_opml"
    assert read_opml(b"\x00\xff garbage").code == "not_opml"
    assert read_opml(b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body/></opml>').code == "xml_bomb"


def test_read_opml_rejects_surrogate_reference():
    body = b'<opml><body><outline text="&#xD800;" xmlUrl="https://a.example/"/></body></opml>'
    assert read_opml(body) == ParseError("not_opml")


def test_read_opml_returns_on_deeply_nested_folders():
    answer = read_opml(b"<opml><body>" + b'<outline text="x">' * 100_000)
    assert isinstance(answer, list | ParseError)


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
    again = {row.url: row for row in read_opml(write_opml(title, rows))}
    assert again.keys() == {row.url for row in rows}
    for row in rows:
        assert (again[row.url].site_url, again[row.url].category) == (row.site_url, row.category)
        if row.title.isprintable() and row.title.strip():
            assert again[row.url].title == " ".join(row.title.split())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_read_opml_never_raises_on_any_bytes(body):
    for each in (body, b"<opml><body><outline xmlUrl='http://a.fr/" + body + b"'/></body></opml>"):
        assert isinstance(read_opml(each), list | ParseError)
