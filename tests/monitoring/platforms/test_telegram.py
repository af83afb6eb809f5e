"""Telegram channels: closed ones, rounded views, forwarded posts, captions, replies, hostile pages."""

import json

import pytest

from monitoring.content.clean import clean
from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.telegram import TelegramServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with TelegramServer() as server:
        server.posts = make_posts(2)
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def test_channel_without_preview_is_closed_and_found_again(server, polls):
    server.is_closed = True
    assert polls.poll().error.code == "channel_closed"
    server.is_closed = False
    assert polls.poll().error is None
    assert len(polls.entries) == 2


@pytest.mark.parametrize(
    ("shown", "views"),
    [("987", 987), ("1.2K", 1_200), ("12K", 12_000), ("3.45M", 3_450_000), ("1.2.3K", None), ("many", None)],
)
def test_views_are_read_as_rounded(server, polls, shown, views):
    server.views = shown
    polls.poll()
    assert {entry.views for entry in polls.entries.values()} == {views}


def test_post_has_its_texts_and_is_marked_as_edited(server, polls):
    server.change(2, edited=NOW, text="Lumen")
    server.more = {
        2: '<div class="tgme_widget_message_forwarded_from">Forwarded from <a class="'
        'tgme_widget_message_forwarded_from_name" href="https://t.me/solis">Solis <b>News</b></a></div>'
        '<a class="tgme_widget_message_reply" href="https://t.me/LumenNews/1"><div class="tgme_widget_message_text '
        'js-message_reply_text">The quoted text</div></a>'
        '<div class="tgme_widget_message_document_title">tarifs.pdf</div>'
        '<a class="tgme_widget_message_link_preview"><div class="link_preview_title">A lamp</div></a>'
    }
    polls.poll()
    entry = polls.entries["lumennews/2"]
    text = clean(entry).text
    assert text.split("\n")[0] == "Lumen"
    assert all(part in text for part in ("Solis News", "tarifs.pdf", "A lamp"))
    assert "The quoted text" not in text
    assert (entry.reply_to, entry.author, entry.author_handle) == ("lumennews/1", "Ada Lumière", "LumenNews")
    assert json.loads(entry.raw)["is_edited"] is True
    assert json.loads(polls.entries["lumennews/1"].raw)["is_edited"] is False


def test_links_in_a_text_are_kept(server, polls):
    server.more = {
        1: '<div class="tgme_widget_message_text">Voir <a href="https://lumen.example/">ici</a><br/>oui</div>'
    }
    polls.poll()
    assert 'href="https://lumen.example/"' in polls.entries["lumennews/1"].body
    assert "Voir ici\noui" in clean(polls.entries["lumennews/1"]).text


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 30_000,
        b"<b " + b"a=" * 60_000 + b">",
        b"<div class='tgme_widget_message' data-post='LumenNews/1'>" * 5_000,
        b"\x00\xff" * 1000,
        b"<div class='tgme_widget_message' data-post='no number'></div><div class='tgme_channel_info'></div>",
    ],
    ids=["deep", "many attributes", "nested posts", "no text", "no number"],
)
def test_hostile_page_ends_in_an_error_or_is_skipped(server, polls, body):
    server.fail(200, body, content_type="text/html")
    result = polls.poll()
    assert (result.error and result.error.code == "unexpected_response") or not result.entries
    polls.poll_until_done()
    assert len(polls.entries) == 2
