"""Matrix: a message to a chat room, by an account that is in it.

https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid: the delivery's id is
the transaction id, so a repeated request posts nothing twice. An event has at most 65,536 bytes. 429 with
`retry_after_ms`. Encrypted chat rooms show the message unencrypted, where they allow it.
"""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.base import ADDRESS_REFUSED, Result
from delivery.channels.http import HttpChannel, Outgoing, SettingsForm, UrlField, dead, later
from delivery.channels.texts import fitting, link_url, one_line, safe, shortened, unmentioned, utf8_length
from delivery.notice import Notice
from outbound import ApiRequest, FetchResult


class MatrixForm(SettingsForm):
    server = UrlField(
        label=_("Homeserver"), widget=forms.TextInput(attrs={"placeholder": "https://matrix.example.org"})
    )
    room = forms.RegexField(
        label=_("Room ID"),
        regex=r"^![^\s/?#]{1,250}$",
        help_text=_("In Element: room settings, Advanced. It begins with “!”. The account must be in the room."),
        widget=forms.TextInput(attrs={"placeholder": "!…:example.org"}),
    )
    token = forms.CharField(
        label=_("Access token"),
        max_length=1_000,
        help_text=_("Of an account of its own. In Element: All settings, Help & About."),
        widget=forms.PasswordInput(),
    )


class MatrixChannel(HttpChannel):
    name = "matrix"
    label = "Matrix"
    summary = _("Sends to a Matrix room, for example in Element.")
    interval_s = 0.5
    Form = MatrixForm
    secrets = ("token",)

    def render(self, notice: Notice) -> Any:
        items = [(one_line(item.title), item.url, one_line(item.source)) for item in notice.items]
        plain = [
            *(unmentioned(shortened(text, 2_000, utf8_length)) for text in (notice.title, notice.sentence)),
            *(unmentioned(shortened(f"{fact.label} {fact.value}", 400, utf8_length)) for fact in notice.facts[:10]),
            *(unmentioned(shortened(title, 200)) + f" · {unmentioned(source)}\n{url}" for title, url, source in items),
            *(f"{link.label}: {link.url}" for link in notice.links),
        ]
        return {
            "msgtype": "m.text",  # clients notify nobody of an m.notice
            "body": "\n".join(fitting(plain, 15_000, utf8_length)),
            "format": "org.matrix.custom.html",
            "formatted_body": "".join(fitting(_html(notice), 30_000, utf8_length)),
            "m.mentions": {},
        }

    def request(self, outgoing: Outgoing, settings: Mapping[str, str]) -> ApiRequest:
        server, room = settings["server"].rstrip("/"), quote(settings["room"], safe="")
        return ApiRequest(
            f"{server}/_matrix/client/v3/rooms/{room}/send/m.room.message/{outgoing.id}",
            {"Authorization": f"Bearer {settings['token']}"},
            json=self.render(outgoing.notice),
            method="PUT",
        )

    def refusal(self, answer: FetchResult, body: Any) -> Result | None:
        body = body if isinstance(body, dict) else {}
        if answer.status == 429:
            wait = body.get("retry_after_ms")
            return later(wait / 1_000 if isinstance(wait, int | float) else answer.retry_after_s)
        return dead(ADDRESS_REFUSED) if body.get("errcode") in ("M_FORBIDDEN", "M_NOT_FOUND") else None


def _html(notice: Notice) -> list[str]:
    """Return the message as HTML, in parts that may be left out from the end."""
    facts = "".join(f"<li>{_safe(fact.label, 150)} <b>{_safe(fact.value, 300)}</b></li>" for fact in notice.facts[:10])
    links = " · ".join(_link(link.url, link.label, 75) for link in notice.links[:5])
    return [
        f"<p><b>{_safe(notice.title, 300)}</b></p><p>{_safe(notice.sentence, 2_000)}</p>",
        f"<ul>{facts}</ul>" if facts else "",
        f"<p>{links}</p>" if links else "",
        f"<p><b>{_safe(notice.heading, 150)}</b></p>" if notice.items else "",
        *(f"<p>{_link(item.url, item.title, 200)} · {_safe(item.source, 80)}</p>" for item in notice.items),
    ]


def _safe(text: str, limit: int) -> str:
    return safe(text, limit, lambda part: escape(unmentioned(part)))


def _link(url: str, label: str, limit: int) -> str:
    return f'<a href="{escape(link_url(url))}">{_safe(label, limit)}</a>'
