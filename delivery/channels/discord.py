"""Discord: a webhook that posts an embed to one channel.

https://discord.com/developers/docs/resources/webhook#execute-webhook and .../message#embed-object: title 256,
description 4,096, 25 fields (256 and 1,024), 6,000 in all. Five requests per two seconds, 429 with `retry_after`.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.base import Result
from delivery.channels.http import HttpChannel, SettingsForm, UrlField, later
from delivery.channels.texts import fitting, link_url, markdown, one_line, safe, shortened, unmentioned, utf16_length
from delivery.notice import ALERT, RESOLVED, Notice
from outbound import FetchResult

_COLORS = {ALERT: 0xC62828, RESOLVED: 0x2E7D32}


class DiscordForm(SettingsForm):
    url = UrlField(
        label=_("Webhook URL"),
        help_text=_("In Discord: channel settings, Integrations, Webhooks, New webhook."),
        widget=forms.PasswordInput(attrs={"placeholder": "https://discord.com/api/webhooks/…"}),
    )


class DiscordChannel(HttpChannel):
    name = "discord"
    label = "Discord"
    summary = _("Posts to a Discord channel.")
    interval_s = 0.5
    Form = DiscordForm
    secrets = ("url",)

    def render(self, notice: Notice) -> Any:
        links = [f"[{safe(link.label, 80, markdown)}]({link_url(link.url)})" for link in notice.links[:5]]
        lines = [
            f"- [{safe(item.title, 200, markdown)}]({link_url(item.url)}) · {safe(item.source, 80, markdown)}"
            for item in notice.items
        ]
        heading = [f"**{safe(notice.heading, 150, markdown)}**"] if lines else []
        start = [
            safe(notice.sentence, 1_200, markdown, utf16_length),
            *fitting([" · ".join(links)], 1_000, utf16_length),
        ]
        left = 3_400 - sum(utf16_length(line) + 1 for line in [*start, *heading])
        embed = {
            "title": unmentioned(shortened(one_line(notice.title), 200, utf16_length)),
            "description": "\n".join([*start, *heading, *fitting(lines, left, utf16_length)]),
            "color": _COLORS.get(notice.tone, 0x455A64),
            "fields": [
                {
                    "name": safe(fact.label, 60, markdown, utf16_length),
                    "value": safe(fact.value, 160, markdown, utf16_length),
                    "inline": True,
                }
                for fact in notice.facts[:10]
            ],
        }
        return {"embeds": [embed], "allowed_mentions": {"parse": []}}

    def refusal(self, answer: FetchResult, body: Any) -> Result | None:
        if answer.status == 429 and isinstance(body, dict) and isinstance(body.get("retry_after"), int | float):
            return later(float(body["retry_after"]))
        return None
