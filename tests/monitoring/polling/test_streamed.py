"""Sources of streams: no worker polls them, the process that reads takes them, and a preview reads a sample."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from monitoring.models import SourcePeriod
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.leases import claim, claim_one, claim_streamed
from monitoring.polling.periods import record_gap
from monitoring.polling.preview import preview
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.jetstream import JetstreamServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def source(project):
    return make_source(project, "https://bsky.app/", platform="jetstream", host="127.0.0.1")


def test_claims_of_workers_leave_streams_out(source, project):
    feed = make_source(project)
    assert [one.id for one in claim(uuid4(), 10)] == [feed.pk]
    assert claim_one(uuid4(), source.pk) is None


def test_reader_claims_active_sources_of_its_platform_from_another_owner(source, project):
    make_source(project)
    make_source(project, "https://bsky.app/2", platform="jetstream", state="paused")
    first, second = uuid4(), uuid4()
    assert [one.id for one in claim_streamed(first, "jetstream")] == [source.pk]
    assert [one.id for one in claim_streamed(second, "jetstream")] == [source.pk]
    source.refresh_from_db()
    assert source.claimed_by == second


def test_poll_command_names_the_command_that_reads_a_stream(source):
    with pytest.raises(CommandError, match="read_jetstream"):
        call_command("poll", source=source.pk)


def test_preview_reads_the_posts_of_the_last_minute(project):
    keyword = make_keyword(project, query="lumen")
    make_keyword(project, query="brise")
    with JetstreamServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now + timedelta(minutes=1), every=timedelta(seconds=20))
        server.posts += make_posts(2, now=server.now - timedelta(hours=1), first=100)
        result = preview(project, PLATFORMS["jetstream"], {"base_url": server.url})
        assert (result["error"], result["found"], result["matched"], result["keywords"]) == ("", 3, 3, 2)
        assert {tuple(item["keywords"]) for item in result["items"]} == {(keyword.pk,)}
        server.fail(503)
        assert preview(project, PLATFORMS["jetstream"], {"base_url": server.url})["error"] == "unavailable"


def test_search_platform_writes_the_posts_of_a_stream():
    with JetstreamServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        output = StringIO()
        call_command("search_platform", "jetstream", query="lumen", base_url=server.url, stdout=output)
    assert len(output.getvalue().splitlines()) == 3


def at(day):
    return timezone.now().replace(microsecond=0) - timedelta(days=day)


def test_gap_splits_working_periods_keeps_failing_ones_and_can_be_repeated(source):
    times = {day: at(day) for day in (9, 7, 6, 5, 3, 1)}
    for state, start, end in (("working", 9, 6), ("failing", 6, 5), ("working", 5, None)):
        SourcePeriod.objects.create(
            source=source,
            state=state,
            error_code="connect" if state == "failing" else "",
            started_at=times[start],
            ended_at=times[end] if end else None,
        )
    for _ in range(2):
        record_gap([source.pk], times[7], times[3], "stream_gap")
    found = source.periods.order_by("started_at").values_list("error_code", "started_at", "ended_at")
    assert list(found) == [
        ("", times[9], times[7]),
        ("stream_gap", times[7], times[6]),
        ("connect", times[6], times[5]),
        ("stream_gap", times[5], times[3]),
        ("", times[3], None),
    ]
