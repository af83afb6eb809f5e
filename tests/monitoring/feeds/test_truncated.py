"""Feeds that end too early: whole entries are kept, empty ones are dropped, and the feed says that it was cut."""

import pytest

from monitoring.feeds.parse import parse
from monitoring.records import ParsedFeed

RSS = '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Essai</title>'
ONE = "<item><title>Premier</title><link>https://essai.example/1</link><guid>1</guid></item>"
JSON = '{"version": "https://jsonfeed.org/version/1.1", "title": "Essai", "items": [{"id": "1", "title": "Un"}'


def titles(body: str) -> list[str]:
    feed = parse(body.encode(), url="https://essai.example/flux")
    assert isinstance(feed, ParsedFeed)
    return [entry.title for entry in feed.entries]


def is_truncated(body: str) -> bool:
    feed = parse(body.encode())
    assert isinstance(feed, ParsedFeed)
    return feed.is_truncated


@pytest.mark.parametrize(
    "end",
    [
        "<item><title>Troisième Lum", "<item>", "<item", "<item><title", "<item><guid>3</guid><title>Tro",
        "<item><title>Troisième</title><link>https://essai.ex", "<item><description><![CDATA[<p>Un texte</p> et",
    ],
)  # fmt: skip
def test_parse_drops_entry_that_is_cut_before_its_fields_are_whole(end):
    assert titles(RSS + ONE + end) == ["Premier"]
    assert is_truncated(RSS + ONE + end)


def test_parse_keeps_cut_entry_with_whole_title_and_link():
    second = "<item><title>Deuxième</title><link>https://essai.example/2</link><description>Un texte qui s’arr"
    assert titles(RSS + ONE + second) == ["Premier", "Deuxième"]
    assert is_truncated(RSS + ONE + second)


@pytest.mark.parametrize(
    "body",
    [
        RSS + ONE, RSS + ONE + "</channel>", RSS + ONE + "</channel></rs", RSS + ONE + "</channel><!-- ",
        RSS + ONE + "<item><description><![CDATA[Le code </item></channel></rss> fin",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>E</title><entry><id>1</id><title>Un</title></entry>',
        '<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><atom:entry><atom:id>1</atom:id></atom:entry></feed>',
        JSON, JSON + ', {"id": "2", "ti', JSON[:-1] + "}, ",
    ],
)  # fmt: skip
def test_parse_says_that_feed_is_truncated(body):
    assert is_truncated(body)


@pytest.mark.parametrize(
    "body",
    [
        RSS + ONE + "</channel></rss>", RSS + ONE + "</channel></rss>\n<script>x</script>",
        RSS + ONE.replace("Premier", "A & B") + "</channel></rss>", RSS + ONE + "</channel></RSS >",
        RSS + "<item><title>Un<link>https://essai.example/1</link></channel></rss>", '<rss version="2.0"/>',
        RSS + "<item><description><![CDATA[a]]> & <![CDATA[</rss>]]></description></item></channel></rss>",
        JSON + "]}", JSON.replace("Un", "Un\nDeux") + "]}",
    ],
)  # fmt: skip
def test_parse_takes_complete_feed_for_complete_however_broken(body):
    assert not is_truncated(body)


def test_parse_reads_whole_items_of_truncated_json_feed():
    assert titles(JSON + ', {"id": "2", "title": "Deux"}, {"id": "3", "title": "Tr') == ["Un", "Deux"]
    assert parse(JSON.encode()[:60]).code == "not_a_feed"


@pytest.mark.parametrize(
    "empty",
    [
        "<item></item>", "<item/>", "<item><title> </title><link></link></item>",
        "<item><guid isPermaLink='false'>7</guid></item>",
        "<item><pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><description> </description></item>",
    ],
)  # fmt: skip
def test_parse_drops_empty_entries_on_both_parsers(empty):
    assert titles(RSS + empty + ONE + "</channel></rss>") == ["Premier"]
    assert titles(RSS + empty + ONE + "&broken</channel></rss>") == ["Premier"]
