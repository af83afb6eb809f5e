"""The two mails of an incident, in one person's language and time zone: it began, it is over.

Called by incidents.py, and by the incident's page for the rule as it was.
"""

from datetime import UTC, datetime, timedelta, tzinfo

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
from monitoring.content.excerpts import excerpt, plain
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention

LATEST = 5
ALERT, OVER = gettext_noop("Alert · %s"), gettext_noop("Resolved · %s")


def settings_then(incident: Incident) -> Settings:
    """The rule's settings when the incident opened."""
    return Settings(**{name: value for name, value in incident.settings.items() if name != "window_s"})


def sentence_then(incident: Incident) -> str:
    """The rule as it was when the incident opened."""
    return rule_sentence(incident.rule.keyword.name, settings_then(incident), incident.settings["window_s"])


def observed(incident: Incident, value: int) -> str:
    """What was counted, in the words of the rule as it was."""
    return observation(incident.rule.keyword.name, value, settings_then(incident), incident.settings["window_s"])


def filter_of_incident(incident: Incident, until: datetime | None = None, zone: tzinfo = UTC) -> MentionFilter:
    """The mentions found that broke the rule and, up to `until`, those found while the incident lasted."""
    return MentionFilter(
        project_id=incident.rule.project_id,
        keywords=(incident.rule.keyword_id,),
        sentiments=settings_then(incident).labels,
        since=incident.opened_at - timedelta(seconds=incident.settings["window_s"]),
        until=incident.closed_at or until or incident.opened_at,
        by="found",
        zone=zone,
    )


def render_opened(incident: Incident, user: User, failing: int) -> Rendered:
    mentions = filter_of_incident(incident).mentions().select_related("document", "source")
    latest = [_line(mention) for mention in mentions.order_by("-published", "-id")[:LATEST]]
    return _render(incident, user, ALERT, incident.value, {"latest": latest, "failing": failing})


def render_closed(incident: Incident, user: User) -> Rendered:
    return _render(incident, user, OVER, incident.peak, {})


def _render(incident: Incident, user: User, subject: str, value: int, context: dict[str, object]) -> Rendered:
    project_id = incident.rule.project_id
    with translation.override(user.language), timezone.override(user.zone):
        headline = observed(incident, value)
        context |= {
            "subject": _(subject) % headline,
            "incident": incident,
            "headline": headline,
            "sentence": sentence_then(incident),
            "language": user.language,
            "incident_url": absolute(reverse("incident", args=[project_id, incident.pk])),
            "rules_url": absolute(reverse("rules", args=[project_id])),
            "sources_url": absolute(reverse("sources", args=[project_id])),
        }
        return Rendered(
            subject=context["subject"],
            text=render_to_string("emails/incident.txt", context),
            html=render_to_string("emails/incident.html", context),
        )


def _line(mention: Mention) -> dict[str, object]:
    document = mention.document
    return {
        "title": document.title or plain(excerpt(document.text, (), 100)),
        "url": open_url(document.url) or absolute(reverse("mention", args=[document.project_id, mention.pk])),
        "source": str(mention.source or document.platform),
        "published": mention.published,
    }
