"""Mattermost: an incoming webhook that posts an attachment to one channel.

https://developers.mattermost.com/integrate/webhooks/incoming/: a post has at most 16,383 characters, and servers
before 5.0 took 7,900 in the attachments, so this sends less. Mentions in attachments notify, so "@" is broken in
texts.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.attachments import attachment
from delivery.channels.http import HttpChannel, SettingsForm, UrlField
from delivery.channels.texts import fitting, json_characters, link_url, markdown, safe
from delivery.notice import Notice


class MattermostForm(SettingsForm):
    url = UrlField(
        label=_("Webhook URL"),
        help_text=_("In Mattermost: Integrations, Incoming webhooks, Add."),
        widget=forms.PasswordInput(attrs={"placeholder": "https://chat.example.com/hooks/…"}),
    )


class MattermostChannel(HttpChannel):
    name = "mattermost"
    label = "Mattermost"
    summary = _("Posts to a Mattermost channel.")
    interval_s = 0.2
    Form = MattermostForm
    secrets = ("url",)

    def render(self, notice: Notice) -> Any:
        lines = [
            f"- [{safe(item.title, 200, markdown)}]({link_url(item.url)}) · {safe(item.source, 80, markdown)}"
            for item in notice.items
        ]
        links = " · ".join(f"[{safe(link.label, 75, markdown)}]({link_url(link.url)})" for link in notice.links[:5])
        heading = f"**{safe(notice.heading, 150, markdown)}**"
        post = attachment(notice, safe(notice.sentence, 1_000, markdown), markdown)
        post["fallback"] = post["title"]
        left = 7_000 - json_characters(post) - json_characters(links) - json_characters(heading)
        shown = [heading, *fitting(lines, left, json_characters)] if lines else []
        post["text"] = "\n".join([post["text"], "", *shown, "", links]).strip()
        return {"attachments": [post]}
