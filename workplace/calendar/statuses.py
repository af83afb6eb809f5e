"""The statuses of a post and the steps between them. Pure: workplace/posts.py stores the result.

A project can ask that a second person approves each post: then only an approved post is scheduled or published, and a
change of its text withdraws the approval.
"""

from collections.abc import Mapping
from dataclasses import dataclass

IDEA, DRAFT, TO_APPROVE, APPROVED = "idea", "draft", "to_approve", "approved"
SCHEDULED, PUBLISHING, PUBLISHED, FAILED, CANCELED = "scheduled", "publishing", "published", "failed", "canceled"

EDITABLE = frozenset({IDEA, DRAFT, TO_APPROVE, APPROVED, SCHEDULED, FAILED})
UNAPPROVED = frozenset({IDEA, DRAFT, TO_APPROVE})
OPEN = EDITABLE  # neither published nor canceled


@dataclass(frozen=True)
class Step:
    """A step from some statuses to another one; `skips_approval` marks those that approval can be required for."""

    before: frozenset[str]
    after: str
    skips_approval: bool = False


STEPS: Mapping[str, Step] = {
    "draft": Step(frozenset({IDEA}), DRAFT),
    "request": Step(frozenset({IDEA, DRAFT}), TO_APPROVE),
    "approve": Step(frozenset({TO_APPROVE}), APPROVED),
    "return": Step(frozenset({TO_APPROVE, APPROVED}), DRAFT),
    "schedule": Step(frozenset({DRAFT, APPROVED, FAILED}), SCHEDULED, skips_approval=True),
    "unschedule": Step(frozenset({SCHEDULED}), DRAFT),
    "publish": Step(frozenset({DRAFT, APPROVED, SCHEDULED, PUBLISHING, FAILED}), PUBLISHED, skips_approval=True),
    "fail": Step(frozenset({SCHEDULED, PUBLISHING}), FAILED),
    "cancel": Step(EDITABLE, CANCELED),
    "reopen": Step(frozenset({CANCELED, FAILED}), DRAFT),
}


def steps_from(status: str, *, needs_approval: bool, is_approved: bool) -> list[str]:
    """Return the steps that a post can take now."""
    return [
        name
        for name, step in STEPS.items()
        if status in step.before and not (step.skips_approval and needs_approval and not is_approved)
    ]


def status_after(step: str, *, is_approved: bool) -> str:
    """Return the status after a step. A post that leaves the schedule stays approved."""
    return APPROVED if step == "unschedule" and is_approved else STEPS[step].after


def status_after_edit(status: str, *, needs_approval: bool) -> str:
    """Return the status of a post whose text has changed."""
    if status in (TO_APPROVE, APPROVED) or (status in (SCHEDULED, FAILED) and needs_approval):
        return DRAFT
    return status
