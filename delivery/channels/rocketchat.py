"""Rocket.Chat: an incoming integration that posts an attachment to one chat room.

https://docs.rocket.chat/docs/integrations: a message has at most 5,000 characters unless the server allows more. The
message parser has no escape character in common with Markdown, so mentions and links are broken in texts.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.attachments import attachment
from delivery.channels.http import HttpChannel, SettingsForm, UrlField
from delivery.channels.texts import fitting, link_url, safe, unlinked
from delivery.notice import Notice


class RocketChatForm(SettingsForm):
    url = UrlField(
        label=_("Webhook URL"),
        help_text=_("In Rocket.Chat: Workspace, Integrations, New, Incoming."),
        widget=forms.PasswordInput(attrs={"placeholder": "https://chat.example.com/hooks/…"}),
    )


class RocketChatChannel(HttpChannel):
    name = "rocketchat"
    label = "Rocket.Chat"
    summary = _("Posts to a Rocket.Chat room.")
    interval_s = 0.5
    Form = RocketChatForm
    secrets = ("url",)

    def render(self, notice: Notice) -> Any:
        lines = [f"{_link(item.url, item.title, 200)} · {safe(item.source, 80, unlinked)}" for item in notice.items]
        links = " · ".join(fitting([_link(link.url, link.label, 75) for link in notice.links[:3]], 1_000))
        sentence = safe(notice.sentence, 1_000, unlinked)
        heading = [safe(notice.heading, 150, unlinked)] if lines else []
        shown = [*heading, *fitting(lines, 4_500 - len(sentence) - len(links) - 200)]
        post = attachment(notice, "\n".join([sentence, "", *shown, "", links]).strip(), unlinked)
        return {"text": post["title"], "parseUrls": False, "attachments": [post]}


def _link(url: str, label: str, limit: int) -> str:
    return f"[{safe(label, limit, unlinked).replace(']', '')}]({link_url(url)})"
