import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.feeds.discover import FoundFeed, discover, guesses

SITE = "https://site.example.fr/actus/"


def page(head: str = "", body: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def urls(found: list[FoundFeed]) -> list[str]:
    return [feed.url for feed in found]


def test_alternate_links_are_found_with_title_and_type():
    head = """<link rel="alternate" type="application/rss+xml" title="Café » Flux" href="/feed/">
      <LINK REL='Alternate' TYPE='application/atom+xml; charset=utf-8' HREF='atom.xml'>
      <link rel="alternate" type="application/feed+json" href="https://autre.example.fr/feed.json">"""
    assert discover(page(head), SITE, "text/html; charset=utf-8") == [
        FoundFeed("https://site.example.fr/feed/", "Café » Flux", "rss"),
        FoundFeed("https://site.example.fr/actus/atom.xml", "", "atom"),
        FoundFeed("https://autre.example.fr/feed.json", "", "json"),
    ]


def test_comment_feeds_come_after_the_sites_own():
    head = """<link rel="alternate" type="application/rss+xml" title="Flux des commentaires" href="/comments/feed/">
      <link rel="alternate" type="application/rss+xml" title="Flux" href="/feed/">"""
    assert urls(discover(page(head), SITE)) == [
        "https://site.example.fr/feed/",
        "https://site.example.fr/comments/feed/",
    ]


def test_what_is_no_feed_is_left_out():
    head = """<link rel="alternate" hreflang="en" href="/en/"><link rel="stylesheet" type="text/css" href="/feed.css">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
      <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">"""
    assert discover(page(head, '<a href="/articles/feeding-birds">x</a><a href="mailto:a@b.fr">y</a>'), SITE) == []


def test_visible_links_that_look_like_feeds_come_last_and_once():
    head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    body = """<a href="/rss.xml">RSS</a><a href="/theme/culture.rss#top">Culture</a><a href="?feed=rss2"> Tout </a>
      <a href="feed://site.example.fr/atom.xml">Atom</a>"""
    assert discover(page(head, body), SITE) == [
        FoundFeed("https://site.example.fr/rss.xml", "", "rss"),
        FoundFeed("https://site.example.fr/theme/culture.rss", "Culture"),
        FoundFeed("https://site.example.fr/actus/?feed=rss2", "Tout"),
        FoundFeed("http://site.example.fr/atom.xml", "Atom"),
    ]


def test_the_pages_base_is_respected():
    head = '<base href="https://cdn.example.fr/x/"><link rel="alternate" type="application/rss+xml" href="rss">'
    assert urls(discover(page(head), SITE)) == ["https://cdn.example.fr/x/rss"]


CHANNEL = "UC" + "a1_-" * 5 + "bc"
CHANNEL_FEED = f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"


@pytest.mark.parametrize(
    ("address", "body", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", "", CHANNEL_FEED),
        ("https://www.youtube.com/@aurore", f'<script>{{"externalId":"{CHANNEL}"}}</script>', CHANNEL_FEED),
        ("https://www.youtube.com/watch?v=x", f'<script>{{"channelId":"{CHANNEL}"}}</script>', CHANNEL_FEED),
        ("https://youtube.com/playlist?list=PLabc", "", "https://www.youtube.com/feeds/videos.xml?playlist_id=PLabc"),
        ("https://old.reddit.com/r/france/new/", "", "https://www.reddit.com/r/france/new/.rss"),
        ("https://mamot.example/@aurore", "<a href='https://joinmastodon.org'>Mastodon</a>", "https://mamot.example/@aurore.rss"),
    ],
)  # fmt: skip
def test_the_feeds_of_known_platforms_are_found(address, body, feed):
    assert urls(discover(page(body=body), address))[0] == feed


def test_guesses_try_the_folder_before_the_site():
    tried = guesses("https://blog.example.fr/tag/aurore/")
    assert tried[0] == "https://blog.example.fr/tag/aurore/feed/"
    assert "https://blog.example.fr/feed/" in tried
    assert guesses("https://blog.example.fr/a.html")[0] == "https://blog.example.fr/feed/"
    assert guesses("pas une adresse") == []


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=40), st.text(max_size=20))
def test_no_page_and_no_address_raises(body, url, content_type):
    for each in (url, "https://[", "https://www.youtube.com/" + url):
        discover(b"<html><a href='" + body + b"'>x</a>", each, f"text/html; charset={content_type}")
        guesses(each)


def test_a_deeply_nested_page_gets_an_answer():
    assert discover(b"<div>" * 100_000 + b"<a href='/feed'>x</a>", SITE) in (
        [],
        [FoundFeed("https://site.example.fr/feed", "x")],
    )
