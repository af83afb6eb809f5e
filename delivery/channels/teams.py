"""Microsoft Teams: the webhook of a workflow that posts an adaptive card to a chat or channel.

https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: a request of
at most 28 KB and 4 per second. 202 means accepted: what the card lacks is seen in the history of the workflow only.
"""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.base import ADDRESS_REFUSED, Result
from delivery.channels.http import HttpChannel, SettingsForm, UrlField, dead
from delivery.channels.texts import json_length, link_url, one_line, safe, shortened, unlinked
from delivery.notice import ALERT, RESOLVED, Notice, NoticeItem
from outbound import FetchResult

MAX_BYTES = 27_000
_COLORS = {ALERT: "Attention", RESOLVED: "Good"}


class TeamsForm(SettingsForm):
    url = UrlField(
        label=_("Workflow URL"),
        help_text=_("In Teams: Workflows, “Send webhook alerts to a channel”, then copy the webhook link."),
        widget=forms.PasswordInput(attrs={"placeholder": "https://….environment.api.powerplatform.com/…"}),
    )

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if (urlsplit(url).hostname or "").endswith("webhook.office.com"):
            raise forms.ValidationError(
                _("Microsoft shut down these connectors. Create a workflow instead."), code="invalid"
            )
        return url


class TeamsChannel(HttpChannel):
    name = "teams"
    label = "Microsoft Teams"
    summary = _("Posts to a Microsoft Teams channel or chat, through a workflow.")
    interval_s = 0.3
    Form = TeamsForm
    secrets = ("url",)

    def render(self, notice: Notice) -> Any:
        items = list(notice.items)
        while json_length(message := _message(notice, items)) > MAX_BYTES and items:
            items.pop()
        return message

    def refusal(self, answer: FetchResult, body: Any) -> Result | None:
        code = body.get("error", {}).get("code", "") if isinstance(body, dict) else ""
        return dead(ADDRESS_REFUSED) if code in ("WorkflowTriggerIsNotEnabled", "WorkflowNotFound") else None


def _message(notice: Notice, items: list[NoticeItem]) -> dict[str, Any]:
    title = _run(notice.title, 1_200, weight="Bolder", size="Large", color=_COLORS.get(notice.tone, "Default"))
    body = [_text(title), _text(_run(notice.sentence, 4_000))]
    if notice.facts:
        facts = [{"title": _cut(fact.label, 300), "value": _cut(fact.value, 700)} for fact in notice.facts[:10]]
        body.append({"type": "FactSet", "facts": facts})
    if items:
        body.append(_text(_run(notice.heading, 600, weight="Bolder")))
        body += [_text(_linked(item), _run(f" · {item.source}", 400, isSubtle=True)) for item in items]
    links = [{"type": "Action.OpenUrl", "title": _cut(link.label, 300), "url": link.url} for link in notice.links[:5]]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": links,
        "msteams": {"width": "Full"},
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _text(*runs: dict[str, Any]) -> dict[str, Any]:
    """Return a line of text. Unlike those of a TextBlock, its runs are no Markdown."""
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, limit: int, **style: Any) -> dict[str, Any]:
    """Return a text of at most `limit` bytes as JSON, where each emoji has 12."""
    return {"type": "TextRun", "text": shortened(one_line(text), limit, json_length) or " ", **style}


def _linked(item: NoticeItem) -> dict[str, Any]:
    return _run(item.title, 600, selectAction={"type": "Action.OpenUrl", "url": link_url(item.url)})


def _cut(text: str, limit: int) -> str:
    return safe(text, limit, unlinked, json_length)
