"""The base of channels that send one HTTP request per message to a destination: a chat, a topic, a webhook.

A subclass has its settings as a form, `render` (a notice to the body of the request) and `request`; it may read
answers more closely in `refusal`. Every request goes through the one HTTP client (outbound/), which checks addresses,
limits time and size, and follows no redirect of a POST.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.secret_box import Unreadable
from delivery.channels.base import (
    ADDRESS_REFUSED,
    LATER,
    MESSAGE_REFUSED,
    NOT_SECURE,
    SENDER_REFUSED,
    UNREACHABLE,
    Channel,
    Result,
)
from delivery.channels.texts import one_line
from delivery.notice import Notice
from outbound import ApiRequest, FetchResult, HttpClient, RequestRefused, parse_url

if TYPE_CHECKING:
    from delivery.models import Delivery, Destination

# Codes of these channels only, in addition to CHANNEL_CODES.
NOT_ALLOWED = "not_allowed"  # the URL leads to a private network, or is none
SECRET_UNREADABLE = "secret_unreadable"  # stored with a key that is not set any more
MAX_RETRY_AFTER_S = 24 * 3600
DETAIL_LENGTH = 300
SECRET_PIECE = 8  # shorter parts of a URL are words such as "hooks"
PROBLEMS: dict[str, str | Promise] = {
    ADDRESS_REFUSED: _("This address doesn’t exist anymore, or accepts no messages. Create and enter a new one."),
    MESSAGE_REFUSED: _("The service rejected this message."),
    SENDER_REFUSED: _("The service rejected the address, token or key. Create and enter a new one."),
    LATER: _("The service asked Vigie to try again later, or had an error of its own."),
    UNREACHABLE: _("The service couldn’t be reached, or stopped responding."),
    NOT_SECURE: _("No trustworthy encrypted connection could be established with the service."),
    NOT_ALLOWED: _("This URL can’t be used: it leads to a private network, or isn’t valid. "
                   "The server admin can allow private hosts with FETCH_ALLOWED_HOSTS."),
    SECRET_UNREADABLE: _("The stored address or key can’t be decrypted. Enter it again."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is sent: `id` is the same on every attempt, `attempted` is the time of this one (UTC)."""

    id: str
    notice: Notice
    created: datetime
    attempted: datetime


class SettingsForm(forms.Form):
    """The form of a destination's settings. Fields in the channel's `secrets` are encrypted, and not shown again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_secret = isinstance(field.widget, forms.PasswordInput)
            field.widget.attrs.update({"autocomplete": "new-password" if is_secret else "off", "spellcheck": "false"})


class UrlField(forms.CharField):
    """A URL that the HTTP client can request. Whether its host is private is checked when it connects."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)

    def clean(self, value: Any) -> str:
        url = super().clean(value)
        if url:
            try:
                parse_url(url)
            except (RequestRefused, ValueError):
                raise forms.ValidationError(_("Enter a URL that starts with https://."), code="invalid") from None
        return url


class HttpChannel(Channel):
    """A channel whose instances each send to one destination.

    `secrets` names the fields of `Form` that are encrypted. `summary` says where its addresses come from.
    """

    needs_destination = True
    problems: ClassVar[Mapping[str, str | Promise]] = PROBLEMS
    Form: ClassVar[type[SettingsForm]]
    secrets: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str | Promise]

    @classmethod
    def is_configured(cls) -> bool:
        return True

    def __init__(self, destination: "Destination", client: HttpClient) -> None:
        self.destination, self.destination_id = destination, destination.pk
        self._client = client

    @property
    def server(self) -> str:
        # A change of its settings may end an outage, so it makes another server of this one.
        parts = f"{self.destination.settings} {self.destination.sealed}"
        return f"destination:{self.destination.pk}:{salted_hmac('delivery.server', parts).hexdigest()}"

    @property
    def queue_key(self) -> tuple[str, object]:
        return "destination_id", self.destination.pk

    def render(self, notice: Notice) -> Any:
        """Return the JSON body of a notice, within the limits of the platform."""
        raise NotImplementedError

    def request(self, outgoing: Outgoing, settings: Mapping[str, str]) -> ApiRequest:
        """Return the request of a message. `settings` are public ones and secrets."""
        return ApiRequest(settings["url"], json=self.render(outgoing.notice))

    def refusal(self, answer: FetchResult, body: Any) -> Result | None:
        """Return what an answer with an error means at this platform; None where its status says it all.

        `body` is its JSON, None if it is none.
        """
        return None

    def send(self, delivery: "Delivery") -> Result:
        notice = Notice.from_json(delivery.notice or {})
        return self.send_notice(Outgoing(str(delivery.pk), notice, delivery.created_at, datetime.now(UTC)))

    def send_notice(self, outgoing: Outgoing) -> Result:
        """Try once to send a message."""
        try:
            secrets = self.destination.secrets
        except Unreadable:
            return Result(SECRET_UNREADABLE, final=True, disables=True)
        answer = self._client.call(self.request(outgoing, {**self.destination.settings, **secrets}))
        return self._result(answer, secrets)

    def _result(self, answer: FetchResult, secrets: Mapping[str, str]) -> Result:
        if 200 <= answer.status < 300:  # regardless of its body
            return Result()
        body = None
        with suppress(ValueError):
            body = json.loads(answer.body)
        detail = _without(secrets, _detail(answer))
        if refusal := self.refusal(answer, body):
            detail = _without(secrets, refusal.detail) or detail
            return Result(
                refusal.code, detail, refusal.final, refusal.reached, refusal.disables, refusal.retry_after_s
            )
        return _result_of_status(answer, detail) if answer.status else _result_without_answer(answer, detail)


def later(retry_after_s: float | None, detail: str = "") -> Result:
    """Return the result of a server that wants no messages now."""
    return Result(LATER, detail, reached=False, retry_after_s=min(retry_after_s or 0, MAX_RETRY_AFTER_S))


def dead(code: str, detail: str = "") -> Result:
    """Return the result of a destination that accepts no more messages."""
    return Result(code, detail, final=True, disables=True)


def _result_of_status(answer: FetchResult, detail: str) -> Result:
    status = answer.status
    if status in (408, 425, 429) or status >= 500:
        return later(answer.retry_after_s, detail)
    if status in (401, 403, 407):
        return dead(SENDER_REFUSED, detail)
    if status in (404, 410):
        return dead(ADDRESS_REFUSED, detail)
    # A redirect is no answer to a message: the URL of the destination is wrong.
    return Result(ADDRESS_REFUSED if status < 400 else MESSAGE_REFUSED, detail, final=True)


def _result_without_answer(answer: FetchResult, detail: str) -> Result:
    code = answer.error.code if answer.error else ""
    if code in ("private_address", "bad_url"):
        return Result(NOT_ALLOWED, detail, final=True)
    return Result(NOT_SECURE if code == "tls" else UNREACHABLE, detail, reached=False)


def _detail(answer: FetchResult) -> str:
    said = one_line(answer.body[:2_000].decode(errors="replace"))
    reason = answer.error.detail if answer.error and not answer.status else f"status {answer.status}"
    return f"{reason} {said}"[:DETAIL_LENGTH].strip()


def _without(secrets: Mapping[str, str], detail: str) -> str:
    """Return what a server said without the secrets that it was sent."""
    for secret in secrets.values():
        parts = urlsplit(secret)
        is_url = parts.scheme in ("http", "https")
        pieces = [secret, *(re.split(r"[/&=]", f"{parts.path}/{parts.query}") if is_url else ())]
        for piece in pieces:
            if len(piece) >= SECRET_PIECE:
                detail = detail.replace(piece, "…")
    return detail
