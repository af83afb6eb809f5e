"""Mentions and volume of the API."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.insights.engagement import MAX_POINTS
from monitoring.models import Author, Document, EngagementPoint, MentionTag, Triage
from tests.factories import make_keyword, make_mention, make_mentions, make_source


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


def test_it_works(project, viewer, keyword, program):
    source = make_source(project, title="Le Monde")
    published = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    mention = make_mention(
        keyword, source=source, title="Lumen opens", author="Zoë", language="fr", published=published
    )
    answer = program(viewer).get(f"/projects/{project.pk}/mentions")
    assert answer.status_code == 200
    (item,) = answer.json()["items"]
    assert answer.json()["next"] is None
    assert item["title"] == "Lumen opens"
    assert item["author"] == "Zoë"
    assert item["source"] == {"id": source.pk, "title": "Le Monde"}
    assert item["mentions"][0]["id"] == mention.pk
    assert item["mentions"][0]["keyword"] == {"id": keyword.pk, "name": "Lumen"}
    assert item["mentions"][0]["status"] == "to_review"
    assert datetime.fromisoformat(item["published"]) == published


@pytest.mark.parametrize("path", ["mentions", "documents"])
def test_rows_have_the_triage_of_documents(project, viewer, manager, keyword, program, path):
    made = make_mentions([keyword], 3)
    author = Author.objects.create(project=project, platform="feed", key=uuid4(), name="Zoë")
    first = made[0].document
    Document.objects.filter(pk=first.pk).update(written_by=author)
    due = timezone.now().replace(microsecond=0)
    facts = {"is_founded": False, "reason": "other", "reason_note": "by phone", "due_at": due}
    Triage.objects.create(document=first, project=project, assignee=manager, **facts)
    for tag in ("vip", "sav"):
        MentionTag.objects.create(project=project, document=first, tag=tag)
    api = program(viewer)
    items = {item["document_id"]: item for item in api.get(f"/projects/{project.pk}/{path}").json()["items"]}
    shown, other = items[first.pk], items[made[1].document_id]
    assert shown["author_id"] == author.pk and other["author_id"] is None
    assert shown["triage"] == {
        "assignee": {"id": manager.pk, "name": manager.name},
        "tags": ["sav", "vip"],
        "founded": False,
        "reason": "other",
        "reason_note": "by phone",
        "snoozed_until": None,
        "due_at": due.isoformat().replace("+00:00", "Z"),
        "first_replied_at": None,
    }
    assert other["triage"]["tags"] == [] and other["triage"]["founded"] is None
    numbers = []
    for size in (2, 3):
        with CaptureQueriesContext(connection) as captured:
            api.get(f"/projects/{project.pk}/{path}", size=size)
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("path", ["mentions", "documents"])
def test_published_is_null_if_it_is_unknown(project, viewer, keyword, program, path):
    found_at = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    make_mention(keyword, published=found_at, published_is_known=False, fetched_at=found_at)
    (item,) = program(viewer).get(f"/projects/{project.pk}/{path}").json()["items"]
    assert item["published"] is None
    assert datetime.fromisoformat(item["fetched_at"]) == found_at


@pytest.mark.parametrize("path", ["mentions", "documents"])
def test_edits_of_the_source_have_their_times(project, viewer, keyword, program, path):
    moment = timezone.now().replace(microsecond=0)
    make_mention(keyword, edited_at=moment, edits=1, unmatched_at=moment)
    (item,) = program(viewer).get(f"/projects/{project.pk}/{path}").json()["items"]
    assert datetime.fromisoformat(item["edited_at"]) == moment
    assert datetime.fromisoformat(item["mentions"][0]["unmatched_at"]) == moment


def test_mentions_pagination_reads_each_once_while_new_ones_arrive(project, viewer, keyword, program):
    made = make_mentions([keyword, make_keyword(project)], 12)
    call, seen = program(viewer), []
    answer = call.get(f"/projects/{project.pk}/mentions", period="30d", size=5).json()
    while True:
        seen += [item["document_id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        make_mention(keyword, published=timezone.now())
        answer = call.get(answer["next"]).json()
    assert seen == [mention.document_id for mention in made[::2]]


def test_mentions_applies_every_filter_parameter(project, viewer, keyword, program):
    other, source = make_keyword(project), make_source(project)
    wanted = make_mention(
        keyword,
        source=source,
        author="Ada",
        language="fr-ca",
        status="needs_reply",
        platform="mastodon",
        title="Rare words",
    )
    make_mentions(other, 3)
    call = program(viewer)
    for parameters in (
        {"keyword": keyword.pk},
        {"source": source.pk},
        {"author": "Ada"},
        {"language": "fr"},
        {"status": "needs_reply"},
        {"platform": "mastodon"},
        {"q": "rare -lumiere"},
        {"keyword": keyword.pk, "period": "24h", "by": "found"},
        {"from_": (timezone.now() - timedelta(minutes=5)).isoformat(), "keyword": [keyword.pk, keyword.pk]},
    ):
        items = call.get(f"/projects/{project.pk}/mentions", **parameters).json()["items"]
        assert [item["document_id"] for item in items] == [wanted.document_id], parameters


@pytest.mark.parametrize(
    ("parameters", "field", "code"),
    [
        ({"period": "1d"}, "period", "literal_error"),
        ({"from_": "yesterday"}, "from", "invalid"),
        ({"keyword": "12345"}, "keyword", "unknown"),
        ({"status": "done"}, "status", "unknown"),
        ({"q": "(lamp"}, "q", "unclosed_group"),
        ({"keywords": "3"}, "keywords", "unknown_parameter"),
        ({"cursor": "page2"}, "cursor", "invalid"),
        ({"size": "1000"}, "size", "less_than_equal"),
        ({"size": "many"}, "size", "int_parsing"),
    ],
)
def test_mentions_rejects_invalid_parameter_with_its_name(project, viewer, program, parameters, field, code):
    answer = program(viewer).get(f"/projects/{project.pk}/mentions", **parameters)
    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


def test_volume_reports_position_of_query_error(project, viewer, program):
    answer = program(viewer).get(f"/projects/{project.pk}/volume", q="lamp (street")
    assert answer.json()["errors"][0]["position"] == 5


def test_status_change_applies_to_all_keywords_of_the_document(project, manager, keyword, program):
    mention, sibling = make_mentions([keyword, make_keyword(project)], 1)
    call = program(manager)
    answer = call("PATCH", f"/projects/{project.pk}/mentions/{mention.pk}", {"status": "ignored"})
    assert answer.status_code == 200
    assert {each["status"] for each in answer.json()["mentions"]} == {"ignored"}
    assert call.get(f"/projects/{project.pk}/mentions").json()["items"] == []
    assert call.get(f"/projects/{project.pk}/mentions/{sibling.pk}").json()["mentions"][0]["id"] == sibling.pk
    line = ActivityEntry.objects.get(project=project)
    assert (line.user, line.action) == (manager, "mention.status")


def test_status_change_rejects_unknown_status(project, manager, keyword, program):
    mention = make_mention(keyword)
    answer = program(manager)("PATCH", f"/projects/{project.pk}/mentions/{mention.pk}", {"status": "done"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "status"


def test_viewer_cannot_change_status(project, viewer, keyword, program):
    mention = make_mention(keyword)
    answer = program(viewer)("PATCH", f"/projects/{project.pk}/mentions/{mention.pk}", {"status": "ignored"})
    assert answer.status_code == 403
    mention.refresh_from_db()
    assert mention.status == "to_review"


def test_mention_of_other_project_returns_404(project, manager, stranger, program):
    elsewhere = make_mention(make_keyword(stranger.projects.get()))
    call = program(manager)
    assert call.get(f"/projects/{project.pk}/mentions/{elsewhere.pk}").status_code == 404
    answer = call("PATCH", f"/projects/{project.pk}/mentions/{elsewhere.pk}", {"status": "ignored"})
    assert answer.status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.status == "to_review"


def test_volume_counts_by_bucket_in_time_zone_of_the_user(project, viewer, keyword, program):
    viewer.time_zone = "America/New_York"
    viewer.save()
    other = make_keyword(project, "Noor")
    # 02:00 UTC on the second is still the first of July in New York.
    make_mentions([keyword, other], [{"published": datetime(2026, 7, 2, 2, tzinfo=UTC)}])
    make_mention(keyword, published=datetime(2026, 7, 2, 14, tzinfo=UTC))
    answer = (
        program(viewer).get(f"/projects/{project.pk}/volume", from_="2026-07-01", to="2026-07-03", bucket="day").json()
    )
    assert answer["zone"] == "America/New_York"
    assert answer["starts"] == ["2026-07-01T00:00:00-04:00", "2026-07-02T00:00:00-04:00", "2026-07-03T00:00:00-04:00"]
    assert answer["keywords"] == [
        {"keyword": {"id": keyword.pk, "name": "Lumen"}, "counts": [1, 1, 0], "total": 2},
        {"keyword": {"id": other.pk, "name": "Noor"}, "counts": [1, 0, 0], "total": 1},
    ]
    assert (answer["totals"], answer["total"], answer["capped"]) == ([1, 1, 0], 2, False)


@pytest.mark.parametrize("path", ["mentions", "documents"])
def test_fields_of_posts_are_null_where_unknown(project, viewer, keyword, program, path):
    known = {"kind": "review", "author_handle": "@ada", "likes": 0, "replies": 2, "rating": 4.5, "country": "FR"}
    make_mention(keyword, followers=9, engagement=2, reply_to="7", thread="1", **known)
    (item,) = program(viewer).get(f"/projects/{project.pk}/{path}").json()["items"]
    assert item.items() >= known.items()
    assert (item["followers"], item["engagement"], item["reply_to"], item["thread"]) == (9, 2, "7", "1")
    assert (item["shares"], item["views"]) == (None, None)


def test_mention_has_the_history_of_its_counts(project, viewer, keyword, program):
    mention, now = make_mention(keyword, likes=340), timezone.now().replace(microsecond=0)
    for hours, likes in ((0, 340), (6, 12)):
        EngagementPoint.objects.create(document=mention.document, at=now - timedelta(hours=hours), likes=likes)
    item = program(viewer).get(f"/projects/{project.pk}/mentions/{mention.pk}").json()
    first, last = item["engagement_history"]
    assert [datetime.fromisoformat(one.pop("at")) for one in (first, last)] == [now - timedelta(hours=6), now]
    unknown = {"replies": None, "shares": None, "views": None, "engagement": None}
    assert (first, last) == ({"likes": 12, **unknown}, {"likes": 340, **unknown})


def test_history_of_counts_is_bounded_to_the_newest(project, viewer, keyword, program):
    mention, now = make_mention(keyword), timezone.now()
    EngagementPoint.objects.bulk_create(
        EngagementPoint(document=mention.document, at=now + timedelta(hours=number), likes=number)
        for number in range(MAX_POINTS + 2)
    )
    item = program(viewer).get(f"/projects/{project.pk}/mentions/{mention.pk}").json()
    likes = [one["likes"] for one in item["engagement_history"]]
    assert likes == list(range(2, MAX_POINTS + 2))


@pytest.mark.parametrize("path", ["mentions", "documents"])
def test_lists_have_no_history_of_counts(project, viewer, keyword, program, path):
    mention = make_mention(keyword)
    EngagementPoint.objects.create(document=mention.document, at=timezone.now(), likes=1)
    (item,) = program(viewer).get(f"/projects/{project.pk}/{path}").json()["items"]
    assert "engagement_history" not in item


def test_history_of_counts_is_empty_without_changes(project, viewer, keyword, program):
    mention = make_mention(keyword, likes=3)
    assert program(viewer).get(f"/projects/{project.pk}/mentions/{mention.pk}").json()["engagement_history"] == []
