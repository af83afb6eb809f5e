"""Links: repaired as browsers do, completed where a scheme or host is missing, and empty where they are none."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.content.urls import canonical_url
from monitoring.feeds.links import absolute_link
from monitoring.feeds.parse import parse

BASE = "https://essai.example/flux/rss.xml"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://a.fr/mon dossier/ma page.html", "https://a.fr/mon%20dossier/ma%20page.html"),
        (" \n https://a.fr/1\t\n", "https://a.fr/1"),
        ("https://a.fr/\n   un-titre-\n   long", "https://a.fr/un-titre-long"),
        ("https://a.fr/?q=deux mots#une partie", "https://a.fr/?q=deux%20mots#une%20partie"),
        ("\ufeffhttps://a.fr/1\u200b\u00a0", "https://a.fr/1"), ("<https://a.fr/1>", "https://a.fr/1"),
        ('"https://a.fr/1"', "https://a.fr/1"),
        ("https://a.fr/1 https://a.fr/2", "https://a.fr/1"), ("À lire : https://a.fr/1", "https://a.fr/1"),
        ("https://a.fr/?a=1&amp;amp;b=2&amp;c=3&#38;d=4", "https://a.fr/?a=1&b=2&c=3&d=4"),
        ("https://a.fr/?a=1&copy=2", "https://a.fr/?a=1&copy=2"),
        ("https:///a.fr/1", "https://a.fr/1"), ("https:/a.fr/1", "https://a.fr/1"),
        ("https:\\\\a.fr\\un\\deux?x=\\", "https://a.fr/un/deux?x=%5C"),
        ("http://https://a.fr/1", "https://a.fr/1"), ("HTTPS://A.fr/Un", "HTTPS://A.fr/Un"),
        ("https://élysée.example/été/1", "https://élysée.example/été/1"),
        ("https://a.fr/%C3%A9", "https://a.fr/%C3%A9"),
        ("https://a.fr/100%/{x}|y", "https://a.fr/100%25/%7Bx%7D%7Cy"), ("https://a.fr:8080/1", "https://a.fr:8080/1"),
        ("http://[2001:db8::1]/1", "http://[2001:db8::1]/1"),
        ("https://www.google.com/url?url=https://a.fr/b%2520c%3Fd%3D1", "https://a.fr/b%20c?d=1"),
        ("https://www.google.com/url?url=https://a.fr/b%20c%3Fd%3D1&ct=ga", "https://a.fr/b%20c?d=1"),
    ],
)  # fmt: skip
def test_absolute_link_repairs_link_as_browsers_do(link, url):
    assert absolute_link(link, BASE) == url
    assert absolute_link(url, BASE) == url


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("essai.example/blog/a", "https://essai.example/blog/a"), ("www.site.fr", "https://www.site.fr"),
        ("www.site.fr/x.html", "https://www.site.fr/x.html"),
        ("site.fr", "https://site.fr"), ("blog.site.co.uk/x?y=1", "https://blog.site.co.uk/x?y=1"),
        ("site.fr:8080/x", "https://site.fr:8080/x"),
        ("site.photography/x", "https://site.photography/x"), ("élysée.fr/x", "https://élysée.fr/x"),
        ("site.fr?x=1", "https://site.fr?x=1"),
        ("//site.fr/x", "https://site.fr/x"), ("\\\\site.fr\\x", "https://site.fr/x"),
        ("/blog/a", "https://essai.example/blog/a"), ("blog/a", "https://essai.example/flux/blog/a"),
        ("../a", "https://essai.example/a"),
        ("?p=1", "https://essai.example/flux/rss.xml?p=1"), ("page.html", "https://essai.example/flux/page.html"),
        ("index.php/2026/a", "https://essai.example/flux/index.php/2026/a"),
        ("v1.2/notes", "https://essai.example/flux/v1.2/notes"),
        ("jean.dupont", "https://essai.example/flux/jean.dupont"),
        ("ma page.html", "https://essai.example/flux/ma%20page.html"),
        ("blog\\a", "https://essai.example/flux/blog/a"), ("/@ana/1", "https://essai.example/@ana/1"),
        ("relatif", "https://essai.example/flux/relatif"),
    ],
)  # fmt: skip
def test_absolute_link_completes_link_by_its_first_part(link, url):
    assert absolute_link(link, BASE) == url


@pytest.mark.parametrize(
    "link",
    [
        "", " ", "N/A", "n/a", "#", "null", "undefined", "-", "None", "javascript:void(0)", "JavaScript:alert(1)",
        "mailto:a@b.fr", "a@b.fr",
        "tag:essai.example,2026:1", "urn:uuid:1", "data:text/html,x", "ftp://a.fr/1", "file:///C:/x", "C:\\x",
        "about:blank", "tel:+33",
        "http://", "https:", "http://[", "https://a..fr/", "https://a b.fr/", "http://a:b/", "http://a.fr:99999/",
        "pas de lien", "aucun", "(aucun)", "s/o", "/null", "void", "http://null", "https://undefined", "http://N/A",
        "https://a.fr/" + "x" * 5_000,
    ],
)  # fmt: skip
def test_absolute_link_is_empty_when_text_is_no_link(link):
    assert absolute_link(link, BASE) == ""


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "http://", "https:", "//", "/", "\\", "a.fr", "é", " ", "%", "%2", "&amp;", "?", "#", ":", "@",
                    "[", "www.", ".html", "\n",
                ]
            ),
            max_size=10,
        ).map("".join),
    ),
    st.sampled_from(["", BASE, "http://[", "http://a.fr"]),
)  # fmt: skip
def test_absolute_link_returns_http_url_that_stays_the_same(link, base):
    url = absolute_link(link, base)
    assert url == "" or url.lower().startswith(("http://", "https://"))
    assert not any(character.isspace() for character in url)
    assert absolute_link(url, base) == url
    canonical_url(url).encode("ascii")


def urls(items: str, *, url: str = "", tail: str = "</channel></rss>") -> list[str]:
    names = (
        'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
        'xmlns:pheedo="http://www.pheedo.com/namespace/pheedo" xmlns:atom="http://www.w3.org/2005/Atom"'
    )
    head = f'<rss version="2.0" {names}><channel><title>Essai</title><link>https://essai.example/blog/</link>'
    rows = "".join(f"<item><title>{n}</title>{each}</item>" for n, each in enumerate(items.split("|")))
    return [entry.url for entry in parse((head + rows + tail).encode(), url=url).entries]


BOTH = pytest.mark.parametrize(
    "tail", ["</channel></rss>", "<x>&broken</x></channel></rss>"], ids=["lxml", "feedparser"]
)


@BOTH
def test_parse_resolves_relative_links_against_channel_when_url_is_unknown(tail):
    items = "<link>/a</link>|<link>b</link>|<link>essai.example/c</link>|<link>#d</link>|<link>mon dossier/e</link>"
    assert urls(items, tail=tail) == [
        "https://essai.example/a", "https://essai.example/blog/b", "https://essai.example/c",
        "https://essai.example/blog/#d", "https://essai.example/blog/mon%20dossier/e",
    ]  # fmt: skip
    assert urls("<link>b</link>|<link>#d</link>", url="https://flux.example/rss", tail=tail) == [
        "https://flux.example/b", "https://essai.example/blog/#d",
    ]  # fmt: skip


@pytest.mark.parametrize("doctype", ["", "<!DOCTYPE feed>"], ids=["lxml", "feedparser"])
@pytest.mark.parametrize(
    "head",
    [
        '<link rel="self" href="https://essai.example/blog/atom.xml"/><link href="/"/>',
        '<link rel="self" href="https://essai.example/atom.xml"/>',
    ],
)
def test_parse_resolves_relative_links_against_the_feeds_own_link(doctype, head):
    entry = '<entry><id>u:1</id><title>t</title><link href="/a.html"/></entry>'
    feed = f'{doctype}<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{head}{entry}</feed>'
    assert [entry.url for entry in parse(feed.encode()).entries] == ["https://essai.example/a.html"]


def test_parse_takes_id_of_json_feed_for_link_if_it_is_a_url():
    items = [{"id": "https://essai.example/1", "content_text": "x"}, {"id": "42", "content_text": "x"}]
    feed = {"feed_url": "https://essai.example/feed.json", "items": [*items, {"id": "3", "url": "/3"}]}
    found = parse(json.dumps(feed).encode()).entries
    assert [entry.url for entry in found] == ["https://essai.example/1", "", "https://essai.example/3"]


@BOTH
def test_parse_takes_original_link_before_that_of_proxy(tail):
    proxy = "<link>http://feedproxy.google.com/~r/essai/~3/AbCd/</link>"
    original = "<feedburner:origLink>https://essai.example/vrai?a=1&amp;b=2</feedburner:origLink>"
    pheedo = "<pheedo:origLink>https://essai.example/autre</pheedo:origLink>"
    items = (
        f"{proxy}{original}|{original}{proxy}|{proxy}{pheedo}|{proxy}<feedburner:origLink>N/A</feedburner:origLink>"
    )
    assert urls(items, tail=tail) == [
        "https://essai.example/vrai?a=1&b=2", "https://essai.example/vrai?a=1&b=2", "https://essai.example/autre",
        "http://feedproxy.google.com/~r/essai/~3/AbCd/",
    ]  # fmt: skip


@BOTH
def test_parse_takes_guid_for_link_only_if_it_is_a_permalink(tail):
    guid = "<guid{}>https://essai.example/1</guid>".format
    items = [
        guid(""), guid(' isPermaLink="True"'), guid(' isPermaLink="false"'), "<guid>42</guid>",
        "<guid>essai-42</guid>",
        "<link>N/A</link>" + guid(""), guid("") + "<link/>", guid("") + '<enclosure url="https://essai.example/1.mp3"/>',
        "<guid>/articles/1</guid>", "<guid>tag:essai.example,2026:1</guid>",
        "<link>https://essai.example/2</link>" + guid(""),
    ]  # fmt: skip
    one = "https://essai.example/1"
    assert urls("|".join(items), tail=tail) == [
        one, one, "", "", "", one, one, one, "https://essai.example/articles/1", "", "https://essai.example/2",
    ]  # fmt: skip


@BOTH
def test_parse_decodes_link_that_was_escaped_twice(tail):
    items = "<link>https://a.fr/?a=1&amp;amp;b=2</link>|<atom:link href='https://a.fr/?a=1&amp;amp;b=2'/>"
    assert urls(items, tail=tail) == ["https://a.fr/?a=1&b=2"] * 2
