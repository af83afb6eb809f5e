"""A signed webhook: JSON to any URL, by the rules of Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: `webhook-id` is the same on
every attempt, `webhook-timestamp` that of the attempt, and `webhook-signature` has one HMAC-SHA256 per valid
secret, so receivers can change to a new one for 24 hours. The body has less than 20 KB. Only 410 ends a webhook:
receivers are redeployed.
"""

import base64
import hashlib
import hmac
import json
import secrets as random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.base import ADDRESS_REFUSED, SENDER_REFUSED, Result
from delivery.channels.http import HttpChannel, Outgoing, SettingsForm, UrlField
from delivery.channels.texts import json_length, one_line, shortened
from delivery.notice import Notice
from outbound import ApiRequest, FetchResult

MAX_BYTES = 19_000
OVERLAP = timedelta(hours=24)
PREFIX = "whsec_"


class WebhookForm(SettingsForm):
    url = UrlField(
        label=_("URL"),
        help_text=_("It receives a signed POST per message. You get the secret for the signatures next."),
        widget=forms.PasswordInput(attrs={"placeholder": "https://example.com/webhooks/vigie"}),
    )


class WebhookChannel(HttpChannel):
    name = "webhook"
    label = _("Signed webhook")
    summary = _("Sends signed JSON to a URL of your choice.")
    Form = WebhookForm
    secrets = ("url",)

    def render(self, notice: Notice) -> Any:
        items = [
            {"id": item.item, "title": _cut(item.title, 600), "url": item.url, "source": _cut(item.source, 300)}
            for item in notice.items
        ]
        while json_length(data := _data(notice, items)) > MAX_BYTES and items:
            items.pop()
        return data

    def request(self, outgoing: Outgoing, settings: Mapping[str, str]) -> ApiRequest:
        timestamp = outgoing.created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        payload = {"type": outgoing.notice.event, "timestamp": timestamp, "data": self.render(outgoing.notice)}
        body = json.dumps(payload).encode()
        attempted = str(int(outgoing.attempted.timestamp()))
        headers = {
            "webhook-id": outgoing.id,
            "webhook-timestamp": attempted,
            "webhook-signature": " ".join(
                signature(secret, outgoing.id, attempted, body) for secret in _valid(settings, outgoing.attempted)
            ),
        }
        return ApiRequest(settings["url"], headers, accept="*/*", content=(body, "application/json"))

    def refusal(self, answer: FetchResult, body: Any) -> Result | None:
        if answer.status in (401, 403):
            return Result(SENDER_REFUSED, final=False)
        return Result(ADDRESS_REFUSED, final=False) if answer.status == 404 else None


def new_secret() -> str:
    """Return a new secret for signatures: 32 random bytes."""
    return PREFIX + base64.b64encode(random.token_bytes(32)).decode()


def with_new_secret(stored: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Return the secrets of a destination with a new one for signatures; the present one stays valid for OVERLAP."""
    secrets = {**stored, "secret": new_secret()}
    if "secret" in stored:
        secrets |= {"previous_secret": stored["secret"], "previous_until": (now + OVERLAP).isoformat()}
    return secrets


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a request, version 1."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, b".".join([message_id.encode(), timestamp.encode(), body]), hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"


def _valid(settings: Mapping[str, str], now: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    until = settings.get("previous_until")
    is_in_overlap = until and now < datetime.fromisoformat(until)
    return [settings["secret"], *([settings["previous_secret"]] if is_in_overlap else [])]


def _data(notice: Notice, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **notice.data,
        "title": _cut(notice.title, 1_200),
        "sentence": _cut(notice.sentence, 3_000),
        "facts": [{"label": _cut(fact.label, 200), "value": _cut(fact.value, 500)} for fact in notice.facts[:10]],
        "items": items,
        "links": [{"label": link.label, "url": link.url} for link in notice.links[:5]],
    }


def _cut(text: str, limit: int) -> str:
    """Return a text of at most `limit` bytes as JSON."""
    return shortened(one_line(text), limit, json_length)
