"""The pages of a source that is read as a stream: no checks, gaps, and a process that doesn't run."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_source


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


@pytest.fixture
def source(project):
    now = timezone.now()
    return make_source(
        project,
        "https://bsky.app/",
        platform="jetstream",
        title="Bluesky (live)",
        host="jetstream1.us-east.bsky.network",
        last_success_at=now,
        last_new_at=now,
        next_poll_at=now + timedelta(seconds=30),
        report={"skipped": 0, "gap": False, "missed": []},
    )


def pages(client, at, source):
    return [client.get(at("sources")).content.decode(), client.get(at("source", source.pk)).content.decode()]


def test_stream_has_no_next_check_and_no_button_for_one(client, at, source):
    for page in pages(client, at, source):
        assert "Read continuously" in page
        assert "Check now" not in page and "Checks possible" not in page and "isn’t reading" not in page
    assert "No gap since the first check." in page


def test_gap_of_a_stream_says_from_when_to_when(client, at, source):
    source.report = {"skipped": 0, "gap": True, "missed": ["2026-11-20T08:00:00+00:00", "2026-11-21T09:30:00+00:00"]}
    source.save()
    for page in pages(client, at, source):
        assert "Posts are missing from Friday, November 20" in page
        assert "Catching up" not in page
    assert "No gap since the first check." not in page


def test_stream_that_no_process_reads_says_so_unless_it_is_paused(client, at, source):
    source.next_poll_at = timezone.now() - timedelta(minutes=6)
    source.save()
    for page in pages(client, at, source):
        assert "Ask your server admin whether the process read_jetstream runs." in page
    source.state = "paused"
    source.save()
    for page in pages(client, at, source):
        assert "read_jetstream" not in page
