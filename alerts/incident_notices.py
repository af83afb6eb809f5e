"""The two messages of an incident to a channel, opened and resolved, in the channel's language.

Called by alerts/incidents.py. alerts/incident_messages.py has those for people.
"""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from alerts.incident_filters import subject_of
from alerts.incident_messages import OPENED, headline, latest_mentions, sentence_at_opening
from alerts.incident_messages import RESOLVED as RESOLVED_TITLE
from alerts.incident_summary import Summary, summary_facts
from alerts.models import Incident
from delivery.links import absolute, open_url
from delivery.models import Destination
from delivery.notice import ALERT, RESOLVED, Fact, Link, Notice, NoticeItem
from monitoring.content.excerpts import excerpt, plain
from monitoring.insights.theme_rise import ThemeRise
from monitoring.messages.labels import platform_name
from monitoring.models import Mention


def opened_notice(incident: Incident, destination: Destination, failing: int, theme: ThemeRise | None) -> Notice:
    """Return the alert. `failing` counts the project's failing sources: the count may be too low because of them."""
    with translation.override(destination.language):
        facts = [Fact(_("Severity:"), str(incident.get_severity_display()))]
        facts += [Fact(_("Mentions:"), number(incident.value)), Fact(_("Previous period:"), number(incident.baseline))]
        if theme:
            facts.append(Fact(_("Rise mostly about:"), theme.text))
        if failing:
            text = ngettext("%(number)s failing source", "%(number)s failing sources", failing)
            facts.append(Fact(_("Possibly more:"), text % {"number": number(failing)}))
        return _notice(incident, "opened", ALERT, OPENED, incident.value, facts, with_items=True)


def closed_notice(incident: Incident, destination: Destination, summary: Summary, count: int) -> Notice:
    """Return the message that the incident is resolved. `count` is its number (alerts/incident_counts.py)."""
    with translation.override(destination.language):
        facts = [Fact(f"{label}:", text) for label, text in summary_facts(summary)]
        return _notice(incident, "closed", RESOLVED, RESOLVED_TITLE, count, facts, with_items=False)


def _notice(
    incident: Incident, event: str, tone: str, title: str, value: int, facts: list[Fact], *, with_items: bool
) -> Notice:
    rule = incident.rule
    url = absolute(reverse("incident", args=[rule.project_id, incident.joined_id or incident.pk]))
    return Notice(
        event=f"incident.{event}",
        title=_(title) % headline(incident, value),
        sentence=sentence_at_opening(incident),
        tone=tone,
        facts=tuple(facts),
        heading=_("Latest mentions"),
        items=tuple(notice_item(mention) for mention in latest_mentions(incident)) if with_items else (),
        links=(Link(_("View incident"), url),),
        data={
            "project": {"id": rule.project_id, "name": rule.project.name},
            "incident": {
                "id": incident.joined_id or incident.pk,
                "severity": incident.severity,
                "rule_id": rule.pk,
                "keyword": subject_of(incident),
                "opened_at": incident.opened_at.isoformat(),
                "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
                "value": incident.value,
                "baseline": incident.baseline,
                "peak": incident.peak,
                "window_s": incident.settings["window_s"],
            },
        },
    )


def notice_item(mention: Mention) -> NoticeItem:
    """Return what a notice shows of a mention."""
    document = mention.document
    return NoticeItem(
        item=document.pk,
        title=document.title or plain(excerpt(document.text, (), 100)),
        url=open_url(document.url) or absolute(reverse("mention", args=[document.project_id, mention.pk])),
        source=str(mention.source) if mention.source else platform_name(document.platform),
    )
