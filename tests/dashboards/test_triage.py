"""The triage of one mention on its page: each change, undo, conflicts, history, and what is refused."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from dashboards.forms.snooze import snooze_until
from monitoring.models import DocumentRevision, Mention, MentionTag, Triage
from monitoring.services import triage
from monitoring.services.mutes import mute_domain
from monitoring.services.triage_operations import AddTags, SetFounded
from tests.conftest import make_person
from tests.factories import make_keyword, make_mention
from workplace.assignment import assign

HTMX = {"HX-Request": "true"}


@pytest.fixture
def mention(project):
    return make_mention(make_keyword(project, "Lumen", "lumen NOT candle"), title="Lumen is late", text="A lamp.")


@pytest.fixture
def change(as_person, at, mention):
    """Return `change(user, **fields)`: post a form of the pane as htmx does."""

    def change(user, headers=HTMX, **fields):
        return as_person(user).post(at("mention_change"), {"id": mention.pk, **fields}, headers=headers)

    return change


def triage_of(mention):
    return Triage.objects.get(document=mention.document)


def tags(mention):
    return sorted(MentionTag.objects.filter(document=mention.document).values_list("tag", flat=True))


def test_each_form_changes_one_thing_and_names_it(change, mention, manager, owner):
    manager.language = "en"
    manager.save()
    for fields, message in [
        ({"assignee": manager.pk, "expected": ""}, "Assigned to you."),
        ({"assignee": owner.pk, "expected": manager.pk}, f"Assigned to {owner.name}."),
        ({"add_tag": "Late, Crisis"}, "Tags added: “late” and “crisis”."),
        ({"remove_tag": "crisis"}, "Tag removed: “crisis”."),
        ({"founded": "true", "expected": ""}, "Complaint marked as founded."),
        ({"founded": "", "expected": "true"}, "Assessment of the complaint removed."),
        ({"snooze": "tomorrow", "expected": ""}, "Snoozed until"),
        ({"snooze": "end"}, "Snooze ended."),
        (
            {"status": "ignored", "reason": "spam", "reason_note": "A bot", "expected": "to_review"},
            "Status changed to “Ignored”. Reason for not replying: Spam (A bot).",
        ),
        ({"reason": "", "expected": "spam"}, "Reason for not replying removed."),
        ({"status": "replied", "expected": "ignored"}, "Status changed to “Replied”."),
    ]:
        response = change(manager, **fields)
        assert (response.status_code, message in response.content.decode()) == (200, True), fields
    mention.refresh_from_db()
    stored = triage_of(mention)
    assert (mention.status, stored.assignee, tags(mention)) == ("replied", owner, ["late"])
    assert (stored.is_founded, stored.reason, stored.snoozed_until) == (None, "", None)


def test_form_without_javascript_returns_with_message(as_person, owner, at, mention):
    client = as_person(owner)
    back = at("mention", mention.pk) + "?status=to_review"
    response = client.post(at("mention_change"), {"id": mention.pk, "add_tag": "late", "next": back}, follow=True)
    assert response.redirect_chain == [(back, 302)]
    assert "Tag added: “late”." in response.content.decode()


def test_undo_restores_the_value_and_undoes_once(as_person, change, at, mention, owner):
    change(owner, assignee=owner.pk)
    entry = ActivityEntry.objects.get(action="mention.assigned")
    response = as_person(owner).post(at("mention_undo"), {"id": mention.pk, "change": entry.pk}, headers=HTMX)
    assert "Assignment undone." in response.content.decode()
    assert triage_of(mention).assignee is None
    again = as_person(owner).post(at("mention_undo"), {"id": mention.pk, "change": entry.pk}, headers=HTMX)
    assert "Nothing to undo" in again.content.decode()


@pytest.mark.parametrize("value", ["x", "0", str(10**12), "9" * 30, ""])
def test_undo_of_unknown_change_is_refused(as_person, at, mention, owner, value):
    data = {"id": mention.pk, "change": value}
    assert as_person(owner).post(at("mention_undo"), data, headers=HTMX).status_code in (400, 404)


def test_undo_of_another_projects_change_returns_404(as_person, at, mention, owner, stranger):
    other = stranger.projects.get()
    theirs = make_mention(make_keyword(other))
    entry = triage.set_status(other, stranger, [theirs.pk], "ignored").entry_id
    assert as_person(owner).post(at("mention_undo"), {"id": mention.pk, "change": entry}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == "ignored"


def test_conflict_shows_who_set_what_and_changes_nothing(change, project, mention, manager, owner):
    triage.set_status(project, manager, [mention.pk], "replied")
    page = change(owner, status="ignored", expected="to_review").content.decode()
    assert "Not saved" in page and "Status changed to “Replied”." in page and manager.name in page
    mention.refresh_from_db()
    assert mention.status == "replied"


def test_conflict_page_without_javascript_applies_anyway(as_person, at, project, mention, manager, owner):
    assign(project, manager, [mention.pk], manager)
    client = as_person(owner)
    back = at("mention", mention.pk) + "?period=30d"
    data = {"id": mention.pk, "assignee": owner.pk, "expected": "", "next": back}
    response = client.post(at("mention_change"), data)
    assert response.status_code == 409 and response.context["back"] == "period=30d"
    fields = dict(response.context["conflict"].fields)
    assert fields == {"id": str(mention.pk), "expected": str(manager.pk), "assignee": str(owner.pk)}
    assert client.post(at("mention_change"), {**fields, "next": back}).status_code == 302
    assert triage_of(mention).assignee == owner


@pytest.mark.parametrize(
    ("first", "second", "seen"),
    [
        ({"founded": "true"}, {"founded": "false"}, ""),
        ({"snooze": "hours"}, {"snooze": "monday"}, ""),
        ({"status": "ignored", "reason": "spam"}, {"status": "ignored", "reason": "troll"}, "to_review"),
    ],
)
def test_second_of_two_different_decisions_is_a_conflict(change, mention, manager, owner, first, second, seen):
    assert change(manager, expected=seen, **first).status_code == 200
    before = Triage.objects.values().get()
    assert "data-conflict" in change(owner, expected=seen, **second).content.decode()
    assert change(owner, headers={}, expected=seen, **second).status_code == 409
    assert Triage.objects.values().get() == before


def test_conflict_after_an_undo_names_who_undid(change, project, mention, manager, owner):
    entry = triage.set_status(project, owner, [mention.pk], "replied").entry_id
    triage.undo(project, manager, entry)
    page = change(owner, status="ignored", expected="replied")
    assert page.context["conflict"].who == manager.name


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": "burnt"},
        {"status": "ignored", "reason": "x"},
        {"status": "ignored", "reason": "spam", "reason_note": "x" * 301},
        {"assignee": ""},
        {"assignee": "9" * 40},
        {"assignee": str(2**62)},
        {"add_tag": " , "},
        {"add_tag": "a\x00b"},
        {"add_tag": "x" * 51},
        {"founded": "perhaps"},
        {"snooze": "never"},
        {"snooze": "at", "until": "2026-02-31T10:00"},
        {"snooze": "at", "until": "x"},
        {"snooze": "at", "until": "2020-01-01T10:00"},
        {"snooze": "at", "until": "9999-12-31T23:59"},
        {"snooze": "at", "until": "0001-01-01T00:00"},
    ],
)
def test_invalid_values_are_refused_with_a_sentence(change, mention, owner, fields):
    response = change(owner, **fields)
    assert "data-refused" in response.content.decode() and response.content.decode().strip().endswith(".</p>")
    assert not ActivityEntry.objects.exists()
    assert change(owner, headers={}, **fields).status_code == 302


def test_assignee_has_to_be_an_active_member(change, project, mention, owner, stranger):
    former = make_person("gone@example.com", project, "manager", is_active=False)
    for person in (stranger, former):
        assert "isn’t a member" in change(owner, assignee=person.pk).content.decode()
    assert not ActivityEntry.objects.exists()


def test_viewer_reads_the_decisions_and_changes_nothing(as_person, at, read, project, mention, owner, viewer):
    assign(project, owner, [mention.pk], owner)
    triage.change(project, owner, [mention.pk], AddTags(["late"]))
    triage.change(project, owner, [mention.pk], SetFounded(True))
    client = as_person(viewer)
    text = read(client, at("mention", mention.pk))
    assert f"Assigned to {owner.name}" in text and "Founded complaint" in text and "late" in text
    assert "data-triage" not in client.get(at("mention", mention.pk)).content.decode()
    for page in ("mention_change", "mention_undo"):
        assert client.post(at(page), {"id": mention.pk, "status": "ignored", "change": 1}).status_code == 403


def test_assign_menu_has_the_reader_first_and_only_members(as_person, at, mention, owner, manager, stranger):
    people = as_person(manager).get(at("mention", mention.pk)).context["triage"].people
    assert [person.id for person in people] == [manager.pk, owner.pk]
    assert people[0].is_reader and not people[1].is_reader


def test_history_lists_everything_newest_first_with_person(as_person, at, project, mention, owner, manager):
    triage.set_status(project, manager, [mention.pk], "needs_reply")
    assign(project, manager, [mention.pk], owner)
    triage.change(project, owner, [mention.pk], AddTags(["late"]))
    DocumentRevision.objects.create(document=mention.document, title="Before", replaced_at=timezone.now())
    past = as_person(owner).get(at("mention", mention.pk)).context["past"]
    assert [(event.text, event.who) for event in past] == [
        ("Edited by its source.", ""),
        ("Tag added: “late”.", "You"),
        ("Assigned to you.", manager.name),
        ("Status changed to “Needs reply”.", manager.name),
        ("Found for the keyword “Lumen”.", ""),
    ]
    assert [event.undoes is not None for event in past] == [False, True, False, False, False]


def test_history_offers_undo_only_of_the_own_latest_change(as_person, at, project, mention, owner, manager):
    client = as_person(owner)

    def undoable():
        return [event.text for event in client.get(at("mention", mention.pk)).context["past"] if event.undoes]

    first = triage.change(project, owner, [mention.pk], AddTags(["late"])).entry_id
    second = triage.change(project, manager, [mention.pk], SetFounded(True)).entry_id
    assert undoable() == []
    triage.undo(project, manager, second)
    assert undoable() == ["Tag added: “late”."]
    client.post(at("mention_undo"), {"id": mention.pk, "change": first})
    assert undoable() == [] and tags(mention) == []


def test_history_names_the_mute_that_hides_a_mention(as_person, at, project, mention, owner):
    mute_domain(project, owner, "site.example")
    [event, _found] = as_person(owner).get(at("mention", mention.pk)).context["past"]
    assert (event.text, event.who) == ("Ignored because the domain “site.example” is muted.", "You")


def test_history_is_told_in_french(as_person, at, read, project, mention, manager):
    triage.change(project, manager, [mention.pk], SetFounded(False))
    text = read(as_person(manager), at("mention", mention.pk))
    assert "Historique (2 événements)" in text and "Réclamation marquée comme non fondée." in text
    assert "Détectée pour le mot-clé" in text


def test_match_reason_is_a_sentence(as_person, at, read, mention, owner, manager):
    assert "Matches Lumen because the title contains “lumen” and no excluded word is present." in read(
        as_person(owner), at("mention", mention.pk)
    )
    assert "car le titre contient « lumen » et aucun mot exclu n’est présent." in read(
        as_person(manager), at("mention", mention.pk)
    )


def test_due_time_is_in_the_head_of_the_pane(as_person, at, read, mention, owner):
    Mention.objects.update(status="needs_reply")
    late = timezone.now() - timedelta(hours=3, minutes=1)
    Triage.objects.create(document=mention.document, project=mention.keyword.project, due_at=late)
    assert "overdue by 3 hours" in read(as_person(owner), at("mention", mention.pk))


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("now", "choice", "text", "expected"),
    [
        ("2026-11-27T23:30+00:00", "tomorrow", "", "2026-11-29T09:00+01:00"),  # already Saturday in Paris
        ("2026-11-27T10:00+00:00", "monday", "", "2026-11-30T09:00+01:00"),
        ("2026-11-30T07:00+00:00", "monday", "", "2026-12-07T09:00+01:00"),
        ("2026-11-27T10:00+00:00", "hours", "", "2026-11-27T13:00+00:00"),
        ("2026-03-28T10:00+00:00", "tomorrow", "", "2026-03-29T09:00+02:00"),  # the night clocks change
        ("2026-11-27T10:00+00:00", "at", "2026-12-24T18:30", "2026-12-24T18:30+01:00"),
    ],
)
def test_snooze_times_are_in_the_persons_time_zone(now, choice, text, expected):
    assert snooze_until(choice, text, datetime.fromisoformat(now), PARIS) == datetime.fromisoformat(expected)
