"""A stream from its server to stored items and mentions, and the state of its sources."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Project
from monitoring.models import Document, DocumentSource, Mention, Source
from monitoring.polling.poller import poll_due, poll_one
from monitoring.services.sources import pause_source
from tests.factories import make_keyword
from tests.lookalikes.platforms.jetstream import did_of, microseconds
from tests.monitoring.streaming.running import is_working, make_stream_source, post, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def connect(server, source, read):
    """Start a reader and wait until it saves."""
    reader = read()
    wait_until(lambda: server.connections)
    server.publish(server.event(post(1, "Bonjour")))
    wait_until(lambda: is_working(source))
    return reader


def test_reader_stores_posts_that_match_a_keyword_and_no_others(server, source, read, project):
    keyword = make_keyword(project, query="lumen")
    connect(server, source, read)
    server.profiles[did_of("ada")] = {
        "did": did_of("ada"), "handle": "ada.example", "displayName": "Ada Lumière", "followersCount": 12,
    }  # fmt: skip
    written = post(2, "Ma lampe Lumen éclaire")
    server.publish(server.event(written), server.event(post(3, "Rien à voir")))
    wait_until(Mention.objects.exists)
    document = Document.objects.get()
    assert (document.text, document.platform, document.url) == (written.text, "bluesky", server.permalink(written))
    assert (document.author, document.author_handle, document.followers) == ("Ada Lumière", "@ada.example", 12)
    assert (document.kind, document.language, document.likes) == ("post", "fr", None)
    mention = Mention.objects.get()
    assert (mention.keyword_id, mention.source_id, mention.is_backlog) == (keyword.pk, source.pk, False)


def test_reader_stores_a_post_once_per_project_that_tracks_it(server, source, read, project):
    other = Project.objects.create(name="Autre")
    make_keyword(project, query="lumen")
    make_keyword(other, query="lampe", languages=["fr"])
    make_keyword(other, query="lampe", platforms=["reddit"])
    make_stream_source(other)
    connect(server, source, read)
    server.publish(
        server.event(post(2, "Ma lampe Lumen éclaire la rue")), server.event(post(3, "the lumen is bright"))
    )
    wait_until(lambda: Mention.objects.count() == 3)
    assert Document.objects.filter(project=project).count() == 2
    assert Document.objects.filter(project=other).count() == 1


def test_reader_needs_no_connection_without_a_source_and_notices_one(server, read, project):
    make_keyword(project, query="lumen")
    read()
    source = make_stream_source(project, state=Source.State.PAUSED)
    time.sleep(0.3)
    assert server.requests == []
    pause_source(source, None, paused=False)
    wait_until(lambda: server.connections)
    pause_source(source, None, paused=True)
    wait_until(lambda: not server.connections)


def test_reader_notices_new_keywords(server, source, read, project):
    connect(server, source, read)
    keyword = make_keyword(project, query="brise")
    number = iter(range(10, 10_000))

    def found():
        server.publish(server.event(post(next(number), "La brise du soir")))
        return Mention.objects.filter(keyword=keyword).exists()

    wait_until(found)


def test_reader_goes_on_at_its_cursor_and_doubles_nothing(server, source, read, project):
    make_keyword(project, query="lumen")
    reader = connect(server, source, read)
    server.publish(server.event(post(2)))
    wait_until(Mention.objects.exists)
    reader.stop()
    source.refresh_from_db()
    cursor = source.resume_state["cursor"]
    assert cursor == server.events[-1]["time_us"]
    server.publish(server.event(post(3)))
    read()
    wait_until(lambda: Mention.objects.count() == 2)
    assert server.requests[0].query.get("cursor") is None
    assert int(server.requests[1].query["cursor"]) == cursor - 5_000_000
    assert Document.objects.count() == DocumentSource.objects.count() == 2


def test_reader_goes_on_after_a_cut_connection(server, source, read, project):
    make_keyword(project, query="lumen")
    connect(server, source, read)
    for number in range(2, 6):
        server.publish(server.event(post(number)))
        server.interrupt()
    wait_until(lambda: Mention.objects.count() == 4)
    source.refresh_from_db()
    assert (source.error_code, source.periods.count()) == ("", 1)


def test_edited_post_that_no_longer_matches_is_marked(server, source, read, project):
    make_keyword(project, query="lumen")
    connect(server, source, read)
    written = post(2)
    server.publish(server.event(written))
    wait_until(Mention.objects.exists)
    changed = post(2, "Tout autre chose", edited=timezone.now())
    server.publish(server.event(changed, "update"), server.event(post(3, "Inconnu"), "update"))
    wait_until(Mention.objects.exclude(unmatched_at=None).exists)
    assert Document.objects.get().text == "Tout autre chose"


def test_failed_profiles_leave_the_did(server, source, read, project):
    make_keyword(project, query="lumen")
    server.profile_status = 500
    connect(server, source, read)
    server.publish(server.event(post(2)), server.event(post(3)))
    wait_until(lambda: Mention.objects.count() == 2)
    assert set(Document.objects.values_list("author", "author_handle", "followers")) == {(did_of("ada"), "", None)}
    server.publish(server.event(post(4, author="zoe")))
    wait_until(lambda: Mention.objects.count() == 3)
    assert len(server.profile_requests) == 1, "asked again right after a failure"


def test_post_that_is_read_again_keeps_the_name_of_its_author(server, source, read, project):
    make_keyword(project, query="lumen")
    server.profiles[did_of("ada")] = {"did": did_of("ada"), "handle": "ada.example", "displayName": "Ada Lumière"}
    reader = connect(server, source, read)
    server.publish(server.event(post(2)))
    wait_until(Mention.objects.exists)
    reader.stop()
    server.profile_status = 500
    read()
    server.publish(server.event(post(3, author="zoe")))
    wait_until(lambda: Mention.objects.count() == 2)
    assert len(server.profile_requests) == 2
    assert set(Document.objects.values_list("author", flat=True)) == {"Ada Lumière", did_of("zoe")}
    assert set(Mention.objects.values_list("author", flat=True)) == {"Ada Lumière", did_of("zoe")}


def test_profiles_are_asked_for_once_and_25_at_a_time(server, source, read, project):
    make_keyword(project, query="lumen")
    connect(server, source, read)
    server.publish(*(server.event(post(number, author=f"user{number}")) for number in range(30)))
    wait_until(lambda: Mention.objects.count() == 30)
    server.publish(server.event(post(31, author="user3")))
    wait_until(lambda: Mention.objects.count() == 31)
    asked = [did for dids in server.profile_requests for did in dids]
    assert sorted(asked) == sorted(did_of(f"user{number}") for number in range(30))


def test_second_reader_waits_until_the_first_one_ends(server, source, read, project):
    make_keyword(project, query="lumen")
    first = connect(server, source, read)
    read()
    time.sleep(0.5)
    assert len(server.requests) == 1
    first.stop()
    wait_until(lambda: len(server.requests) == 2)
    server.publish(server.event(post(2)))
    wait_until(Mention.objects.exists)


def test_resumed_source_joins_at_the_present(server, source, read, project):
    make_keyword(project, query="lumen")
    reader = connect(server, source, read)
    pause_source(source, None, paused=True)
    wait_until(lambda: not server.connections)
    server.publish(server.event(post(2)))
    source.refresh_from_db()
    wait_until(lambda: Source.objects.get().resume_state == {})
    server.now = timezone.now()
    pause_source(source, None, paused=False)
    wait_until(lambda: server.connections)
    assert "cursor" not in server.requests[-1].query
    reader.stop()
    assert not Mention.objects.exists()


def test_workers_never_poll_a_stream(server, source, project):
    make_keyword(project, query="lumen")
    assert poll_due() == []
    assert poll_one(source.pk) is None
    assert server.requests == []


def test_events_from_the_future_do_not_move_the_cursor_there(server, source, read, project):
    connect(server, source, read)
    server.publish(server.event(post(2), at=timezone.now() + timedelta(hours=12)))
    wait_until(lambda: Source.objects.get().resume_state["cursor"] > microseconds(source.last_success_at))
    source.refresh_from_db()
    assert source.resume_state["cursor"] <= microseconds(timezone.now())


def test_conditions_on_language_hold_in_keywords_and_queries(server, source, read, project):
    french = make_keyword(project, query="lumen", languages=["fr"])
    connect(server, source, read)
    server.publish(server.event(post(2, "The lamp by Lumen lights up the whole street tonight")))
    server.publish(server.event(post(3, "La lampe de Lumen éclaire toute la rue ce soir")))
    wait_until(Mention.objects.exists)
    english = make_keyword(project, query="lumen lang:en", name="English")
    number = iter(range(10, 10_000))

    def found():
        server.publish(server.event(post(next(number), "The lamp by Lumen lights up the whole street again")))
        return Mention.objects.filter(keyword=english).exists()

    wait_until(found)
    assert set(Mention.objects.filter(keyword=french).values_list("language", flat=True)) == {"fr"}
    assert set(Mention.objects.filter(keyword=english).values_list("language", flat=True)) == {"en"}
