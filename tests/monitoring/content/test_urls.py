"""URLs: one canonical form per page, redirects unwrapped, input of people completed."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitoring.content.urls import canonical_url, url_from_input

STORY = "http://presse.example.fr/a/b"


@pytest.mark.parametrize(
    "url",
    [
        "https://presse.example.fr/a/b", "http://www.presse.example.fr/a/b/", "HTTPS://Presse.Example.FR:443/a/b",
        "http://presse.example.fr:80/a//b", "https://presse.example.fr/a/b?utm_source=rss&UTM_Medium=x",
        "https://presse.example.fr/a/b?xtor=RSS-1#commentaires", "https://presse.example.fr/a/b?at_medium=rss&fbclid=1",
        " https://presse.example.fr/a/%62 ", "https://presse.example.fr./a/b", "https://presse.example.fr/a/b/amp/",
        "https://www.google.com/url?rct=j&sa=t&url=https://presse.example.fr/a/b&ct=ga&cd=x&usg=y",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fwww.presse.example.fr%2fa%2fb&c=1",
    ],
)  # fmt: skip
def test_canonical_url_is_equal_for_urls_of_one_story(url):
    assert canonical_url(url) == STORY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example.fr/?p=1", "https://a.example.fr/?p=2"),
        ("https://a.example.fr/A", "https://a.example.fr/a"),
        ("https://a.example.fr/x?source=1", "https://a.example.fr/x?source=2"),
        ("https://a.example.fr/#!/un", "https://a.example.fr/#!/deux"),
        ("https://a.example.fr:8080/", "https://a.example.fr/"),
        ("https://a.example.fr/a%2Fb", "https://a.example.fr/a/b"),
        ("https://a.example.fr/x?a=1%26b=2", "https://a.example.fr/x?a=1&b=2"),
        ("https://blog.a.example.fr/", "https://a.example.fr/"),
        ("https://www.youtube.com/watch?v=a", "https://www.youtube.com/watch?v=b"),
        ("https://news.ycombinator.com/item?id=1", "https://news.ycombinator.com/item?id=2"),
    ],
)
def test_canonical_url_differs_for_different_pages(one, other):
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example.fr/x?b=2&a=1", "https://a.example.fr/x?a=1&b=2"),
        ("https://élysée.example.fr/é", "https://xn--lyse-9oad.example.fr/%c3%a9"),
        ("https://medium.com/@a/b-1?source=rss-1------2", "https://medium.com/@a/b-1"),
        ("https://m.youtube.com/watch?v=a&feature=share&si=x", "https://www.youtube.com/watch?v=a"),
        ("https://a.example.fr/index.html", "https://a.example.fr"),
        ("https://a.example.fr/mon dossier/", " https://a.example.fr/mon%20dossier\n"),
    ],
)
def test_canonical_url_is_equal_for_two_spellings(one, other):
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(
    "url",
    [
        "", "tag:a.example,2026:1", "urn:uuid:1", "mailto:a@b.fr", "/relatif", "http://", "http://[",
        "https://a..b/", "http://a:b/",
    ],
)  # fmt: skip
def test_canonical_url_is_empty_when_url_is_no_page(url):
    assert canonical_url(url) == ""


PIECES = st.sampled_from(
    [
        "http://", "https://", "www.", "a.fr", "é.fr", "/", "//", "%", "%2", "%2f", "%C3%A9", "?", "&", "=", "a",
        "utm_x=1", "#", "#!", "+", " ", ":80", ":443", ":99999", "@", "[", "::1]", "index.html", "/amp", "..", ";",
        "\\", "\ud800", "．",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=10).map("".join)), st.booleans())
@example("http://www.www.fr/amp/amp/index.html", False)
def test_canonical_url_never_raises_and_is_idempotent(text, with_host):
    once = canonical_url("https://a.example/" + text if with_host else text)
    assert canonical_url(once) == once
    once.encode("ascii")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (" https://a.example.fr/feed \n", "https://a.example.fr/feed"),
        ("a.example.fr/feed", "https://a.example.fr/feed"),
        ("feed://a.example.fr/feed", "https://a.example.fr/feed"),
        ("FEED:http://a.example.fr/feed", "http://a.example.fr/feed"),
        ("itpc://a.example.fr/feed", "https://a.example.fr/feed"),
        ("pcast:a.example.fr/feed", "https://a.example.fr/feed"),
        ("feed://https://a.example.fr/feed", "https://a.example.fr/feed"),
        ("//a.example.fr/feed", "https://a.example.fr/feed"),
        ("a.example.fr/feed?site=http://b.fr", "https://a.example.fr/feed?site=http://b.fr"),
        ("feed.example.fr/rss", "https://feed.example.fr/rss"),
    ],
)
def test_url_from_input_completes_scheme(text, url):
    assert url_from_input(text) == url
