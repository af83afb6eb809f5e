"""The steps between the statuses of a post."""

from workplace.calendar.statuses import (
    CANCELED,
    EDITABLE,
    PUBLISHED,
    STEPS,
    status_after,
    status_after_edit,
    steps_from,
)


def test_steps_schedule_only_approved_posts_where_approval_is_required():
    assert "schedule" in steps_from("draft", needs_approval=False, is_approved=False)
    assert "schedule" not in steps_from("draft", needs_approval=True, is_approved=False)
    assert "publish" not in steps_from("draft", needs_approval=True, is_approved=False)
    assert {"schedule", "publish"} <= set(steps_from("approved", needs_approval=True, is_approved=True))


def test_every_status_has_a_way_on_but_published():
    for status in EDITABLE | {CANCELED}:
        assert steps_from(status, needs_approval=True, is_approved=False), status
    assert steps_from(PUBLISHED, needs_approval=False, is_approved=True) == []


def test_every_step_leads_to_another_status():
    assert all(step.after not in step.before for step in STEPS.values())


def test_unscheduled_post_stays_approved():
    assert status_after("unschedule", is_approved=True) == "approved"
    assert status_after("unschedule", is_approved=False) == "draft"


def test_new_text_withdraws_approval():
    assert status_after_edit("approved", needs_approval=False) == "draft"
    assert status_after_edit("scheduled", needs_approval=True) == "draft"
    assert status_after_edit("scheduled", needs_approval=False) == "scheduled"
    assert status_after_edit("idea", needs_approval=True) == "idea"
