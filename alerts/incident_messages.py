"""The two messages of an incident, opened and resolved, in one person's language and time zone.

Called by alerts/incidents.py, and by the incident page (dashboards/views/incidents.py) for the rule at opening.
"""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import User
from alerts.conditions.severity import CRITICAL, HIGH, MODERATE
from alerts.incident_filters import clause_at_opening, filter_of_peak, settings_at_opening, subject_of
from alerts.incident_links import ACKNOWLEDGE, link_url, may_change
from alerts.incident_summary import Summary, summary_facts
from alerts.messages import observation, rule_sentence
from alerts.models import Incident
from delivery.links import absolute, open_url
from delivery.message import Rendered
from delivery.passages import Marks
from monitoring.content.excerpts import excerpt, plain
from monitoring.insights.theme_rise import ThemeRise
from monitoring.messages.labels import platform_name
from monitoring.models import Mention

LATEST_MENTIONS = 5
OPENED, RESOLVED = gettext_noop("Alert · %s"), gettext_noop("Resolved · %s")
SEVERITIES = {
    MODERATE: gettext_lazy("Moderate severity"),
    HIGH: gettext_lazy("High severity"),
    CRITICAL: gettext_lazy("Critical severity"),
}


def sentence_at_opening(incident: Incident) -> str:
    """Return the rule as a sentence, as it was when the incident opened."""
    return rule_sentence(subject_of(incident), settings_at_opening(incident), incident.settings["window_s"])


def headline(incident: Incident, value: float) -> str:
    """Return a count of the incident as a phrase: "Maison Lumen: 62 mentions in 1 hour"."""
    clause = clause_at_opening(incident)
    return observation(
        subject_of(incident), value, settings_at_opening(incident), incident.settings["window_s"], clause
    )


def latest_mentions(incident: Incident) -> list[Mention]:
    """Return the newest mentions that triggered the rule, with their documents and sources."""
    mentions = filter_of_peak(incident).replace(statuses=()).mentions().select_related("document", "source")
    existing = mentions.filter(document__deleted_at=None, unmatched_at=None)
    return list(existing.order_by("-published", "-id")[:LATEST_MENTIONS])


def render_opened(incident: Incident, user: User, failing: int, theme: ThemeRise | None) -> Rendered:
    """Return the alert. `failing` counts the project's failing sources: the count may be too low because of them.

    `theme` is what most of the rise is about, read once for all recipients.
    """
    marks = Marks()
    context: dict[str, Any] = {"failing": failing, "theme": theme}
    context["latest"] = [mention_context(mention, marks) for mention in latest_mentions(incident)]
    if may_change(incident, user):
        context["acknowledge_url"] = link_url(ACKNOWLEDGE, incident, user)
    return _render(incident, user, OPENED, incident.value, context, marks)


def render_closed(incident: Incident, user: User, summary: Summary, count: int, theme: ThemeRise | None) -> Rendered:
    """Return the message that the incident is resolved, with its summary and a question to those who may rate it.

    `count` is the number of the incident (alerts/incident_counts.py).
    """
    context: dict[str, Any] = {"summary": summary, "theme": theme}
    if may_change(incident, user):
        useful, false_alarm = Incident.Usefulness.values
        context["useful_url"] = link_url(useful, incident, user)
        context["false_alarm_url"] = link_url(false_alarm, incident, user)
    return _render(incident, user, RESOLVED, count, context, Marks())


def severity_words(incident: Incident) -> str:
    """Return the severity as a phrase in the active language: "High severity"."""
    return str(SEVERITIES[incident.severity])


def _render(
    incident: Incident, user: User, subject: str, value: int, context: dict[str, Any], marks: Marks
) -> Rendered:
    project_id = incident.rule.project_id
    with translation.override(user.language), timezone.override(user.zone):
        counted = headline(incident, value)
        if theme := context["theme"]:
            context["theme_url"] = absolute(
                f"{reverse('mentions', args=[project_id])}?{theme.in_zone(user.zone).query}"
            )
        if summary := context.get("summary"):
            context["facts"] = summary_facts(summary)
        context |= {
            "subject": _(subject) % counted,
            "incident": incident,
            "headline": counted,
            "sentence": sentence_at_opening(incident),
            "severity": severity_words(incident),
            "language": user.language,
            "incident_url": absolute(reverse("incident", args=[project_id, incident.joined_id or incident.pk])),
            "rules_url": absolute(reverse("rules", args=[project_id])),
            "sources_url": absolute(reverse("sources", args=[project_id])),
        }
        return Rendered.unmarked(
            marks,
            subject=context["subject"],
            text=render_to_string("emails/incident.txt", context),
            html=render_to_string("emails/incident.html", context),
            headers={},
        )


def mention_context(mention: Mention, marks: Marks) -> dict[str, Any]:
    """Return what the templates of alerts show of a mention, between marks."""
    document = mention.document
    return {
        "title": document.title or plain(excerpt(document.text, (), 100)),
        "url": open_url(document.url) or absolute(reverse("mention", args=[document.project_id, mention.pk])),
        "source": str(mention.source) if mention.source else platform_name(document.platform),
        "published": document.published if document.published_is_known else None,
        "start": marks.start(document.pk),
        "end": marks.end,
    }
