"""The report of an incident as a PDF: what happened, the evidence, who does what, the playbook, and the whole log.

In: an incident with everything about it (alerts/incident_view.py) and the playbook of its project. Out: the PDF, in
the active language and time zone. Called by dashboards/views/incident_wall.py and the API.
"""

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.formats import long_date, number
from accounts.formats import moment as written_moment
from alerts.incident_models import HoldingStatement, Playbook
from alerts.incident_view import IncidentView
from alerts.incident_windows import windows_of_incident
from monitoring.content.excerpts import excerpt, plain
from reports.blocks import Bar
from reports.pdf import Bullets, Facts, Heading, Image, Paragraph, Part, PdfDocument, Quote, Table, write_pdf
from reports.stacked_bars import stacked_bars

MAX_TITLE = 160


def incident_pdf(view: IncidentView, playbook: Playbook, statements: list[HoldingStatement]) -> bytes:
    """Return the report."""
    incident = view.incident
    opened = _("Incident of %(date)s, %(severity)s") % {
        "date": long_date(timezone.localtime(incident.opened_at)),
        "severity": view.severity,
    }
    parts: list[Part] = [
        Paragraph(view.sentence),
        *_chart(view),
        *_numbers(view),
        *_evidence(view),
        *_people(view),
        *_playbook(playbook, statements),
        *_log(view),
    ]
    project = incident.rule.project.name
    made = _("%(project)s · Vigie, %(moment)s") % {"project": project, "moment": written_moment(view.now)}
    return write_pdf(PdfDocument(view.observed, (get_language() or "en")[:2], parts, opened, made))


def _chart(view: IncidentView) -> list[Part]:
    _shown, series = windows_of_incident(view.incident, view.peak, view.now)
    counts = list(series.totals)
    marked = [at for at, start in enumerate(series.starts) if view.peak.since == start]
    bars = [Bar(count, count if at in marked else 0, "") for at, count in enumerate(counts)]
    values = {
        "start": written_moment(series.starts[0]),
        "end": written_moment(view.incident.closed_at or view.now),
        "peak": view.observed,
    }
    alt = _("Bars from %(start)s to %(end)s. The highest one of the incident: %(peak)s.") % values
    return [Image(stacked_bars(bars).encode(), alt, _("%(start)s to %(end)s. Marked: %(peak)s.") % values)]


def _numbers(view: IncidentView) -> list[Part]:
    return [Heading(_("Summary")), Facts(view.facts)]


def _evidence(view: IncidentView) -> list[Part]:
    facts = [(_("Rule"), rule.sentence) for rule in view.rules]
    if view.first:
        document = view.first.document
        started = ", ".join(filter(None, (document.title, document.author, view.source_of_first)))
        facts.append((_("First item"), f"{started} ({written_moment(view.first.published)})"))
    if view.theme:
        facts.append((_("Rise mostly about"), view.theme.text))
    if view.terms:
        facts.append((_("Distinctive terms"), ", ".join(term.word for term, _query in view.terms)))
    parts: list[Part] = [Heading(_("Evidence")), Facts(facts)]
    rows = [
        (
            _title(row.document.title, row.document.text),
            row.document.author or "–",
            "–" if row.document.engagement is None else number(row.document.engagement),
        )
        for row in view.top_posts
    ]
    if rows:
        parts += [Heading(_("Top posts"), 3), Table((_("Item"), _("Author"), _("Reactions")), rows, (3, 1, 0))]
    return parts


def _people(view: IncidentView) -> list[Part]:
    incident = view.incident
    nobody = _("Nobody")
    facts = [(_("Assignee"), incident.assignee.name if incident.assignee else nobody)]
    parts: list[Part] = [Heading(_("Who does what")), Facts(facts)]
    rows = [
        (
            task.title,
            task.assignee.name if task.assignee else nobody,
            written_moment(task.done_at) if task.done_at else _("Open"),
        )
        for task in view.tasks
    ]
    return [*parts, Table((_("Task"), _("Assignee"), _("Done")), rows, (3, 1, 1))] if rows else parts


def _playbook(playbook: Playbook, statements: list[HoldingStatement]) -> list[Part]:
    parts: list[Part] = []
    if contacts := [line for line in playbook.contacts.splitlines() if line.strip()]:
        parts += [Heading(_("Contacts")), Bullets(contacts)]
    if statements:
        parts.append(Heading(_("Holding statements")))
    for statement in statements:
        parts.append(Heading(statement.name, 3))
        parts += [Quote(text) for text in (statement.text_fr, statement.text_en) if text.strip()]
    return parts


def _log(view: IncidentView) -> list[Part]:
    rows = [
        (written_moment(line.at), "\n".join(filter(None, (line.title, line.text))), line.person or "–")
        for line in view.timeline
    ]
    header = (_("Time"), _("What happened"), _("Who"))
    return [Heading(_("Log")), Table(header, rows, (3, 7, 3))]


def _title(title: str, text: str) -> str:
    return (title or plain(excerpt(text, (), MAX_TITLE)))[:MAX_TITLE]
