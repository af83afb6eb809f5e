"""Suggestions of noise in the API: a filter of lists and counts, and the change that marks an item as relevant."""

import pytest

from monitoring.models import RelevanceState, Triage
from tests.factories import make_keyword, make_mention, make_mentions
from tests.relevance import suggest_as_noise, use_new_version
from workplace import bulk_changes


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Orchard", "orchard")


@pytest.fixture
def suggested(project, keyword):
    """Two items that are suggested as noise, next to others: decided, not suggested, by another version."""
    ignored, kept = (make_mention(keyword, status=status).document_id for status in ("ignored", "replied"))
    one, two, decided, likely, old = make_mentions(keyword, [{"title": f"Item {number}"} for number in range(5)])
    former, version = use_new_version(project, 1), use_new_version(project, 2)
    suggest_as_noise([one.document, two.document, decided.document], version, ignored, kept)
    suggest_as_noise([likely.document], version, ignored, kept, is_noise=False)
    suggest_as_noise([old.document], former, ignored, kept)
    decided.status = "needs_reply"
    decided.save()
    return [one, two]


@pytest.fixture
def listed(program, project, viewer):
    """Return `listed()`: the IDs of the mentions that are suggested as noise."""

    def listed(person=viewer, **parameters):
        found = program(person).get(f"/projects/{project.pk}/mentions", probably="noise", **parameters)
        return sorted(one["id"] for item in found.json()["items"] for one in item["mentions"])

    return listed


@pytest.fixture
def change(program, project, manager):
    def change(mentions, **fields):
        body = {"mention_ids": [one.pk for one in mentions], **fields}
        return program(manager)("POST", f"/projects/{project.pk}/changes", body)

    return change


def test_probably_filters_lists_and_counts(program, project, viewer, suggested, listed):
    assert listed() == sorted(one.pk for one in suggested)
    assert listed(status="to_review") == listed() and listed(status="needs_reply") == []
    volume = program(viewer).get(f"/projects/{project.pk}/volume", probably="noise", period="30d")
    assert volume.json()["total"] == 2
    assert len(program(viewer).get(f"/projects/{project.pk}/mentions").json()["items"]) == 6


def test_nothing_is_probably_noise_while_suggestions_are_off(suggested, listed):
    RelevanceState.objects.update(learns=False)
    assert listed() == []


def test_unknown_value_of_probably_is_refused(program, project, viewer):
    response = program(viewer).get(f"/projects/{project.pk}/mentions", probably="relevant")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "probably"


def test_relevant_item_is_no_longer_suggested_until_the_change_is_undone_or_removed(
    program, project, manager, suggested, listed, change
):
    one, two = suggested
    made = change([one], relevant=True, expected=None).json()
    assert made["document_ids"] == [one.document_id] and listed() == [two.pk]
    assert Triage.objects.get(document=one.document).is_relevant is True
    program(manager)("POST", f"/projects/{project.pk}/changes/{made['id']}/undo")
    assert listed() == [one.pk, two.pk]
    change([one], relevant=True)
    assert change([one], relevant=None, expected=True).status_code == 200 and listed() == [one.pk, two.pk]


def test_history_says_that_an_item_was_marked_as_relevant(program, project, viewer, suggested, change):
    change(suggested[:1], relevant=True)
    events = program(viewer).get(f"/projects/{project.pk}/mentions/{suggested[0].pk}/history").json()["items"]
    assert events[-1]["action"] == "mention.relevant"


def test_off_topic_items_leave_the_suggestions(suggested, listed, change):
    answer = change(suggested, status="ignored", reason="off_topic", expected="to_review")
    assert answer.status_code == 200 and listed() == []


def test_bulk_change_marks_what_is_suggested_as_relevant(program, project, manager, suggested, listed):
    body = {"filter": "period=30d&status=to_review&probably=noise", "relevant": True}
    answer = program(manager)("POST", f"/projects/{project.pk}/bulk-changes", body)
    assert (answer.status_code, answer.json()["total"]) == (202, 2)
    bulk_changes.continue_all()
    assert listed() == []
    assert set(Triage.objects.values_list("document_id", flat=True)) == {one.document_id for one in suggested}


def test_viewer_may_not_mark_items_as_relevant(program, project, viewer, suggested):
    body = {"mention_ids": [suggested[0].pk], "relevant": True}
    assert program(viewer)("POST", f"/projects/{project.pk}/changes", body).status_code == 403
    assert not Triage.objects.exists()
