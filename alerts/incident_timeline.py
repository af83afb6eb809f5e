"""The timeline of an incident: its log and what its numbers say about how it grew, in the active language.

In: an incident with all its rows, its log, its first mention and its replies. Out: frozen lines, oldest first. Called
by alerts/incident_view.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.formats import number
from accounts.models import User
from accounts.named_members import Part, parts
from alerts.incident_evidence import Reply
from alerts.incident_filters import is_falling
from alerts.incident_log import Kind
from alerts.incident_messages import headline, sentence_at_opening, severity_words
from alerts.incident_models import IncidentEntry
from alerts.models import Incident
from monitoring.models import Mention

NEGATIVE, MAIN = "neg", "main"
TONES = {
    Kind.OPENED: NEGATIVE,
    Kind.JOINED: NEGATIVE,
    Kind.DOUBLED: NEGATIVE,
    Kind.SEVERITY: NEGATIVE,
    Kind.ESCALATED: NEGATIVE,
    Kind.ACKNOWLEDGED: MAIN,
    Kind.COMMENT: MAIN,
}
TITLES = {
    Kind.OPENED: gettext_lazy("Incident opened"),
    Kind.JOINED: gettext_lazy("Another rule triggered"),
    Kind.ACKNOWLEDGED: gettext_lazy("Acknowledged"),
    Kind.ESCALATED: gettext_lazy("Escalated: nobody acknowledged in time"),
    Kind.COMMENT: gettext_lazy("Comment"),
    Kind.TASK_ADDED: gettext_lazy("Task added"),
    Kind.TASK_DONE: gettext_lazy("Task done"),
    Kind.TASK_REOPENED: gettext_lazy("Task reopened"),
    Kind.CALM: gettext_lazy("Back to normal"),
    Kind.RESOLVED: gettext_lazy("Resolved"),
}
RATINGS = {
    Incident.Usefulness.USEFUL.value: gettext_lazy("Rated as useful"),
    Incident.Usefulness.FALSE_ALARM.value: gettext_lazy("Rated as a false alarm"),
}


@dataclass(frozen=True)
class Line:
    """One line: what happened, details in parts (some name members), who did it, and a page of Vigie about it."""

    at: datetime
    title: str
    parts: tuple[Part, ...] = ()
    person: str = ""
    tone: str = ""
    url: str = ""

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


def timeline(
    rows: Sequence[Incident],
    entries: Sequence[IncidentEntry],
    first: Mention | None,
    replies: Sequence[Reply],
    counts: Mapping[int, int],
) -> list[Line]:
    """Return all lines, oldest first. `rows` are the incident and those that joined it, `counts` their numbers."""
    lines = lines_of(rows, entries) + [_reply(rows[0], reply) for reply in replies]
    lines += [_peak(row, counts.get(row.pk, row.peak)) for row in rows if row.peak_at and row.peak_at > row.opened_at]
    if first is not None:
        lines.append(_first(rows[0], first))
    return sorted(lines, key=lambda line: line.at)


def lines_of(rows: Sequence[Incident], entries: Sequence[IncidentEntry]) -> list[Line]:
    """Return the lines of entries of the log, in their order."""
    names, by_id = _names(entries), {row.pk: row for row in rows}
    return [_line(entry, rows[0], by_id, names) for entry in entries]


def _names(entries: Sequence[IncidentEntry]) -> dict[int, str]:
    ids = {pk for entry in entries for pk in (*entry.mentioned, *entry.data.get("people", ()))}
    ids |= {entry.data["person"] for entry in entries if entry.data.get("person")}
    return {user.pk: user.name for user in User.objects.filter(pk__in=ids)} if ids else {}


def _line(entry: IncidentEntry, lead: Incident, rows: Mapping[int, Incident], names: Mapping[int, str]) -> Line:
    title, text = _words(entry, lead, rows, names)
    shown = parts(text, names, _("former member")) if entry.kind == Kind.COMMENT else [Part(text, False)]
    return Line(
        at=entry.at,
        title=title,
        parts=tuple(part for part in shown if part.text),
        person=entry.user.name if entry.user else "",
        tone=TONES.get(Kind(entry.kind), ""),
    )


def _words(
    entry: IncidentEntry, lead: Incident, rows: Mapping[int, Incident], names: Mapping[int, str]
) -> tuple[str, str]:
    """Return the title and the text of an entry."""
    data, row = entry.data, rows.get(entry.data.get("row", lead.pk), lead)
    person = names.get(data.get("person") or 0, _("former member")) if data.get("person") else ""
    match entry.kind:
        case Kind.OPENED:
            return str(TITLES[Kind.OPENED]), headline(lead, data["count"])
        case Kind.JOINED:
            return str(TITLES[Kind.JOINED]), sentence_at_opening(row)
        case Kind.DOUBLED:
            text = _("%(times)s times the count at the start") % {"times": number(data["times"])}
            return text, headline(row, data["count"])
        case Kind.SEVERITY:
            return severity_words(Incident(severity=data["severity"])), ""
        case Kind.ESCALATED:
            return str(TITLES[Kind.ESCALATED]), ", ".join(names.get(pk, _("former member")) for pk in data["people"])
        case Kind.ASSIGNED:
            text = pgettext("incident", "Assigned to %(name)s") if person else _("Assigned to nobody")
            return text % {"name": person}, ""
        case Kind.TASK_ASSIGNED:
            title = _("Task assigned to %(name)s") % {"name": person} if person else _("Task assigned to nobody")
            return title, entry.text
        case Kind.RATED:
            return str(RATINGS[data["usefulness"]]), ""
        case Kind.RESOLVED if data.get("paused"):
            return _("Resolved: the rule was paused"), ""
        case Kind.RESOLVED if data.get("changed"):
            return _("Resolved: the rule was changed"), ""
    return str(TITLES[Kind(entry.kind)]), entry.text


def _reply(lead: Incident, reply: Reply) -> Line:
    url = reverse("mention", args=[lead.rule.project_id, reply.mention_id]) if reply.mention_id else ""
    return Line(reply.at, _("Reply sent"), _text(reply.title), reply.person, MAIN, url)


def _peak(row: Incident, count: int) -> Line:
    assert row.peak_at is not None
    title = _("Lowest count") if is_falling(row) else _("Peak")
    return Line(row.peak_at, title, _text(headline(row, count)), tone=NEGATIVE)


def _first(lead: Incident, first: Mention) -> Line:
    url = reverse("mention", args=[lead.rule.project_id, first.pk])
    return Line(first.published, _("First item"), _text(str(first.document)), first.document.author, url=url)


def _text(text: str) -> tuple[Part, ...]:
    return (Part(text, False),) if text else ()


def tasks_words(done: int, total: int) -> str:
    """Return how many tasks are done: "3 of 8 tasks done"."""
    text = ngettext("%(done)s of %(total)s task done", "%(done)s of %(total)s tasks done", total)
    return text % {"done": number(done), "total": number(total)}
