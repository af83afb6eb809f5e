"""The messages of a rule on each mention: to a person in their language, and to a channel in its own.

Called by alerts/each_mention.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import User
from alerts.incident_messages import mention_context
from alerts.incident_notices import notice_item
from alerts.messages import rule_sentence
from alerts.models import Rule
from alerts.rules import settings_of
from alerts.scope import scope_of
from delivery.links import absolute
from delivery.message import Rendered
from delivery.models import Destination
from delivery.notice import ALERT, Link, Notice
from delivery.passages import Marks
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention

LISTED = 10


@dataclass(frozen=True)
class NewMentions:
    """The new mentions of a rule: how many, and the newest of them. `f` lists all."""

    count: int
    newest: list[Mention]
    f: MentionFilter

    @classmethod
    def of(cls, ids: Sequence[int], f: MentionFilter) -> "NewMentions":
        """Read the newest of the mentions with these ids, which are sorted, newest first."""
        rows = Mention.objects.filter(pk__in=ids[:LISTED], document__deleted_at=None)
        return cls(len(ids), list(rows.select_related("document", "source").order_by("-found_at", "-id")), f)


def render_mentions(rule: Rule, user: User, found: NewMentions) -> Rendered:
    """Return the email about new mentions, newest first."""
    marks = Marks()
    with translation.override(user.language), timezone.override(user.zone):
        name = scope_of(rule).name
        subject = _title(name, found.count)
        context = {
            "subject": subject,
            "sentence": rule_sentence(name, settings_of(rule), rule.window_s),
            "mentions": [mention_context(mention, marks) for mention in found.newest],
            "now": found.f.until,
            "more": max(found.count - LISTED, 0),
            "language": user.language,
            "list_url": _list_url(rule, found.f.replace(zone=user.zone)),
            "rules_url": absolute(reverse("rules", args=[rule.project_id])),
        }
        return Rendered.unmarked(
            marks,
            subject=subject,
            text=render_to_string("emails/each.txt", context),
            html=render_to_string("emails/each.html", context),
            headers={},
        )


def mentions_notice(rule: Rule, destination: Destination, found: NewMentions) -> Notice:
    """Return the notice about new mentions."""
    with translation.override(destination.language):
        name = scope_of(rule).name
        return Notice(
            event="rule.mentions",
            title=_title(name, found.count),
            sentence=rule_sentence(name, settings_of(rule), rule.window_s),
            tone=ALERT,
            heading=_("Latest mentions"),
            items=tuple(notice_item(mention) for mention in found.newest),
            links=(Link(_("View mentions"), _list_url(rule, found.f)),),
            data={
                "project": {"id": rule.project_id, "name": rule.project.name},
                "rule": {
                    "id": rule.pk,
                    "mentions": found.count,
                    "since": found.f.since.isoformat(),
                    "until": found.f.until.isoformat(),
                },
            },
        )


def _title(name: str, count: int) -> str:
    text = ngettext("%(name)s: %(count)s new mention", "%(name)s: %(count)s new mentions", count)
    return text % {"name": name, "count": number(count)}


def _list_url(rule: Rule, f: MentionFilter) -> str:
    return absolute(f"{reverse('mentions', args=[rule.project_id])}?{f.to_query()}")
