"""The duties of platforms that can reply, against their look-alikes: published once, refusals, lost responses."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from monitoring.messages.post_errors import POST_ERROR_TEXTS
from monitoring.messages.reply_errors import REPLY_ERROR_TEXTS, reply_error_text
from monitoring.platforms.base import Can
from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.replies import POST_CODES, REPLY_CODES, PublishedReply, ReplyRequest, ReplyTarget
from monitoring.platforms.replying import Replier
from monitoring.records import PollError, PollJob
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.replying import REPLYING
from tests.monitoring.platforms.polling import client_of, source_of

TEXT = "Bonjour, merci & désolés : https://lumen.example/aide. À bientôt !"
KEY = UUID("8c3e5b0e-1b7a-4a53-9d0e-0b51f5a4b3c2")


@pytest.fixture(params=sorted(REPLYING))
def server(request):
    with REPLYING[request.param]() as server:
        server.posts = make_posts(3)
        yield server


def replier_to(server, post=0, text=TEXT):
    platform, post = PLATFORMS[server.platform], server.posts[post]
    secrets = {**server.valid, **server.account}
    job = PollJob(source_of(server), server.now, secrets=secrets, base_url=server.url)
    target = ReplyTarget(server.permalink(post), "post", "", server.item_id(post))
    request = ReplyRequest("", {}, {}, target, text, KEY, server.now, "fr")
    return Replier(platform, job, platform.replies, request, client_of())


def posts(server):
    return [request for request in server.requests if request.method == "POST" and "Session" not in request.path]


def test_every_platform_that_can_reply_has_a_lookalike():
    for name, platform in PLATFORMS.items():
        replies = getattr(platform, "replies", None)
        assert bool(replies) == (Can.REPLY in platform.can) == (name in REPLYING)


@pytest.mark.parametrize("name", [name for name, platform in PLATFORMS.items() if getattr(platform, "oauth", None)])
def test_connected_accounts_allow_what_replies_and_posts_need(name):
    platform = PLATFORMS[name]
    writing = [one for one in (getattr(platform, kind, None) for kind in ("replies", "posts")) if one]
    needed = {scope for one in writing for scope in one.scopes}
    assert needed == set(platform.oauth.reply_scopes)


def test_every_reply_error_has_its_sentences():
    assert set(REPLY_CODES) <= set(REPLY_ERROR_TEXTS)
    assert all(reply_error_text(code).advice for code in (*REPLY_CODES, "dns", "rate_limited", "what"))


def test_every_error_of_a_post_has_its_sentences():
    assert set(POST_CODES) <= set(POST_ERROR_TEXTS)


def test_reply_is_published_with_its_address(server):
    replier = replier_to(server)
    assert replier.prepare() is None
    assert not posts(server)
    published = replier.send()
    assert isinstance(published, PublishedReply) and published.native_id
    assert published.url.startswith("https://")
    [one] = server.published
    assert one.text.endswith(TEXT)
    own = {server.native_id(server.posts[0]), str(server.posts[0].number)} | {
        getattr(server, "_id", str)(server.posts[0])
    }
    assert one.parent in own
    assert len(posts(server)) == 1


def test_reply_to_a_deleted_item_is_not_published(server):
    server.change(1, is_deleted=True)
    replier = replier_to(server)
    problem = replier.prepare() or replier.send()
    assert problem.code == "parent_deleted"
    assert server.published == []


def test_reply_to_a_locked_item_is_refused(server):
    server.locked = frozenset({1})
    replier = replier_to(server)
    problem = replier.prepare() or replier.send()
    assert problem.code in ("reply_refused", "reply_permission")
    assert server.published == []


def test_missing_permission_is_told_apart(server):
    server.has_permission = False
    replier = replier_to(server)
    assert replier.prepare() is None
    assert replier.send().code in ("reply_permission", "access_denied", "credential_rejected")
    assert server.published == []


def test_too_long_text_is_refused(server):
    replier = replier_to(server, text="à" * (server.longest + 1))
    assert replier.prepare() is None
    assert replier.send().code in ("reply_too_long", "reply_refused")
    assert server.published == []


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_error_leaves_the_outcome_unknown(server, status):
    replier = replier_to(server)
    assert replier.prepare() is None
    server.fail(status, b"<h1>Oops</h1>")
    assert replier.send().code == "reply_unknown"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"strange": 1}', b"[1]"])
def test_unreadable_success_leaves_the_outcome_unknown(server, body):
    replier = replier_to(server)
    assert replier.prepare() is None
    server.fail(200, body)
    assert replier.send().code == "reply_unknown"


def test_slow_response_leaves_the_outcome_unknown(server):
    replier = replier_to(server)
    assert replier.prepare() is None
    server.fail(200, b"{}", delay_s=3)
    assert replier.send().code == "reply_unknown"


def test_rate_limit_publishes_nothing_and_says_when(server):
    replier = replier_to(server)
    assert replier.prepare() is None
    server.fail_with(server.rate_limited())
    outcome = replier.send()
    assert outcome.code in ("rate_limited", "quota_used_up")
    assert server.published == []


def test_server_that_cannot_be_reached_publishes_nothing(server):
    replier = replier_to(server)
    assert replier.prepare() is None
    stopped = REPLYING["x"]()
    stopped._server.server_close()
    replier.reply = replace(replier.reply, api_url=stopped.url)
    assert replier.send().code == "connect"


def test_rejected_credential_is_told_before_anything_is_sent(server):
    replier = replier_to(server)
    server.valid = dict.fromkeys(server.valid, "another")
    if hasattr(server, "key"):
        server.key = "another"
    if server.platform == "reddit":
        server.tokens = 7
    problem = replier.prepare() or replier.send()
    assert problem.code in ("credential_rejected", "reconnect", "app_rejected", "access_denied")
    assert server.published == []


def test_lost_response_is_found_or_repeated_without_a_second_reply(server):
    replier = replier_to(server)
    assert replier.prepare() is None
    server.loses = True
    assert replier.send().code == "reply_unknown"
    again = replier_to(server)
    assert again.prepare() is None
    if again.replies.repeat_within == timedelta(0):
        found = again.find()
    else:
        found = again.send()
        assert replier.replies.repeat_within is None or again.find() == found
    assert isinstance(found, PublishedReply)
    assert len(server.published) == 1


def test_reply_that_was_not_published_is_not_found(server):
    replier = replier_to(server)
    assert replier.prepare() is None
    server.published = []
    assert replier.find() is None
    other = replier_to(server, text="Une tout autre réponse, plus ancienne.")
    assert other.prepare() is None and isinstance(other.send(), PublishedReply)
    assert replier.find() is None


def test_item_without_a_known_address_is_not_replied_to(server):
    replier = replier_to(server)
    platform = PLATFORMS[server.platform]
    for url in ("", "https://elsewhere.example/1", "javascript:alert(1)"):
        if server.platform not in ("mastodonsearch",) or not url.startswith("https"):
            assert platform.replies.id_of(ReplyTarget(url), source_of(server).settings) == ""
    assert replier.reply.secrets == replier.secrets


def test_no_error_quotes_a_secret(server):
    secrets = {value for value in {**server.valid, **server.account}.values() if len(value) > 12}
    for reply in ({"error": sorted(secrets), "message": " ".join(secrets), "detail": " ".join(secrets)},):
        replier = replier_to(server)
        assert replier.prepare() is None
        server.fail(418, reply)
        outcome = replier.send()
        assert isinstance(outcome, PollError)
        assert not any(secret in outcome.detail for secret in secrets)
