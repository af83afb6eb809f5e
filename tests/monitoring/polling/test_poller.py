"""The road from a due source to a stored mention, over a real connection into a real Postgres."""

from datetime import timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest
from django.utils import timezone

from monitoring.models import Document, Mention, Source
from monitoring.platforms import registry
from monitoring.polling.leases import claim_one
from monitoring.polling.poller import poll_due, poll_one
from monitoring.polling.save import save_polls
from monitoring.records import CompletedPoll, Entry, PollResult
from tests.factories import make_keyword, make_source
from tests.lookalikes.feeds import gzip_bomb
from tests.monitoring.conftest import NEWS, again, rss

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_works(feed, project):
    keyword = make_keyword(project, query="lumen")
    source = feed()
    [settled] = poll_due()
    assert (settled.source_id, settled.status, settled.new, settled.mentions) == (source.pk, 200, 2, 1)
    mention = Mention.objects.get()
    assert (mention.keyword, mention.document.title) == (keyword, "Lumen lance une lampe")
    assert mention.document.text == "Chez Lumen"
    source.refresh_from_db()
    assert (source.title, source.error_code, source.claimed_by) == ("Le Phare", "", None)
    assert source.next_poll_at > timezone.now() + timedelta(minutes=10)
    assert source.last_new_at == source.last_success_at == source.last_polled_at


def test_polling_again_stores_nothing_twice(feed, project):
    make_keyword(project, query="lumen")
    source = feed()
    poll_due()
    Source.objects.update(resume_state={})
    again(source)
    assert (Document.objects.count(), Mention.objects.count()) == (2, 1)


def test_validators_are_sent_back_and_an_unchanged_feed_waits_longer(feed, web):
    source = feed(etag='W/"a"', last_modified="Fri, 20 Nov 2026 10:00:00 GMT")
    poll_due()
    before = Source.objects.get().interval_s
    again(source)
    assert web.requests[-1].headers["if-none-match"] == 'W/"a"'
    assert web.requests[-1].headers["if-modified-since"] == "Fri, 20 Nov 2026 10:00:00 GMT"
    assert source.interval_s > before
    assert source.error_code == ""


def test_the_same_story_from_two_feeds_is_one_document_with_two_sources(feed, project, web):
    make_keyword(project, query="lumen")
    first = feed("/a.xml")
    story = {"title": "Lumen lance une lampe", "link": "http://www.phare.example/1/?utm_source=rss", "guid": "x"}
    second = feed("/b.xml", body=rss(story))
    poll_due()
    document = Document.objects.get(mentions__isnull=False)
    assert set(document.seen_at.values_list("source_id", flat=True)) == {first.pk, second.pk}
    assert Mention.objects.count() == 1


def test_two_projects_with_the_same_feed_do_not_share_documents(feed, project, stranger, web):
    source = feed()
    other = make_source(stranger.projects.get(), source.url, host="127.0.0.1")
    poll_due()
    assert set(Document.objects.values_list("project_id", flat=True)) == {project.pk, other.project_id}
    assert Document.objects.count() == 4


