"""LinkedIn: notifications with and without texts, edits, versions, daily limits, no names of members."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.platforms.linkedin_text import commentary, plain, published
from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.linkedin import SOURCE_POST, LinkedInServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with LinkedInServer() as server:
        server.posts = make_posts(4)
        server.comments = frozenset({2, 4})
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def ids(server):
    return {server.native_id(post) for post in server.posts}


def test_linkedin_reads_comments_and_mentions_by_one_request(server, polls):
    polls.poll_until_done()
    assert len(server.requests) == 1
    assert set(polls.entries) == ids(server)
    comment, post = (polls.entries[server.native_id(server.posts[index])] for index in (1, 0))
    assert (comment.kind, comment.reply_to, comment.url) == ("comment", SOURCE_POST, server.permalink(server.posts[1]))
    assert (post.kind, post.reply_to) == ("post", "")


def test_linkedin_stores_no_name_and_no_address_of_a_member(server, polls):
    polls.poll_until_done()
    assert {(entry.author, entry.author_handle, entry.author_url) for entry in polls.entries.values()} == {
        ("", "", "")
    }


def test_linkedin_requests_texts_that_a_notification_does_not_have(server, polls):
    server.undecorated = frozenset({1, 2})
    server.change(1, text="Merci #lumen @ada (ici) <3")
    polls.poll_until_done(requests=1)
    assert set(polls.entries) == ids(server)
    assert polls.texts() == {server.native_id(post): post.text for post in server.posts}
    assert len(server.requests) == 3


def test_linkedin_leaves_out_what_cannot_be_read_any_more(server, polls):
    server.undecorated, server.gone = frozenset({1, 2, 3}), frozenset({2})
    result = polls.poll_until_done()
    assert result.error is None
    assert set(polls.entries) == ids(server) - {server.native_id(server.posts[1])}


@pytest.mark.parametrize("count", [0, 49, 60])
def test_linkedin_keeps_the_newest_text_of_an_edited_comment(server, polls, count):
    server.posts = make_posts(count + 1)
    server.comments = frozenset({1})
    server.change(1, text="Lumen: après", edited=NOW)
    polls.poll_until_done()
    assert polls.texts()["urn:li:comment:1"] == "Lumen: après"
    assert len(polls.entries) == count + 1


def test_linkedin_waits_until_midnight_when_the_calls_of_a_day_are_used_up(server, polls):
    server.fail_with(server.rate_limited())
    result = polls.poll()
    assert (result.error.code, result.quota.remaining) == ("rate_limited", 0)
    assert result.quota.resets_at == datetime(2026, 11, 21, tzinfo=UTC)


def test_linkedin_says_that_its_version_has_ended(server, polls):
    server.fail(426, {"status": 426, "code": "NONEXISTENT_VERSION"})
    assert polls.poll().error.code == "version_ended"


@pytest.mark.parametrize(
    ("commentary", "text"),
    [
        ("Bravo @[Lumen \\(Lyon\\)](urn:li:organization:12) \\| merci", "Bravo @Lumen (Lyon) | merci"),
        ("{hashtag|\\#|lumen} et {hashtag|#|été}", "#lumen et #été"),
        ("a\\_b \\\\ c\\d", "a_b \\ c\\d"),
        ("@[open](x) {hashtag|", "@[open](x) {hashtag|"),
    ],
)
def test_markup_of_posts_is_read_as_text(commentary, text):
    assert plain(commentary) == text


def test_time_of_an_edited_comment_is_that_of_its_id():
    urn, written = "urn:li:comment:7094977717598625792", datetime(2023, 8, 9, 9, 48, 26, tzinfo=UTC)
    assert published(urn, 1_691_574_999_000).replace(microsecond=0) == written
    assert published("urn:li:comment:12", 1_691_574_999_000) == datetime.fromtimestamp(1_691_574_999, UTC)
    assert published("urn:li:comment:", 1_691_574_999_000) == datetime.fromtimestamp(1_691_574_999, UTC)


@given(st.text(st.sampled_from("aé0 #@\\|{}[]()<>*_~-:/\n") | st.characters(), max_size=40))
def test_commentary_of_any_text_reads_as_that_text(text):
    assert plain(commentary(text)) == text


def test_commentary_keeps_hashtags_and_escapes_what_would_cut_the_post_off():
    assert commentary("#lumen a#b # (x) @me") == r"#lumen a\#b \# \(x\) \@me"
    assert plain(r"{hashtag|\#|lumen} \(x\)") == "#lumen (x)"
