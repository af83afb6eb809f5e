"""Sources of platforms, from the row to stored items: queries, budgets, credentials, several polls."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from monitoring.models import Credential, Document, Mention, RequestBudget, Source
from monitoring.platforms import registry
from monitoring.platforms.base import Limit
from monitoring.platforms.hackernews import HackerNews
from monitoring.polling import jobs
from monitoring.polling.leases import claim
from monitoring.polling.poller import poll_due, poll_one
from monitoring.records import PollResult, QuotaReading
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.hackernews import HackerNewsServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server():
    with HackerNewsServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        yield server


@pytest.fixture
def source(server, project):
    return make_platform_source(project, server)


def make_platform_source(project, server, url="https://news.ycombinator.com/", **fields):
    return make_source(
        project, url, platform="hackernews", host="127.0.0.1", settings={"base_url": server.url}, **fields
    )


def limited_to(monkeypatch, *limits):
    platform = HackerNews()
    platform.limits = limits
    monkeypatch.setitem(registry.PLATFORMS, "hackernews", platform)
    return platform


def due_again(source):
    Source.objects.filter(pk=source.pk).update(next_poll_at=timezone.now())


def test_poll_stores_items_of_a_platform_with_their_fields(project, source, server):
    make_keyword(project, query="lumen")
    poll_due()
    source.refresh_from_db()
    assert (source.error_code, source.report["skipped"], source.report["searches"]) == ("", 0, 1)
    document = Document.objects.order_by("-published").first()
    assert (document.platform, document.kind, document.likes, document.replies) == ("hackernews", "comment", 3, 2)
    assert (document.shares, document.rating, document.author_handle) == (None, None, document.author)
    assert document.thread == "48000000"
    assert Mention.objects.count() == Document.objects.count() == 3


def test_poll_searches_for_the_keywords_that_track_the_platform(project, source, server):
    make_keyword(project, query="lumen")
    make_keyword(project, query="halo", platforms=["feed"])
    make_keyword(project, query="brise", is_paused=True)
    poll_due()
    assert [request.query["query"] for request in server.requests] == ["lumen"]
    make_keyword(project, query='"maison lumen" OR phare')
    due_again(source)
    poll_due()
    assert {request.query["query"] for request in server.requests} == {"lumen", '"maison lumen"', "phare"}


def test_poll_without_keywords_makes_no_request(project, source, server):
    poll_due()
    source.refresh_from_db()
    assert (server.requests, source.error_code) == ([], "")


def test_report_names_keywords_that_are_searched_more_widely_or_not_at_all(project, source):
    wider = make_keyword(project, query="lumen NEAR/3 panne")
    unsearchable = make_keyword(project, query="lumin*")
    make_keyword(project, query="lumen")
    poll_due()
    source.refresh_from_db()
    assert (source.report["wider"], source.report["unsearchable"]) == ([wider.pk], [unsearchable.pk])


def test_source_waits_for_its_limit_without_being_an_error(project, source, server, monkeypatch):
    limited_to(monkeypatch, Limit(1, 600))
    make_keyword(project, query="lumen OR halo")
    poll_due()
    assert len(server.requests) == 1
    source.refresh_from_db()
    due_again(source)
    assert poll_due() == []
    source.refresh_from_db()
    assert (len(server.requests), source.error_code, source.claimed_by) == (1, "", None)
    assert timezone.now() + timedelta(minutes=5) < source.next_poll_at <= timezone.now() + timedelta(minutes=10)


def test_sources_with_one_host_share_its_limit(project, server, monkeypatch):
    limited_to(monkeypatch, Limit(40, 3600))  # holds 4
    make_keyword(project, query="lumen")
    for number in range(8):
        make_platform_source(project, server, f"https://news.ycombinator.com/{number}")
    for _ in range(5):
        Source.objects.update(next_poll_at=timezone.now())
        poll_due()
    assert len(server.requests) == 4


def test_requests_that_a_poll_did_not_need_are_returned(project, source, server, monkeypatch):
    limited_to(monkeypatch, Limit(100, 36_000))  # holds 10
    make_keyword(project, query="lumen")
    poll_due()
    assert len(server.requests) == 1
    assert 8.9 < RequestBudget.objects.get().left < 9.1


def test_killed_worker_leaves_its_reservation_used(project, source, server, monkeypatch):
    limited_to(monkeypatch, Limit(100, 36_000))
    make_keyword(project, query="lumen")
    [job] = jobs.prepare(claim(uuid4(), 5), timezone.now())
    assert RequestBudget.objects.get().left == pytest.approx(10 - job.requests, abs=0.01)
    Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert poll_due() == []
    RequestBudget.objects.update(at=timezone.now() - timedelta(minutes=10))
    due_again(source)
    poll_due()
    assert Document.objects.count() == 3


def test_limit_of_the_platform_itself_is_respected(project, source, server, monkeypatch):
    platform = limited_to(monkeypatch, Limit(1000, 3600))
    poll = platform.poll
    resets_at = timezone.now() + timedelta(minutes=7)

    def exhausted(job, http_client):
        return replace(poll(job, http_client), quota=QuotaReading(0, resets_at))

    monkeypatch.setattr(platform, "poll", exhausted)
    make_keyword(project, query="lumen")
    poll_due()
    due_again(source)
    assert poll_due() == []
    source.refresh_from_db()
    assert abs(source.next_poll_at - resets_at) < timedelta(seconds=1)
    assert len(server.requests) == 1


def test_source_with_more_pages_than_one_poll_reads_is_polled_again_soon(project, source, server, monkeypatch):
    limited_to(monkeypatch, Limit(30, 3600))  # holds 3
    make_keyword(project, query="lumen")
    server.posts = make_posts(500, now=server.now, every=timedelta(minutes=1))
    poll_due()
    source.refresh_from_db()
    assert (source.report["gap"], Document.objects.count()) == (True, 298)
    assert source.next_poll_at < timezone.now() + timedelta(seconds=10)
    RequestBudget.objects.update(left=3, at=timezone.now())
    due_again(source)
    poll_due()
    source.refresh_from_db()
    assert (source.report["gap"], Document.objects.count()) == (False, 500)


def test_failed_poll_keeps_pages_that_were_read_before(project, source, server):
    make_keyword(project, query="lumen")
    server.posts = make_posts(250, now=server.now, every=timedelta(minutes=1))
    real, left = server._reply, [2]

    def failing(request):
        left[0] -= 1
        return real(request) if left[0] >= 0 else server.rejection()

    server._reply = failing
    poll_due()
    source.refresh_from_db()
    assert (source.error_code, Document.objects.count()) == ("credential_rejected", 199)
    assert source.is_failing
    server._reply = real
    due_again(source)
    poll_due()
    source.refresh_from_db()
    assert (source.error_code, Document.objects.count()) == ("", 250)


def test_secrets_reach_the_platform_and_renewed_ones_are_stored(project, source, server, monkeypatch):
    credential = Credential(project=project, platform="hackernews")
    credential.set_secrets({"token": "first"})
    credential.save()
    Source.objects.update(credential=credential)
    platform = limited_to(monkeypatch)
    seen = []

    def poll(job, http_client):
        seen.append(dict(job.secrets))
        job.renew(lambda secrets: {**secrets, "token": f"{secrets['token']}+"})
        assert "first" not in repr(job)
        return PollResult(resume_state={"x": 1})

    monkeypatch.setattr(platform, "poll", poll)
    poll_one(source.pk)
    poll_one(source.pk)
    assert seen == [{"token": "first"}, {"token": "first+"}]
    assert Credential.objects.get().secrets == {"token": "first++"}
    assert "first" not in Credential.objects.get().sealed
