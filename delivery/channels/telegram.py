"""Telegram: a message of a bot to a chat, group or channel.

https://core.telegram.org/bots/api#sendmessage: 4,096 UTF-16 code units after the entities are parsed. About one
message per second and chat, 20 per minute in a group; 429 with `parameters.retry_after`.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.base import ADDRESS_REFUSED, SENDER_REFUSED, Result
from delivery.channels.http import HttpChannel, Outgoing, SettingsForm, UrlField, dead, later
from delivery.channels.texts import fitting, link_url, safe, unmentioned, utf16_length
from delivery.notice import Notice
from outbound import ApiRequest, FetchResult

SERVER = "https://api.telegram.org"


class TelegramForm(SettingsForm):
    token = forms.RegexField(
        label=_("Bot token"),
        regex=r"^\d+:[\w-]{20,}$",
        help_text=_("From @BotFather. Add the bot to the group, or make it an admin of the channel."),
        widget=forms.PasswordInput(attrs={"placeholder": "123456:ABC…"}),
    )
    chat = forms.RegexField(
        label=_("Chat"),
        regex=r"^(?:-?\d{1,20}|@\w{5,32})$",
        help_text=_("The number of a chat or group, or the @name of a public channel."),
    )
    topic = forms.IntegerField(
        label=_("Topic number (optional)"), required=False, min_value=1, help_text=_("If the group is a forum.")
    )
    server = UrlField(
        label=_("Server (optional)"), required=False, help_text=_("If you host a Bot API server yourself.")
    )


class TelegramChannel(HttpChannel):
    name = "telegram"
    label = "Telegram"
    summary = _("Sends to a Telegram chat, group, or channel, as a bot.")
    interval_s = 3.1
    Form = TelegramForm
    secrets = ("token",)

    def render(self, notice: Notice) -> Any:
        lines = [f"• {_link(item.url, item.title, 200)} · {_safe(item.source, 80)}" for item in notice.items]
        links = fitting([_link(link.url, link.label, 75) for link in notice.links[:5]], 1_000, utf16_length)
        start = [f"<b>{_safe(notice.title, 250)}</b>", _safe(notice.sentence, 1_000), ""]
        start += [f"{_safe(fact.label, 60)} <b>{_safe(fact.value, 120)}</b>" for fact in notice.facts[:8]]
        end = ["", " · ".join(links)]
        heading = ["", f"<b>{_safe(notice.heading, 150)}</b>"] if lines else []
        left = 4_000 - sum(utf16_length(line) + 1 for line in [*start, *heading, *end])
        text = "\n".join([*start, *heading, *fitting(lines, left, utf16_length), *end])
        return {"text": text.strip(), "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}

    def request(self, outgoing: Outgoing, settings: Mapping[str, str]) -> ApiRequest:
        url = f"{(settings.get('server') or SERVER).rstrip('/')}/bot{settings['token']}/sendMessage"
        topic = {"message_thread_id": int(settings["topic"])} if settings.get("topic") else {}
        return ApiRequest(url, json={"chat_id": settings["chat"], **topic, **self.render(outgoing.notice)})

    def refusal(self, answer: FetchResult, body: Any) -> Result | None:
        body = body if isinstance(body, dict) else {}
        said, parameters = str(body.get("description", "")), body.get("parameters") or {}
        if answer.status == 429:
            return later(parameters.get("retry_after") or answer.retry_after_s)
        if answer.status in (401, 404):  # a token of another form is "not found"
            return dead(SENDER_REFUSED)
        is_gone = answer.status == 403 or "chat not found" in said or "migrate_to_chat_id" in parameters
        return dead(ADDRESS_REFUSED) if is_gone else None


def _safe(text: str, limit: int) -> str:
    return safe(text, limit, _escape, utf16_length)


def _escape(text: str) -> str:
    return escape(unmentioned(text), quote=False)


def _link(url: str, label: str, limit: int) -> str:
    return f'<a href="{escape(link_url(url))}">{_safe(label, limit)}</a>'
