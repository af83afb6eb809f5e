"""Changes of triage: status, assignee, tags, founded, reason and snooze; their log, undo and conflicts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from delivery.models import Delivery
from monitoring.models import DocumentActivity, Mention, MentionTag, Triage
from monitoring.services import triage
from monitoring.services.mention_tags import normal_tags
from monitoring.services.triage import set_status, undo
from monitoring.services.triage_operations import AddTags, RemoveTags, SetFounded, SetReason, Snooze
from tests.conftest import make_person
from tests.factories import make_keyword, make_mention, make_mentions
from tests.racing import race
from workplace.assignment import assign


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def mention(keyword):
    return make_mention(keyword)


def statuses(*mentions):
    for mention in mentions:
        mention.refresh_from_db()
    return [mention.status for mention in mentions]


def tags(mention):
    return sorted(MentionTag.objects.filter(document=mention.document).values_list("tag", flat=True))


def triage_of(mention):
    return Triage.objects.get(document=mention.document)


def test_set_status_returns_changed_documents_and_logs_activity(project, manager, keyword):
    mention, other = make_mentions(keyword, 2)
    change = set_status(project, manager, [mention.pk], "needs_reply")
    assert (change.document_ids, change.conflicts) == ((mention.document_id,), ())
    assert statuses(mention, other) == ["needs_reply", "to_review"]
    entry = ActivityEntry.objects.get()
    assert (entry.pk, entry.user, entry.action) == (change.entry_id, manager, "mention.status")
    assert (entry.target, entry.detail) == (mention.document.title, {"status": "needs_reply"})
    link = DocumentActivity.objects.get()
    assert (link.entry, link.document) == (entry, mention.document)
    assert link.before == {"status": {str(mention.pk): "to_review"}}


def test_set_status_changes_all_mentions_of_document(project, manager, keyword):
    mentions = make_mentions([keyword, make_keyword(project)], 1)
    set_status(project, manager, [mentions[0].pk], "ignored")
    assert statuses(*mentions) == ["ignored", "ignored"]


def test_undo_restores_each_status(project, manager, keyword):
    replied, new = make_mention(keyword, status="replied"), make_mention(keyword)
    change = set_status(project, manager, [replied.pk, new.pk], "ignored")
    assert undo(project, manager, change.entry_id).document_ids == change.document_ids
    assert statuses(replied, new) == ["replied", "to_review"]
    assert undo(project, manager, change.entry_id).entry_id is None, "a second undo changes nothing"


def test_undo_keeps_what_was_changed_again(project, manager, owner, keyword):
    first, second = make_mentions(keyword, 2)
    change = set_status(project, manager, [first.pk, second.pk], "ignored")
    set_status(project, owner, [first.pk], "needs_reply")
    assert undo(project, manager, change.entry_id).document_ids == (second.document_id,)
    assert statuses(first, second) == ["needs_reply", "to_review"]


def test_undo_refuses_entries_of_other_projects_and_other_kinds(project, manager, mention, stranger):
    change = set_status(project, manager, [mention.pk], "ignored")
    with pytest.raises(ActivityEntry.DoesNotExist):
        undo(stranger.projects.get(), stranger, change.entry_id)
    undone = undo(project, manager, change.entry_id)
    with pytest.raises(ActivityEntry.DoesNotExist):
        undo(project, manager, undone.entry_id)


def test_set_status_without_change_logs_nothing(project, manager, keyword):
    mention = make_mention(keyword, status="replied")
    assert set_status(project, manager, [mention.pk], "replied").entry_id is None
    assert not ActivityEntry.objects.exists()


def test_set_status_ignores_mentions_of_other_projects(project, manager, mention, stranger):
    foreign = make_mention(make_keyword(stranger.projects.get()))
    change = set_status(project, manager, [mention.pk, foreign.pk, 0], "ignored")
    assert change.document_ids == (mention.document_id,)
    assert statuses(foreign) == ["to_review"]


def test_changes_of_many_mentions_take_few_queries(project, manager, keyword, django_assert_max_num_queries):
    ids = [mention.pk for mention in make_mentions(keyword, 30)]
    with django_assert_max_num_queries(20):  # those of due times included
        assert len(set_status(project, manager, ids, "ignored").document_ids) == 30
    assert ActivityEntry.objects.get().target == "30 mentions"
    with django_assert_max_num_queries(17):
        assert len(assign(project, None, ids, manager).document_ids) == 30
    with django_assert_max_num_queries(8):
        assert len(triage.change(project, manager, ids, AddTags(["a", "b"])).document_ids) == 30
    for entry in ActivityEntry.objects.all():
        with django_assert_max_num_queries(28):
            assert len(undo(project, manager, entry.pk).document_ids) == 30


def test_set_status_reports_conflict_with_present_state_and_person(project, manager, owner, keyword):
    seen, free = make_mentions(keyword, 2)
    set_status(project, owner, [seen.pk], "replied")
    expected = {seen.pk: "to_review", free.pk: "to_review"}
    change = set_status(project, manager, [seen.pk, free.pk], "ignored", expected=expected)
    assert statuses(seen, free) == ["replied", "ignored"]
    conflict = change.conflicts[0]
    assert (conflict.mention_id, conflict.value, conflict.user) == (seen.pk, "replied", owner)
    assert conflict.at == ActivityEntry.objects.get(user=owner).at


def test_same_decision_of_two_people_is_no_conflict(project, manager, owner, mention):
    set_status(project, owner, [mention.pk], "replied")
    change = set_status(project, manager, [mention.pk], "replied", expected={mention.pk: "to_review"})
    assert (change.entry_id, change.conflicts) == (None, ())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_one_of_two_simultaneous_assignments_is_a_conflict(project, manager, owner, mention, attempt):
    people = (manager, owner)
    calls = [
        lambda person=person: assign(project, person, [mention.pk], person, expected={mention.pk: None})
        for person in people
    ]
    changes = race(*calls)
    assert sorted(len(change.conflicts) for change in changes) == [0, 1]
    winner = people[[len(change.conflicts) for change in changes].index(0)]
    assert triage_of(mention).assignee == winner
    lost = next(change for change in changes if change.conflicts)
    assert (lost.conflicts[0].value, lost.conflicts[0].user) == (winner.pk, winner)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_changes_of_the_same_mentions_complete(project, manager, owner, keyword):
    ids = [mention.pk for mention in make_mentions([keyword, make_keyword(project)], 40)]
    results = race(
        lambda: set_status(project, manager, ids, "ignored", expected=dict.fromkeys(ids, "to_review")),
        lambda: set_status(project, owner, reversed(ids), "replied"),
        lambda: triage.change(project, manager, ids, AddTags(["a", "b"])),
        lambda: triage.change(project, owner, reversed(ids), AddTags(["b", "a"])),
        lambda: triage.change(project, owner, ids, Snooze(triage.utc_text(timezone.now()))),
        lambda: triage.change(project, manager, reversed(ids), SetFounded(True)),
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(len(change.document_ids) for change in results[2:4]) == 40, "each tag is added by one of the two"


def test_assign_emails_the_new_assignee_once(project, manager, owner, keyword):
    first, second = make_mentions(keyword, 2)
    change = assign(project, owner, [first.pk], manager)
    assert triage_of(first).assignee == manager
    email = Delivery.objects.get()
    assert (email.kind, email.user, email.key) == (
        "assignment",
        manager,
        f"assignment:{change.entry_id}:{manager.pk}",
    )
    assert f"/p/{project.pk}/mentions/{first.pk}" in email.text and first.document.title not in email.text
    assign(project, owner, [first.pk], manager)
    assert Delivery.objects.count() == 1, "nothing changed"
    assign(project, manager, [second.pk], manager)
    assert Delivery.objects.count() == 1, "nobody gets an email from themselves"


def test_assign_accepts_active_members_only(project, manager, mention, stranger):
    left = make_person("left@example.com", project, "viewer", is_active=False)
    for person in (stranger, left):
        with pytest.raises(ValueError, match="not an active member"):
            assign(project, manager, [mention.pk], person)
    assert not Triage.objects.exists()


def test_unassign_is_undone(project, manager, mention):
    assign(project, None, [mention.pk], manager)
    change = assign(project, None, [mention.pk], None)
    assert triage_of(mention).assignee is None
    undo(project, manager, change.entry_id)
    assert triage_of(mention).assignee == manager


def test_tags_are_normalized_and_undone(project, manager, mention):
    triage.change(
        project,
        manager,
        [mention.pk],
        AddTags(normal_tags(["  Livraison   TARDIVE ", "livraison tardive", "E\u0301te\u0301", ","])),
    )
    assert tags(mention) == ["livraison tardive", "été"]
    change = triage.change(project, manager, [mention.pk], AddTags(["été", "sav"]))
    undo(project, manager, change.entry_id)
    assert tags(mention) == ["livraison tardive", "été"], "a tag that was there before stays"
    change = triage.change(project, manager, [mention.pk], RemoveTags(normal_tags(["ÉTÉ", "none"])))
    assert tags(mention) == ["livraison tardive"]
    undo(project, manager, change.entry_id)
    assert tags(mention) == ["livraison tardive", "été"]


def test_founded_reason_and_snooze_are_set_and_undone(project, manager, mention):
    until = timezone.now() + timedelta(days=1)
    entries = [
        triage.change(project, manager, [mention.pk], SetFounded(False)),
        triage.change(
            project, manager, [mention.pk], SetReason(*triage.checked_reason("troll", "  third\n time\x00 "))
        ),
        triage.change(project, manager, [mention.pk], Snooze(triage.utc_text(until))),
    ]
    row = triage_of(mention)
    assert (row.is_founded, row.reason, row.reason_note, row.snoozed_until) == (False, "troll", "third time", until)
    for change in entries:
        undo(project, manager, change.entry_id)
    row = triage_of(mention)
    assert (row.is_founded, row.reason, row.reason_note, row.snoozed_until) == (None, "", "", None)


def test_reason_of_an_ignored_mention_goes_with_the_status(project, manager, mention):
    set_status(project, manager, [mention.pk], "ignored", reason="spam")
    assert triage_of(mention).reason == "spam"
    change = set_status(project, manager, [mention.pk], "needs_reply")
    assert triage_of(mention).reason == ""
    undo(project, manager, change.entry_id)
    assert (triage_of(mention).reason, *statuses(mention)) == ("spam", "ignored")


@pytest.mark.parametrize(
    "call",
    [
        lambda *given: set_status(*given, "burnt"),
        lambda *given: set_status(*given, "replied", reason="spam"),
        lambda *given: triage.change(*given, SetReason(*triage.checked_reason("boring", ""))),
    ],
)
def test_unknown_values_are_refused(project, manager, mention, call):
    with pytest.raises(ValueError):
        call(project, manager, [mention.pk])
    assert not ActivityEntry.objects.exists() and statuses(mention) == ["to_review"]


def test_deleted_account_leaves_no_assignee(project, owner, mention):
    person = make_person("gone@example.com", project, "manager")
    assign(project, owner, [mention.pk], person)
    person.delete()
    assert triage_of(mention).assignee is None and Mention.objects.filter(pk=mention.pk).exists()


@pytest.mark.parametrize(
    ("operation", "seen", "other", "value"),
    [
        (SetFounded, None, True, False),
        (lambda reason: SetReason(reason, ""), "", "spam", "troll"),
        (
            lambda until: Snooze(triage.utc_text(until)),
            None,
            timezone.now() + timedelta(days=1),
            timezone.now() + timedelta(days=2),
        ),
    ],
)
def test_detail_that_somebody_else_has_set_meanwhile_is_a_conflict(
    project, manager, owner, mention, operation, seen, other, value
):
    triage.change(project, owner, [mention.pk], operation(other), {mention.pk: seen})
    before = Triage.objects.values().get()
    change = triage.change(project, manager, [mention.pk], operation(value), {mention.pk: seen})
    assert (change.entry_id, change.conflicts[0].user) == (None, owner)
    assert Triage.objects.values().get() == before
    again = triage.change(project, manager, [mention.pk], operation(value), {mention.pk: change.conflicts[0].value})
    assert (again.conflicts, again.document_ids) == ((), (mention.document_id,))


def test_reason_of_another_person_is_not_overwritten_by_the_same_status(project, manager, owner, mention):
    seen = {mention.pk: "to_review"}
    set_status(project, owner, [mention.pk], "ignored", expected=seen, reason="spam")
    assert set_status(project, manager, [mention.pk], "ignored", expected=seen, reason="troll").conflicts
    assert triage_of(mention).reason == "spam"
