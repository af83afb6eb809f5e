"""Authors: the name without email addresses, the same on both parsers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.feeds.authors import MAX_AUTHOR, author_name
from monitoring.feeds.parse import parse

NAMES = [
    ("ana@essai.paris (Ana Test)", "Ana Test"), ("Ana Test <ana@essai.online>", "Ana Test"),
    ("ana@essai.paris", "ana@essai.paris"),
    ("noreply@essai (Ana Test", "Ana Test"), ("Ana Test <ne>", "Ana Test"), ("Ana Test <ana@essai.fr", "Ana Test"),
    ("Prénoms (Ana Test", "Prénoms (Ana Test"),
    ("Ana Test (rédaction)", "Ana Test (rédaction)"),
    ("ana@essai.fr (Ana Test (rédaction))", "Ana Test (rédaction)"), ("ana@essai.fr (rédaction)", "rédaction"),
    ("Ana Test (ana@essai.fr)", "Ana Test"), ("Ana Test [ana@essai.fr]", "Ana Test"),
    ("Ana Test, ana@essai.fr", "Ana Test"), ("ana@essai.fr Ana Test", "Ana Test"),
    ("Ana Test – ana@essai.fr", "Ana Test"), ('"Test, Ana" <ana@essai.fr>', "Test, Ana"),
    ("mailto:ana@essai.fr (Ana Test)", "Ana Test"),
    ("<ana@essai.fr>", "ana@essai.fr"), ("ana@essai.fr (ana@essai.fr)", "ana@essai.fr (ana@essai.fr)"),
    ("ana@essai.fr ()", "ana@essai.fr ()"),
    ("ana@essai.fr (Ana Test), luc@essai.fr (Luc Petit)", "Ana Test, Luc Petit"),
    ("Ana <ana@essai.fr>, Luc <luc@essai.fr>", "Ana, Luc"),
    ("@ana", "@ana"), ("@ana@essai.social", "@ana@essai.social"), ("Ana Test (@ana)", "Ana Test (@ana)"),
    ("Ana @ Essai", "Ana @ Essai"),
    ("Par Ana Test", "Par Ana Test"), ("  Ana \n Test ", "Ana Test"), ("Ana &amp; Luc", "Ana & Luc"),
    ("Ana &lt;ana@essai.fr&gt;", "Ana"),
    ('<a href="/ana">Ana Test</a>', "Ana Test"), ("O’Neil, J. <j@essai.co.uk>", "O’Neil, J."),
    ("jean.l'abbé@essai.fr (Jean)", "Jean"), ("", ""), ("<![CDATA[Ana Test]]>", "Ana Test"),
    ("<![CDATA[ana@essai.fr (Ana Test)]]>", "Ana Test"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_author_name_is_the_name_or_else_the_whole_text(text, name):
    assert author_name(text) == name


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Ana", "ana@essai.fr", "(", ")", "<", ">", " ", ",", "@", "&lt;", "mailto:", '"']), max_size=9
    ).map("".join)
)
def test_author_name_is_never_empty_when_text_has_letters(text):
    name = author_name(text)
    assert name or not any(character.isalpha() for character in text.replace("&lt;", ""))
    assert len(author_name(text * 900)) <= 2 * MAX_AUTHOR


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@pytest.mark.parametrize("tail", ["", "<x>&broken</x>"], ids=["lxml", "feedparser"])
def test_parse_reads_authors_on_both_parsers(tail):
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    authors = [f"<author>{escaped(text)}</author>" for text, _ in NAMES]
    authors += [
        "<dc:creator>Ana (rédaction)</dc:creator><author>luc@essai.fr (Luc)</author><dc:creator>Zoé</dc:creator>"
    ]
    authors += ["<author>ana@essai.fr (Ana)</author><author><name>Luc</name><email>luc@essai.fr</email></author>"]
    items = "".join(f"<item><title>{n}</title>{author}</item>" for n, author in enumerate(authors))
    body = f'<rss version="2.0" {names}><channel><title>x</title>{items}{tail}</channel></rss>'
    found = [entry.author for entry in parse(body.encode()).entries]
    assert found == [name for _, name in NAMES] + ["Ana (rédaction), Luc, Zoé", "Ana, Luc"]


@pytest.mark.parametrize("tail", ["", "<x>&broken</x>"], ids=["lxml", "feedparser"])
def test_parse_gives_all_authors_of_the_feed_to_entries_without_one(tail):
    authors = (
        "<author><name>Un</name><email>un@essai.fr</email></author>"
        "<author><email>deux@essai.fr</email><name>Deux</name></author>"
    )
    entries = (
        "<entry><id>1</id><title>a</title></entry>"
        "<entry><id>2</id><title>b</title><author><email>z@essai.fr</email></author></entry>"
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{authors}{entries}{tail}</feed>'
    assert [entry.author for entry in parse(body.encode()).entries] == ["Un, Deux", "z@essai.fr"]
