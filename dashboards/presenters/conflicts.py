"""A change that was not made, since somebody else had changed the value meanwhile: what they set, and the form again.

In: a Conflict of services/triage.py and the posted form. Out: a frozen value for templates/mentions/_conflict.html.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from accounts.models import User
from dashboards.presenters.history_sentences import Told, person_id, sentence
from dashboards.presenters.item_history import who
from dashboards.presenters.triage_controls import form_value
from monitoring.content.values import read_id
from monitoring.services.triage_log import Conflict, Value
from monitoring.services.triage_operations import Operation

NOT_SENT_AGAIN = {"csrfmiddlewaretoken", "expected", "list", "next", "id"}


@dataclass(frozen=True)
class ShownConflict:
    """`present` says what the value is now, who set it and when, if known; `wanted` what the person wanted to set.

    `fields` make the change anyway: they are those of the form, with the present values as the expected ones. `ids`
    are the mentions of the form.
    """

    present: str
    who: str
    at: datetime | None
    wanted: str
    fields: Sequence[tuple[str, str]]
    ids: Sequence[int]


def shown_conflict(operation: Operation, conflicts: Sequence[Conflict], data: QueryDict, me: User) -> ShownConflict:
    """Return the conflicts of one item as one."""
    first = conflicts[0]
    present = {operation.field: first.value}
    people = User.objects.in_bulk([pk for one in (present, operation.detail) if (pk := person_id(one)) is not None])
    return ShownConflict(
        present=sentence(operation.action, Told(present, {}, people, me)),
        who=who(first.user, operation.action, me) if first.at else "",
        at=first.at,
        wanted=sentence(operation.action, Told(operation.detail, {}, people, me)),
        fields=_fields(data, {str(one.mention_id): one.value for one in conflicts}),
        ids=[number for one in data.getlist("id") if (number := read_id(one)) is not None],
    )


def _fields(data: QueryDict, present: Mapping[str, Value]) -> list[tuple[str, str]]:
    ids, seen = data.getlist("id"), data.getlist("expected")
    expected = dict(zip(ids, seen if len(seen) == len(ids) else seen * len(ids), strict=False))
    expected |= {mention_id: form_value(value) for mention_id, value in present.items()}
    pairs = [pair for one in ids for pair in (("id", one), ("expected", expected.get(one, "")))]
    return pairs + [(name, str(value)) for name, value in data.items() if name not in NOT_SENT_AGAIN]
