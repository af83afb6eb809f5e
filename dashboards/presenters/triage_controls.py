"""The triage of an item in the reading pane: its present values, and the people and tags to choose from.

In: a project, an item and the reader. Out: frozen values for templates/mentions/_triage.html, read in four queries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Project, User
from dashboards.presenters.history_sentences import snoozed_until
from dashboards.presenters.work import due_words
from monitoring.models import MentionTag, Triage
from monitoring.services.mention_tags import tags_of_project
from monitoring.services.triage_log import Value
from monitoring.services.triage_operations import COLUMNS, stored_value

MAX_SUGGESTIONS = 50


@dataclass(frozen=True)
class Assignable:
    """A member in the menu of assignees."""

    id: int
    name: str
    is_reader: bool
    is_assigned: bool


@dataclass(frozen=True)
class TriageControls:
    """`seen` has the stored values by column, as forms send them back. `founded` is "true", "false" or "".

    `snoozed` is a sentence, "" if the item is not snoozed now. `due` and `due_tone` are those of `due_words`.
    """

    assignee: User | None
    people: Sequence[Assignable]
    tags: Sequence[str]
    suggested_tags: Sequence[str]
    founded: str
    reason: str
    reason_label: str
    reason_note: str
    reasons: Sequence[tuple[str, str]]
    snoozed: str
    due: str
    due_tone: str
    seen: Mapping[str, str]


def triage_controls(project: Project, document_id: int, reader: User, now: datetime) -> TriageControls:
    """Return the controls of an item."""
    stored = Triage.objects.select_related("assignee").filter(pk=document_id).first()
    triage = stored or Triage(reason="", reason_note="")
    tags = list(MentionTag.objects.filter(document_id=document_id).order_by("tag").values_list("tag", flat=True))
    due, due_tone = due_words(None if triage.first_replied_at else triage.due_at, now)
    seen = {column: form_value(stored_value(triage, column)) for column in COLUMNS}
    is_snoozed = triage.snoozed_until is not None and triage.snoozed_until > now
    return TriageControls(
        assignee=triage.assignee,
        people=_people(project, triage.assignee_id, reader),
        tags=tags,
        suggested_tags=[tag for tag in tags_of_project(project, limit=MAX_SUGGESTIONS) if tag not in tags],
        founded=seen["is_founded"],
        reason=triage.reason,
        reason_label=str(Triage.Reason(triage.reason).label) if triage.reason else "",
        reason_note=triage.reason_note,
        reasons=[(code, str(label)) for code, label in Triage.Reason.choices],
        snoozed=snoozed_until(triage.snoozed_until, now) if is_snoozed and triage.snoozed_until else "",
        due=due,
        due_tone=due_tone,
        seen=seen,
    )


def _people(project: Project, assignee_id: int | None, reader: User) -> list[Assignable]:
    """Return the active members, the reader first, then by name."""
    members = User.objects.filter(memberships__project=project, is_active=True)
    people = [Assignable(one.pk, one.name, one == reader, one.pk == assignee_id) for one in members]
    return sorted(people, key=lambda one: (not one.is_reader, one.name.casefold()))


def form_value(value: Value) -> str:
    """Return a stored value as forms send it back as what the person saw."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
