"""The two messages of an incident, opened and resolved, in one person's language and time zone.

Called by alerts/incidents.py, and by the incident page (dashboards/views/incidents.py) for the rule at opening.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from alerts.conditions.base import Settings
from alerts.messages import observation, rule_sentence
from alerts.models import Incident
from delivery.links import absolute, open_url
from delivery.message import Rendered
from delivery.passages import Marks
from monitoring.content.excerpts import excerpt, plain
from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter
from monitoring.messages.labels import platform_name
from monitoring.models import Mention

LATEST_MENTIONS = 5
OPENED, RESOLVED = gettext_noop("Alert · %s"), gettext_noop("Resolved · %s")


def settings_at_opening(incident: Incident) -> Settings:
    """Return the rule's settings when the incident opened."""
    return Settings(**{name: value for name, value in incident.settings.items() if name != "window_s"})


def sentence_at_opening(incident: Incident) -> str:
    """Return the rule as a sentence, as it was when the incident opened."""
    return rule_sentence(incident.rule.keyword.name, settings_at_opening(incident), incident.settings["window_s"])


def headline(incident: Incident, value: int) -> str:
    """Return a count of the incident as a phrase: "Maison Lumen: 62 mentions in 1 hour"."""
    return observation(incident.rule.keyword.name, value, settings_at_opening(incident), incident.settings["window_s"])


def filter_of_peak(incident: Incident, zone: tzinfo = UTC) -> MentionFilter:
    """Return the mentions of the time window with the highest count; at opening, those that triggered the rule.

    Mentions that people ignored since then stay in it: reviewing an incident does not change its numbers.
    """
    settings, until = settings_at_opening(incident), incident.peak_at or incident.opened_at
    return MentionFilter(
        project_id=incident.rule.project_id,
        keywords=(incident.rule.keyword_id,),
        sentiments=settings.labels,
        stories=FOLD if settings.counts_stories else "",
        statuses=tuple(Mention.Status.values),
        since=until - timedelta(seconds=incident.settings["window_s"]),
        until=until,
        by="found",
        zone=zone,
    )


def filter_of_incident(incident: Incident, now: datetime, zone: tzinfo) -> MentionFilter:
    """Return the mentions from the window that triggered the rule to the end of the incident."""
    since = incident.opened_at - timedelta(seconds=incident.settings["window_s"])
    return filter_of_peak(incident, zone).replace(since=since, until=incident.closed_at or now)


def render_opened(incident: Incident, user: User, failing: int) -> Rendered:
    """Return the alert. `failing` counts the project's failing sources: the count may be too low because of them."""
    mentions = filter_of_peak(incident).replace(statuses=()).mentions().select_related("document", "source")
    newest = mentions.filter(document__deleted_at=None, unmatched_at=None).order_by("-published", "-id")[
        :LATEST_MENTIONS
    ]
    marks = Marks()
    context = {"latest": [_mention(mention, marks) for mention in newest], "failing": failing}
    return _render(incident, user, OPENED, incident.value, context, marks)


def render_closed(incident: Incident, user: User) -> Rendered:
    """Return the message that the incident is resolved."""
    return _render(incident, user, RESOLVED, incident.peak, {}, Marks())


def _render(
    incident: Incident, user: User, subject: str, value: int, context: dict[str, Any], marks: Marks
) -> Rendered:
    project_id = incident.rule.project_id
    with translation.override(user.language), timezone.override(user.zone):
        counted = headline(incident, value)
        context |= {
            "subject": _(subject) % counted,
            "incident": incident,
            "headline": counted,
            "sentence": sentence_at_opening(incident),
            "language": user.language,
            "incident_url": absolute(reverse("incident", args=[project_id, incident.pk])),
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


def _mention(mention: Mention, marks: Marks) -> dict[str, Any]:
    document = mention.document
    return {
        "title": document.title or plain(excerpt(document.text, (), 100)),
        "url": open_url(document.url) or absolute(reverse("mention", args=[document.project_id, mention.pk])),
        "source": str(mention.source) if mention.source else platform_name(document.platform),
        "published": document.published if document.published_is_known else None,
        "start": marks.start(document.pk),
        "end": marks.end,
    }
