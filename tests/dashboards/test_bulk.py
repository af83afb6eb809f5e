"""Changes of several mentions in the inbox: of a selection, and of all that its filter finds."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from delivery.models import Delivery
from monitoring.models import Mention, MentionTag, Story, Triage
from tests.factories import make_keyword, make_mention, make_mentions
from workplace import bulk_changes
from workplace.models import BulkChange

HTMX = {"HX-Request": "true"}


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def mentions(keyword):
    return make_mentions(keyword, 5)


def post(client, at, rows, change, **fields):
    htmx = {"headers": HTMX} if fields.pop("htmx", True) else {}
    return client.post(at("mentions_change"), {"id": [row.pk for row in rows], "change": change, **fields}, **htmx)


def speak_english(user):
    user.language = "en"
    user.save()


def entry_of(response):
    return re.search(r'data-entry="([0-9]+)"', response.content.decode())[1]


@pytest.mark.parametrize(
    ("change", "fields", "column", "value"),
    [
        ("status:replied", {}, "mentions__status", "replied"),
        ("ignored:spam", {}, "triage__reason", "spam"),
        ("founded:true", {}, "triage__is_founded", True),
        ("add_tag", {"tag": " Late  delivery"}, "tags__tag", "late delivery"),
    ],
)
def test_change_of_selection_is_one_entry_and_undone_together(
    as_person, manager, at, mentions, change, fields, column, value
):
    client, chosen = as_person(manager), mentions[:3]
    response = post(client, at, chosen, change, list="period=30d", **fields)
    ids = [row.document_id for row in chosen]
    found = type(chosen[0].document).objects.filter(pk__in=ids).values_list(column, flat=True)
    assert list(found) == [value] * 3
    assert response.content.decode().count("<article") == 3
    client.post(at("mentions_undo"), {"entry": entry_of(response), "id": [row.pk for row in chosen]}, headers=HTMX)
    assert set(Mention.objects.values_list("status", flat=True)) == {"to_review"}
    assert not MentionTag.objects.exists() and not Triage.objects.exclude(is_founded=None, reason="").exists()


def test_snooze_and_assignment_of_selection(as_person, manager, owner, at, mentions):
    client = as_person(manager)
    post(client, at, mentions, "snooze:tomorrow")
    assert Triage.objects.filter(snoozed_until__gt=timezone.now()).count() == 5
    post(client, at, mentions, f"assignee:{owner.pk}")
    assert Triage.objects.filter(assignee=owner).count() == 5
    assert Delivery.objects.filter(kind=Delivery.Kind.ASSIGNMENT).count() == 1


def test_rows_say_which_of_them_leave_the_list(as_person, manager, at, mentions):
    page = post(as_person(manager), at, mentions, "status:ignored", list="period=30d&status=to_review")
    assert page.content.decode().count('data-fits="no"') == 5


def test_change_of_selection_works_without_javascript(as_person, manager, at, mentions):
    answer = post(as_person(manager), at, mentions[:2], "status:ignored", htmx=False, next="/p/1/mentions?q=x")
    assert (answer.status_code, answer.url) == (302, "/p/1/mentions?q=x")
    assert Mention.objects.filter(status="ignored").count() == 2


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ("", {}),
        ("status:x", {}),
        ("ignored:x", {}),
        ("assignee:99999999999999999999", {}),
        ("assignee:1\x00", {}),
        ("snooze:x", {}),
        ("founded:maybe", {}),
        ("remove_tag", {"tag": " "}),
        ("__class__:x", {}),
        ("add_tag", {"tag": "\x00 , \ud800"}),
        ("status:replied", {"id": "x"}),
        ("status:replied", {"id": []}),
    ],
)
def test_invalid_change_is_refused_with_a_text(as_person, manager, at, mentions, change, fields):
    data = {"id": [mentions[0].pk], "change": change, **fields}
    data = {
        key: value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value for key, value in data.items()
    }
    answer = as_person(manager).post(at("mentions_change"), data, headers=HTMX)
    assert answer.status_code == 422 and answer.content
    assert not ActivityEntry.objects.filter(action__startswith="mention.").exists()


def test_selection_is_limited(as_person, manager, at, keyword):
    rows = make_mentions(keyword, 201)
    answer = post(as_person(manager), at, rows, "status:ignored")
    assert answer.status_code == 422
    assert "200" in answer.content.decode()


def test_changes_are_closed_to_viewers_and_strangers(as_person, viewer, stranger, at, mentions):
    for url in (at("mentions_change"), at("mentions_undo")):
        assert as_person(viewer).post(url, {"id": mentions[0].pk, "change": "status:ignored"}).status_code == 403
        assert as_person(stranger).post(url, {"id": mentions[0].pk, "change": "status:ignored"}).status_code == 404


def test_selected_story_row_stands_for_its_items_in_the_list(as_person, manager, at, keyword, mentions, project):
    story = Story.objects.create(project=project)
    for mention in mentions[:3]:
        Mention.objects.filter(pk=mention.pk).update(story=story)
        type(mention.document).objects.filter(pk=mention.document_id).update(story=story)
    post(as_person(manager), at, [mentions[2]], "status:ignored", list="period=30d&stories=fold")
    assert Mention.objects.filter(status="ignored").count() == 3


def test_change_of_whole_view_asks_and_runs_and_is_undone(as_person, manager, at, mentions, monkeypatch):
    speak_english(manager)
    monkeypatch.setattr(bulk_changes, "BATCH", 2)
    client = as_person(manager)
    fields = {"scope": "view", "change": "status:ignored", "list": "period=30d&status=to_review"}
    question = client.post(at("mentions_change"), fields, headers=HTMX).content.decode()
    assert "Ignore 5 mentions" in question
    assert not BulkChange.objects.exists()
    fixed = re.search(r'name="list" value="([^"]+)"', question)[1].replace("&amp;", "&")
    assert "from=" in fixed
    bar = client.post(at("mentions_change"), {**fields, "list": fixed, "confirmed": "1"}, headers=HTMX)
    assert "2 of 5" in bar.content.decode()
    change = BulkChange.objects.get()
    while bulk_changes.next_batch(change.pk):
        pass
    assert "5 mentions changed." in client.get(at("bulk_change", change.pk), headers=HTMX).content.decode()
    assert "5 mentions changed." in client.get(at("mentions")).content.decode()
    client.post(at("bulk_change_undo", change.pk), headers=HTMX)
    while bulk_changes.next_batch(change.pk):
        pass
    assert "5 mentions restored." in client.get(at("bulk_change", change.pk), headers=HTMX).content.decode()
    assert not Mention.objects.filter(status="ignored").exists()


def test_question_about_a_whole_view_is_a_page_without_javascript(as_person, manager, at, mentions):
    speak_english(manager)
    fields = {"scope": "view", "change": "status:ignored", "list": "period=30d"}
    assert "Ignore 5 mentions" in as_person(manager).post(at("mentions_change"), fields).content.decode()


def test_change_of_view_with_unknown_filter_is_refused(as_person, manager, at, mentions):
    fields = {"scope": "view", "change": "status:ignored", "list": "keyword=999999", "confirmed": "1"}
    assert as_person(manager).post(at("mentions_change"), fields, headers=HTMX).status_code == 422
    assert not BulkChange.objects.exists()


def test_rows_show_due_time_assignee_and_tags(as_person, viewer, at, keyword, owner, project):
    mention = make_mention(keyword, status="needs_reply")
    due_at = timezone.now() - timedelta(minutes=45)
    Triage.objects.create(document=mention.document, project=project, due_at=due_at, assignee=owner)
    for tag in ("a", "b", "c"):
        MentionTag.objects.create(document=mention.document, project=project, tag=tag)
    page = as_person(viewer).get(at("mentions")).content.decode()
    assert "overdue by 45 minutes" in page
    assert f"assigned to {owner.name}" in page
    assert "+1" in page
    assert "data-pick" not in page  # viewers change nothing


def test_inbox_has_constant_query_count_with_work_on_rows(as_person, manager, at, keyword, owner, project, queries):
    client = as_person(manager)

    def add(count):
        for mention in make_mentions(keyword, count):
            Triage.objects.create(document=mention.document, project=project, assignee=owner)
            MentionTag.objects.create(document=mention.document, project=project, tag=f"t{mention.pk}")
            story = Story.objects.create(project=project)
            Mention.objects.filter(pk=mention.pk).update(story=story)

    add(2)
    few = [queries(client, at("mentions") + query) for query in ("?period=30d", "?period=30d&stories=fold")]
    add(20)
    assert few == [queries(client, at("mentions") + query) for query in ("?period=30d", "?period=30d&stories=fold")]
