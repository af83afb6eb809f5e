"""Test polling from a due source to a stored mention, with a real server and a real Postgres."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from monitoring.models import Document, Mention, Source
from monitoring.platforms import registry
from monitoring.platforms.feed import FeedPlatform
from monitoring.polling.poller import poll_due, poll_one
from monitoring.records import Entry, PollResult
from tests.factories import make_keyword, make_source
from tests.lookalikes.feeds import gzip_bomb
from tests.monitoring.conftest import NEWS, poll_again, rss

pytestmark = pytest.mark.django_db(transaction=True)


def test_poll_due_stores_documents_mentions_and_source_state(feed, project):
    keyword = make_keyword(project, query="lumen")
    source = feed()
    [saved] = poll_due()
    assert (saved.source_id, saved.status, saved.new, saved.mentions) == (source.pk, 200, 2, 1)
    mention = Mention.objects.get()
    assert (mention.keyword, mention.document.title) == (keyword, "Lumen lance une lampe")
    assert mention.document.text == "Chez Lumen"
    source.refresh_from_db()
    assert (source.title, source.error_code, source.claimed_by) == ("Le Phare", "", None)
    assert source.next_poll_at > timezone.now() + timedelta(minutes=10)
    assert source.last_new_at == source.last_success_at == source.last_polled_at


def test_second_poll_stores_no_duplicates(feed, project):
    make_keyword(project, query="lumen")
    source = feed()
    poll_due()
    Source.objects.update(resume_state={})
    poll_again(source)
    assert (Document.objects.count(), Mention.objects.count()) == (2, 1)


def test_poll_sends_validators_and_lengthens_interval_when_unchanged(feed, web):
    source = feed(etag='W/"a"', last_modified="Fri, 20 Nov 2026 10:00:00 GMT")
    poll_due()
    before = Source.objects.get().interval_s
    poll_again(source)
    assert web.requests[-1].headers["if-none-match"] == 'W/"a"'
    assert web.requests[-1].headers["if-modified-since"] == "Fri, 20 Nov 2026 10:00:00 GMT"
    assert source.interval_s > before
    assert source.error_code == ""


def test_same_story_of_two_feeds_is_one_document_with_two_sources(feed, project, web):
    make_keyword(project, query="lumen")
    first = feed("/a.xml")
    story = {"title": "Lumen lance une lampe", "link": "http://www.phare.example/1/?utm_source=rss", "guid": "x"}
    second = feed("/b.xml", body=rss(story))
    poll_due()
    document = Document.objects.get(mentions__isnull=False)
    assert set(document.seen_at.values_list("source_id", flat=True)) == {first.pk, second.pk}
    assert Mention.objects.count() == 1


def test_projects_with_same_feed_share_no_documents(feed, project, stranger, web):
    source = feed()
    other = make_source(stranger.projects.get(), source.url, host="127.0.0.1")
    poll_due()
    assert set(Document.objects.values_list("project_id", flat=True)) == {project.pk, other.project_id}
    assert Document.objects.count() == 4


@pytest.mark.parametrize("date", ["", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_published_is_fetch_time_when_date_is_missing_or_future(feed, date):
    feed(body=rss({"title": "Sans date", "link": "https://phare.example/3", "date": date}))
    poll_due()
    document = Document.objects.get()
    assert abs(document.published - document.fetched_at) < timedelta(seconds=30)


def test_mention_is_backlog_when_older_than_its_source(feed, project):
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


def test_undated_entry_is_backlog_only_in_first_poll(feed, project, web):
    make_keyword(project, query="lumen")
    old = {"title": "Lumen", "link": "https://phare.example/a"}
    source = feed(body=rss(old))
    poll_due()
    web.put("/feed.xml", body=rss({"title": "Lumen encore", "link": "https://phare.example/b"}, old))
    poll_again(source)
    assert dict(Mention.objects.values_list("document__title", "is_backlog")) == {"Lumen": True, "Lumen encore": False}


FAILURES = {
    "not_found": {"status": 404},
    "forbidden": {"status": 403},
    "server_error": {"status": 500},
    "html_page": {"body": b"<!doctype html><html><body>Bonjour</body></html>", "content_type": "text/html"},
    "not_a_feed": {"body": b"\x89PNG\r\n" + bytes(200), "content_type": "image/png"},
    "too_large": {"body": b"<rss>" + b" " * (50 * 1024 * 1024)},
    "redirect_loop": {"status": 302, "location": "/feed.xml"},
    "timeout": {"fault": "slow body", "drip_s": 0.2},
}


@pytest.mark.parametrize("code", FAILURES)
def test_failing_feed_gets_its_error_code_and_loses_no_items(feed, web, project, monkeypatch, settings, code):
    settings.FETCH_TIMEOUT_S = 2
    source = feed()
    healthy = feed("/healthy.xml", body=rss({"title": "Bien", "link": "https://phare.example/bien"}))
    poll_due()
    web.put("/feed.xml", **{"body": NEWS + b" ", **FAILURES[code]})
    poll_again(source)
    assert source.error_code == code
    assert source.failing_since is not None
    assert Document.objects.count() == 3
    web.put("/healthy.xml", body=rss({"title": "Mieux", "link": "https://phare.example/mieux"}))
    poll_again(healthy)
    assert Document.objects.filter(title="Mieux").exists()
    web.put("/feed.xml", body=NEWS + b"  ")
    poll_again(source)
    assert (source.error_code, source.failing_since, source.failures) == ("", None, 0)


def test_poll_refuses_gzip_bomb_and_entity_bomb(feed, web):
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


def test_poll_refuses_private_address_directly_and_by_redirect(project, feed):
    private = make_source(project, "http://169.254.169.254/latest", host="169.254.169.254")
    redirected = feed("/out.xml", status=302, location="http://[::1]:8080/")
    poll_due()
    private.refresh_from_db()
    redirected.refresh_from_db()
    assert private.error_code == redirected.error_code == "private_address"


def test_poll_stops_source_on_410(feed):
    source = feed(status=410)
    poll_due()
    source.refresh_from_db()
    assert (source.state, source.error_code) == (Source.State.STOPPED, "gone")


@pytest.mark.parametrize("status", [429, 503])
def test_poll_waits_for_retry_after(feed, status):
    source = feed(status=status, headers={"Retry-After": "7200"})
    poll_due()
    source.refresh_from_db()
    assert source.next_poll_at >= timezone.now() + timedelta(seconds=7190)


URL_WITH_NUL = "https://www.bing.com/news/apiclick.aspx?url=https%3a%2f%2fphare.example%2f%00lumen"
OVERSIZED = {
    "language longer than its column": {"language": "zh-abcdefgh-abcdefgh-abcdefgh"},
    "NUL in an unwrapped URL": {"link": URL_WITH_NUL},
    "title of a megabyte": {"title": "Lumen " + "lampe " * 200_000},
    "title of invalid character references": {"title": "Lumen &amp;#0; &amp;#xD800; &amp;#x110000;"},
    "author of a megabyte": {"author": "é" * 1_000_000},
    "URL of a megabyte": {"link": "https://phare.example/" + "é" * 1_000_000},
    "id of a megabyte": {"guid": "é" * 1_000_000},
    "year 9999": {"date": "Fri, 31 Dec 9999 23:59:59 -1200"},
    "year 1": {"date": "Mon, 01 Jan 0001 00:00:00 +1400"},
    "text of distinct words": {"text": " ".join(map(str, range(40_000)))},
    "text of one word": {"text": "é" * 200_000},
}


@pytest.mark.parametrize("case", OVERSIZED)
def test_oversized_entry_is_stored_truncated_with_its_feed(feed, project, case):
    """Otherwise its feed, or the whole batch, could not be stored."""
    make_keyword(project, query="lumen")
    item = {"title": "Lumen", "link": "https://phare.example/1", **OVERSIZED[case]}
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
    class Broken(FeedPlatform):
        def poll(self, job, http_client):
            raise ZeroDivisionError("bug")

    source = feed()
    monkeypatch.setitem(registry.PLATFORMS, "feed", Broken())
    assert [saved.error_code for saved in poll_due()] == ["unexpected"]
    assert poll_one(source.pk).error_code == "unexpected"


class Timeline(FeedPlatform):
    """A platform other than feeds: it resumes after the last id and returns authors and engagement."""

    item_platform = "timeline"

    def __init__(self):
        self.states = []

    def poll(self, job, http_client):
        self.states.append(job.source.resume_state)
        number = job.source.resume_state.get("last_id", 0) + 1
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
    poll_again(source)
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
    poll_again(source)
    assert (source.error_code != "", source.resume_state, source.hints) == (True, state, hints)


def test_truncated_feed_is_noted_until_it_is_whole(feed, web):
    source = feed(body=NEWS[: NEWS.rindex(b"<item>")])
    poll_due()
    source.refresh_from_db()
    assert (source.is_truncated, source.error_code) == (True, "")
    web.put("/feed.xml", body=NEWS)
    assert not poll_again(source).is_truncated


def test_unchanged_truncated_feed_stays_truncated(feed, web):
    source = feed(body=NEWS[: NEWS.rindex(b"<item>")], etag='"1"')
    poll_due()
    assert poll_again(source).is_truncated


def test_poll_one_ignores_schedule(feed):
    source = feed()
    Source.objects.update(next_poll_at=timezone.now() + timedelta(hours=5))
    assert poll_one(source.pk).new == 2


def test_poll_decompresses_gzipped_feed(feed, web):
    feed(gzipped=True)
    poll_due()
    assert web.requests[-1].headers["accept-encoding"].startswith("gzip")
    assert Document.objects.count() == 2
