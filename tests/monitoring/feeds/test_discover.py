"""Feeds that a page links to, feeds of known platforms, and common feed URLs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.feeds.discover import FoundFeed, common_feed_urls, discover

SITE = "https://site.example.fr/actus/"


def page(head: str = "", body: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def urls(found: list[FoundFeed]) -> list[str]:
    return [feed.url for feed in found]


def test_discover_returns_alternate_links_with_title_and_type():
    head = """<link rel="alternate" type="application/rss+xml" title="Café » Flux" href="/feed/">
      <LINK REL='Alternate' TYPE='application/atom+xml; charset=utf-8' HREF='atom.xml'>
      <link rel="alternate" type="application/feed+json" href="https://autre.example.fr/feed.json">"""
    assert discover(page(head), SITE, "text/html; charset=utf-8") == [
        FoundFeed("https://site.example.fr/feed/", "Café » Flux", "rss"),
        FoundFeed("https://site.example.fr/actus/atom.xml", "", "atom"),
        FoundFeed("https://autre.example.fr/feed.json", "", "json"),
    ]


def test_discover_lists_comment_feeds_last():
    head = """<link rel="alternate" type="application/rss+xml" title="Flux des commentaires" href="/comments/feed/">
      <link rel="alternate" type="application/rss+xml" title="Flux" href="/feed/">"""
    assert urls(discover(page(head), SITE)) == [
        "https://site.example.fr/feed/",
        "https://site.example.fr/comments/feed/",
    ]


def test_discover_ignores_links_that_are_no_feeds():
    head = """<link rel="alternate" hreflang="en" href="/en/"><link rel="stylesheet" type="text/css" href="/feed.css">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
      <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">"""
    assert discover(page(head, '<a href="/articles/feeding-birds">x</a><a href="mailto:a@b.fr">y</a>'), SITE) == []


def test_discover_lists_visible_feed_links_last_without_duplicates():
    head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    body = """<a href="/rss.xml">RSS</a><a href="/theme/culture.rss#top">Culture</a><a href="?feed=rss2"> Tout </a>
      <a href="feed://site.example.fr/atom.xml">Atom</a>"""
    assert discover(page(head, body), SITE) == [
        FoundFeed("https://site.example.fr/rss.xml", "", "rss"),
        FoundFeed("https://site.example.fr/theme/culture.rss", "Culture"),
        FoundFeed("https://site.example.fr/actus/?feed=rss2", "Tout"),
        FoundFeed("http://site.example.fr/atom.xml", "Atom"),
    ]


def test_discover_resolves_links_against_base_element():
    head = '<base href="https://cdn.example.fr/x/"><link rel="alternate" type="application/rss+xml" href="rss">'
    assert urls(discover(page(head), SITE)) == ["https://cdn.example.fr/x/rss"]


CHANNEL = "UC" + "a1_-" * 5 + "bc"
CHANNEL_FEED = f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"


@pytest.mark.parametrize(
    ("url_of_page", "body", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", "", CHANNEL_FEED),
        ("https://www.youtube.com/@aurore", f'<script>{{"externalId":"{CHANNEL}"}}</script>', CHANNEL_FEED),
        ("https://www.youtube.com/watch?v=x", f'<script>{{"channelId":"{CHANNEL}"}}</script>', CHANNEL_FEED),
        ("https://youtube.com/playlist?list=PLabc", "", "https://www.youtube.com/feeds/videos.xml?playlist_id=PLabc"),
        ("https://old.reddit.com/r/france/new/", "", "https://www.reddit.com/r/france/new/.rss"),
        ("https://mamot.example/@aurore", "<a href='https://joinmastodon.org'>Mastodon</a>", "https://mamot.example/@aurore.rss"),
    ],
)  # fmt: skip
def test_discover_returns_feeds_of_known_platforms_first(url_of_page, body, feed):
    assert urls(discover(page(body=body), url_of_page))[0] == feed


def test_common_feed_urls_lists_folder_before_site():
    urls_to_try = common_feed_urls("https://blog.example.fr/tag/aurore/")
    assert urls_to_try[0] == "https://blog.example.fr/tag/aurore/feed/"
    assert "https://blog.example.fr/feed/" in urls_to_try
    assert common_feed_urls("https://blog.example.fr/a.html")[0] == "https://blog.example.fr/feed/"
    assert common_feed_urls("pas une adresse") == []


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=40), st.text(max_size=20))
def test_discover_never_raises_on_malformed_page_or_url(body, url, content_type):
    for each in (url, "https://[", "https://www.youtube.com/" + url):
        discover(b"<html><a href='" + body + b"'>x</a>", each, f"text/html; charset={content_type}")
        common_feed_urls(each)


def test_discover_returns_on_deeply_nested_page():
    assert discover(b"<div>" * 100_000 + b"<a href='/feed'>x</a>", SITE) in (
        [],
        [FoundFeed("https://site.example.fr/feed", "x")],
    )