@pytest.mark.parametrize("date", ["", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_an_absent_or_future_date_is_the_time_of_fetching(feed, date):
    feed(body=rss({"title": "Sans date", "link": "https://phare.example/3", "date": date}))
    poll_due()
    document = Document.objects.get()
    assert abs(document.published - document.fetched_at) < timedelta(seconds=30)


def test_what_is_older_than_the_source_is_backlog_and_what_is_newer_is_news(feed, project):
    make_keyword(project, query="lumen")
    feed(
        body=rss(
            {"title": "Lumen hier", "link": "https://phare.example/a", "date": "Mon, 02 Nov 2020 10:00:00 GMT"},
            {"title": "Lumen maintenant", "link": "https://phare.example/b", "date": format_datetime(timezone.now())},
        )
    )
    poll_due()
    assert dict(Mention.objects.values_list("document__title", "is_backlog")) == {
        "Lumen hier": True,
        "Lumen maintenant": False,
    }


def test_the_undated_entries_of_a_new_source_are_backlog_and_those_of_later_polls_are_news(feed, project, web):
    make_keyword(project, query="lumen")
    old = {"title": "Lumen", "link": "https://phare.example/a"}
    source = feed(body=rss(old))
    poll_due()
    web.put("/feed.xml", body=rss({"title": "Lumen encore", "link": "https://phare.example/b"}, old))
    again(source)
    assert dict(Mention.objects.values_list("document__title", "is_backlog")) == {"Lumen": True, "Lumen encore": False}


BAD = {
    "not_found": {"status": 404},
    "forbidden": {"status": 403},
    "server_error": {"status": 500},
    "html_page": {"body": b"<!doctype html><html><body>Bonjour</body></html>", "content_type": "text/html"},
    "not_a_feed": {"body": b"\x89PNG\r\n" + bytes(200), "content_type": "image/png"},
    "too_large": {"body": b"<rss>" + b" " * (50 * 1024 * 1024)},
    "redirect_loop": {"status": 302, "location": "/feed.xml"},
    "timeout": {"fault": "slow body", "drip_s": 0.2},
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_answer_is_told_in_its_own_words_and_loses_nothing(feed, web, project, monkeypatch, settings, code):
    settings.FETCH_TIMEOUT_S = 2
    source = feed()
    well = feed("/well.xml", body=rss({"title": "Bien", "link": "https://phare.example/bien"}))
    poll_due()
    web.put("/feed.xml", **{"body": NEWS + b" ", **BAD[code]})
    again(source)
    assert source.error_code == code
    assert source.failing_since is not None
    assert Document.objects.count() == 3
    web.put("/well.xml", body=rss({"title": "Mieux", "link": "https://phare.example/mieux"}))
    again(well)
    assert Document.objects.filter(title="Mieux").exists()
    web.put("/feed.xml", body=NEWS + b"  ")
    again(source)
    assert (source.error_code, source.failing_since, source.failures) == ("", None, 0)


def test_a_gzip_bomb_and_an_entity_bomb_are_refused(feed, web):
    bomb = feed("/bomb.xml", body=gzip_bomb(200 * 1024 * 1024), encoding="gzip")
    laughs = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    entities = feed("/laughs.xml", body=(laughs + "]><rss><channel><title>&i;</title></channel></rss>").encode())
    poll_due()
    bomb.refresh_from_db()
    entities.refresh_from_db()
    assert bomb.error_code == "too_large"
    assert entities.error_code == "xml_bomb"


def test_a_private_address_is_refused_even_behind_a_redirect(project, feed):
    direct = make_source(project, "http://169.254.169.254/latest", host="169.254.169.254")
    behind = feed("/out.xml", status=302, location="http://[::1]:8080/")
    poll_due()
    direct.refresh_from_db()
    behind.refresh_from_db()
    assert direct.error_code == behind.error_code == "private_address"


def test_410_stops_the_source(feed):
    source = feed(status=410)
    poll_due()
    source.refresh_from_db()
    assert (source.state, source.error_code) == (Source.State.STOPPED, "gone")


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(feed, status):
    source = feed(status=status, headers={"Retry-After": "7200"})
    poll_due()
    source.refresh_from_db()
    assert source.next_poll_at >= timezone.now() + timedelta(seconds=7190)


def test_a_permanent_redirect_is_believed_the_third_time(feed, web):
    web.put("/new.xml", body=NEWS)
    source = feed("/old.xml", status=301, location="/new.xml")
    for _ in range(2):
        again(source)
        assert source.url == web.url("/old.xml")
    again(source)
    assert source.url == web.url("/new.xml")


def test_a_move_to_the_address_of_another_source_changes_nothing(project, feed, web):
    """The host least of all: claims are counted by it."""
    there = make_source(project, "http://127.0.0.3:1/new.xml", host="127.0.0.3", state=Source.State.PAUSED)
    source = feed("/old.xml")
    Source.objects.filter(pk=source.pk).update(moved_to=there.url, moved_count=2)
    owner = uuid4()
    moved = PollResult(permanent_url=there.url, status=304)
    assert save_polls([CompletedPoll(claim_one(owner, source.pk), moved)], owner)
    before = source.url, source.host
    source.refresh_from_db()
    assert (source.url, source.host, source.error_code) == (*before, "")


def test_two_sources_that_move_to_one_address_at_once_are_both_polled(feed, web):
    web.put("/new.xml", body=NEWS)
    for number in range(2):
        feed(f"/old{number}.xml", status=301, location="/new.xml")
    for _ in range(3):
        Source.objects.update(next_poll_at=timezone.now())
        poll_due()
    assert Source.objects.filter(url=web.url("/new.xml")).count() == 1
    assert set(Source.objects.values_list("error_code", flat=True)) == {""}


HIDDEN_NUL = "https://www.bing.com/news/apiclick.aspx?url=https%3a%2f%2fphare.example%2f%00lumen"
POISON = {
    "a language longer than its column": {"language": "zh-abcdefgh-abcdefgh-abcdefgh"},
    "a NUL that unwrapping brings out": {"link": HIDDEN_NUL},
    "a title of a megabyte": {"title": "Lumen " + "lampe " * 200_000},
    "a title of references to nothing": {"title": "Lumen &amp;#0; &amp;#xD800; &amp;#x110000;"},
    "an author of a megabyte": {"author": "é" * 1_000_000},
    "an address of a megabyte": {"link": "https://phare.example/" + "é" * 1_000_000},
    "an id of a megabyte": {"guid": "é" * 1_000_000},
    "the year 9999": {"date": "Fri, 31 Dec 9999 23:59:59 -1200"},
    "the year 1": {"date": "Mon, 01 Jan 0001 00:00:00 +1400"},
    "a text of words that are all different": {"text": " ".join(map(str, range(40_000)))},
    "a text of one word": {"text": "é" * 200_000},
}


@pytest.mark.parametrize("poison", POISON)
def test_an_entry_that_is_out_of_bounds_is_stored_within_them(feed, project, poison):
    """And never makes its feed, or the batch, one that cannot be stored."""
    make_keyword(project, query="lumen")
    item = {"title": "Lumen", "link": "https://phare.example/1", **POISON[poison]}
    body = rss(item, {"title": "Lumen encore", "link": "https://phare.example/2"})
    language = f"<language>{item.get('language', 'fr')}</language><item><author>{item.get('author', '')}</author>"
    source = feed(body=body.replace(b"<item>", language.encode(), 1))
    poll_due()
    source.refresh_from_db()
    assert source.error_code == ""
    assert Mention.objects.count() == 2


def test_poll_reports_unknown_platform_as_error_of_the_source(feed, project):
    """For instance after a downgrade to a version without that platform."""
    other = feed("/other.xml", body=rss({"title": "Autre", "link": "https://phare.example/autre"}))
    source = feed()
    Source.objects.filter(pk=source.pk).update(platform="telegraph")
    poll_due()
    source.refresh_from_db()
    other.refresh_from_db()
    assert (source.error_code, source.state, other.error_code) == ("unknown_platform", Source.State.ACTIVE, "")
    assert "telegraph" in source.error_detail
    assert poll_one(source.pk).error_code == "unknown_platform"


def test_poll_reports_exception_of_platform_as_error_of_the_source(feed, monkeypatch):
    class Broken:
        def poll(self, source, http_client):
            raise ZeroDivisionError("bug")

    source = feed()
    monkeypatch.setitem(registry.PLATFORMS, "feed", Broken())
    assert [saved.error_code for saved in poll_due()] == ["unexpected"]
    assert poll_one(source.pk).error_code == "unexpected"


class Timeline:
    """A platform that is no feed: it resumes after the last id, and knows authors and engagement."""

    def __init__(self):
        self.states = []

    def poll(self, source, http_client):
        self.states.append(source.resume_state)
        number = source.resume_state.get("last_id", 0) + 1
        entry = Entry(
            native_id=str(number),
            url=f"https://timeline.example/{number}",
            title="",
            body="Lumen",
            author="Ada",
            author_url="https://timeline.example/@ada",
            followers=2**40 if number == 1 else None,
            engagement=0 if number == 1 else None,
        )
        return PollResult(entries=(entry,), resume_state={"last_id": number}, status=200)


def test_poll_stores_author_and_engagement_and_resumes_for_any_platform(project, feed, monkeypatch):
    make_keyword(project, query="lumen")
    source, timeline = feed(), Timeline()
    monkeypatch.setitem(registry.PLATFORMS, "timeline", timeline)
    Source.objects.filter(pk=source.pk).update(platform="timeline")
    poll_due()
    again(source)
    assert timeline.states == [{}, {"last_id": 1}]
    assert source.resume_state == {"last_id": 2}
    fields = ("platform", "author", "author_url", "followers", "engagement")
    assert list(Document.objects.order_by("url").values_list(*fields)) == [
        ("timeline", "Ada", "https://timeline.example/@ada", 2**31 - 1, 0),
        ("timeline", "Ada", "https://timeline.example/@ada", None, None),
    ]
    assert list(Mention.objects.order_by("document__url").values_list("author", "engagement")) == [
        ("Ada", 0),
        ("Ada", None),
    ]


def test_failed_poll_keeps_resume_state_and_hints(feed, web):
    source = feed(body=NEWS.replace(b"<item>", b"<ttl>240</ttl><item>", 1), etag='"1"')
    poll_due()
    source.refresh_from_db()
    state, hints = source.resume_state, source.hints
    assert (state["etag"], hints["interval_s"]) == ('"1"', 4 * 3600)
    web.put("/feed.xml", body=b"<html>", etag='"2"', content_type="text/html")
    again(source)
    assert (source.error_code != "", source.resume_state, source.hints) == (True, state, hints)


def test_polling_a_source_by_hand_ignores_its_schedule(feed):
    source = feed()
    Source.objects.update(next_poll_at=timezone.now() + timedelta(hours=5))
    assert poll_one(source.pk).new == 2


def test_a_gzipped_feed_is_read(feed, web):
    feed(gzipped=True)
    poll_due()
    assert web.requests[-1].headers["accept-encoding"].startswith("gzip")
    assert Document.objects.count() == 2
