"""Which parts of a URL are secret, and how people see it without them."""

import pytest

from outbound.secret_urls import hide, is_hidden, is_whole, numbered, secrets_in, without_secrets

HEX = "0123456789abcdef0123456789abcdef01234567"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOjF9.abc_DEF-123"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:p@ss@a.example/feed", "https://…@a.example/feed"),
        ("https://0a1b2c@a.example/feed?page=2", "https://…@a.example/feed?page=2"),
        ("https://a.example/feed?token=s1&lang=fr", "https://a.example/feed?token=…&lang=fr"),
        ("https://a.example/feed?lang=fr&API_KEY=s1", "https://a.example/feed?lang=fr&API_KEY=…"),
        ("https://a.example/feed?apikey=s1;auth=s2", "https://a.example/feed?apikey=…;auth=…"),
        ("https://a.example/feed?accessToken=s1#token=s2", "https://a.example/feed?accessToken=…#token=…"),
        ("https://git.example/a.atom?feed_token=s1", "https://git.example/a.atom?feed_token=…"),
        ("https://git.example/a.atom?private%5Ftoken=s1", "https://git.example/a.atom?private%5Ftoken=…"),
        (
            "https://s3.example/f?X-Amz-Date=1&X-Amz-Signature=s1",
            "https://s3.example/f?X-Amz-Date=1&X-Amz-Signature=…",
        ),
        (f"https://www.reddit.com/.rss?feed={HEX}&user=ada", "https://www.reddit.com/.rss?feed=…&user=ada"),
        (f"https://a.example/x?d={JWT}", "https://a.example/x?d=…"),
        (f"https://pod.example/rss/{JWT}.xml", "https://pod.example/rss/…"),
        (
            "https://calendar.google.com/calendar/ical/a%40b.example/private-0a1b2c3d4e5f/basic.ics",
            "https://calendar.google.com/calendar/ical/a%40b.example/private-…/basic.ics",
        ),
        ("https://a.example/calendar/private-abcdef12345.ics", "https://a.example/calendar/private-….ics"),
        ("https://pod.example/rss/private/0a1b2c3d4e5f6a7b", "https://pod.example/rss/private/…"),
        ("https://pod.example/feeds/token/AbC123def456/all", "https://pod.example/feeds/token/…/all"),
    ],
)
def test_hide_marks_each_secret(url, shown):
    assert hide(url) == shown
    assert is_hidden(shown)
    assert not is_hidden(url)
    assert hide(shown) == shown or is_hidden(hide(shown))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no url",
        "https://a.example",
        "https://a.example/feed?category=token&tag=key",
        "https://a.example/feed?token=&to=b@c.example",
        "https://a.example/private-sale/feed",
        "https://a.example/private/news/feed.xml",
        "https://www.google.com/alerts/feeds/01234567890123456789/9876543210",
        "https://feeds.example/public/shows/0f8e7d6c-1234-4abc-9def-0123456789ab",
        "https://a.example/search.rss?q=access&feed=all&user=ada",
    ],
)
def test_hide_leaves_url_without_secrets(url):
    assert (hide(url), secrets_in(url), is_hidden(url)) == (url, (), False)


def test_hide_whole_leaves_the_host():
    shown = hide("https://ada:pass@a.example:8443/0a1b/feed?x=1#y", whole=True)
    assert shown == "https://…@a.example:8443/…"
    assert hide("https://a.example/0a1b", whole=True) == "https://a.example/…"
    for url in ("https://a.example?x=1", "https://a.example#x=1"):
        assert hide(url, whole=True) == "https://a.example/…" and is_whole(hide(url, whole=True))
    assert hide("https://a.example", whole=True) == "https://a.example"
    assert is_hidden("https://a.example…") and is_hidden("https://a.example/private-%e2%80%a62.ics")
    assert is_whole("https://a.example/…2") and is_hidden("https://a.example/…2")
    assert not is_whole("https://a.example/feed?token=…")


def test_secrets_in_returns_them_as_written_and_decoded():
    url = "https://u:p%40ss@a.example/?token=s%201"
    found = {one.text for one in secrets_in(url)}
    assert found >= {url, "u:p%40ss", "u:p@ss", "s%201", "s 1"}


def test_numbered_changes_the_last_mark():
    assert numbered("https://…@a.example/?token=…&x=1", 2) == "https://…@a.example/?token=…2&x=1"
    assert numbered("https://a.example/?token=…", 1) == "https://a.example/?token=…"


WHOLE = "https://priv.example/u/s3cr3tT0ken99/feed.xml"


@pytest.mark.parametrize(
    ("url", "whole", "text", "expected"),
    [
        # Ordinary words stay in prose, and are hidden in URLs at the same parameter.
        ("https://a.example/rss?session=ordinary", False, "An ordinary day … extraordinary", None),
        (
            "https://a.example/rss?session=ordinary", False,
            "https://a.example/2?x=1&amp;session=ordinary#session=ordinary /ordinary",
            "https://a.example/2?x=1&amp;session=…#session=… /ordinary",
        ),
        ("https://a.example/rss?session=ordinary", False, "at https://a.example/rss?session=ordinary.", "at …."),
        ("https://a:cat@a.example/", False, "a:cat //a:cat@a.example/1", "a:cat //…@a.example/1"),
        ("https://a.example/rss?key=s3cret77", False, "s3cret77 s3cret777", "… s3cret777"),
        # Hidden as a whole: each part that may be a token.
        (WHOLE, True, "https://priv.example/u/s3cr3tT0ken99/ep/1", "https://priv.example/u/…/ep/1"),
        (WHOLE, True, "https://b.example/?u=https%3A%2F%2Fpriv.example%2Fu%2Fs3cr3tT0ken99%2F", "https://b.example/?u=https%3A%2F%2Fpriv.example%2Fu%2F…%2F"),
        ("https://priv.example/abcdefghijkl.xml", True, "/abcdefghijkl/1", "/…/1"),
        ("https://priv.example/?abc123", True, "q?abc123&x", "q?…&x"),
        ("https://priv.example/f?u=123456", True, "123456 f?u=123456 f?u=1234567", "123456 f?u=… f?u=1234567"),
        ("https://intranet.example/articles", True, "articles: https://intranet.example/articles/1", None),
        ("https://intranet.example/articles", True, "see https://intranet.example/articles", "see …"),
    ],
)  # fmt: skip
def test_without_secrets_replaces_tokens_and_keeps_words(url, whole, text, expected):
    assert without_secrets(text, secrets_in(url, whole=whole)) == (expected or text)
