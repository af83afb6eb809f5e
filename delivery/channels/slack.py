"""Slack: an incoming webhook that posts blocks to one channel.

https://api.slack.com/messaging/webhooks, https://api.slack.com/reference/block-kit/blocks: 50 blocks, 150 characters
in a header, 3,000 in a section; messages of more than about 13,000 characters were refused, so this sends at most
9,000. About one message per second.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.base import ADDRESS_REFUSED, Result
from delivery.channels.http import HttpChannel, SettingsForm, UrlField, dead
from delivery.channels.texts import fitting, link_url, one_line, safe, shortened
from delivery.notice import Notice
from outbound import FetchResult

_DEAD = ("no_service", "channel_not_found", "channel_is_archived", "no_team", "user_not_found", "action_prohibited")


class SlackForm(SettingsForm):
    url = UrlField(
        label=_("Webhook URL"),
        help_text=_("In Slack: create an app, turn on incoming webhooks, and add one to a channel."),
        widget=forms.PasswordInput(attrs={"placeholder": "https://hooks.slack.com/services/…"}),
    )


class SlackChannel(HttpChannel):
    name = "slack"
    label = "Slack"
    summary = _("Posts to a Slack channel.")
    interval_s = 1
    Form = SlackForm
    secrets = ("url",)

    def render(self, notice: Notice) -> Any:
        title = shortened(one_line(notice.title), 150)
        return {
            "text": safe(notice.title, 300, _escape),  # for notifications
            "blocks": [
                {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}},
                *_body(notice),
            ],
            "unfurl_links": False,
            "unfurl_media": False,
        }

    def refusal(self, answer: FetchResult, body: Any) -> Result | None:
        said = answer.body[:100].decode(errors="replace").strip()
        return dead(ADDRESS_REFUSED, said) if said in _DEAD else None


def _body(notice: Notice) -> Iterator[dict[str, Any]]:
    yield _section(safe(notice.sentence, 1_500, _escape))
    if facts := [
        f"*{safe(fact.label, 150, _escape)}*\n{safe(fact.value, 300, _escape)}" for fact in notice.facts[:10]
    ]:
        yield {"type": "section", "fields": [{"type": "mrkdwn", "text": fact} for fact in facts]}
    if notice.items:
        lines = [f"• {_link(item.url, item.title, 200)} · {safe(item.source, 80, _escape)}" for item in notice.items]
        heading = safe(notice.heading, 150, _escape)
        yield _section("\n".join([f"*{heading}*", *fitting(lines, 2_800)]))
    if notice.links:
        links = fitting([_link(link.url, link.label, 75) for link in notice.links[:5]], 2_900)
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": link} for link in links]}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _link(url: str, label: str, limit: int) -> str:
    return f"<{_escape(link_url(url))}|{safe(label.replace('|', '¦'), limit, _escape)}>"


def _escape(text: str) -> str:
    """Escape the three characters that begin mentions, links and entities in Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
