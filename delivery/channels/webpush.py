"""Browser notifications: a Web Push message to the browser of one member, also while Vigie is closed.

https://www.rfc-editor.org/rfc/rfc8030: a POST to the push service of the browser (Google, Mozilla, Apple, Microsoft),
which responds with 201, with 404 or 410 once the subscription has ended, and with 413 above 4,096 bytes. The service
cannot read the message (delivery/channels/push_encryption.py). static/js/push_worker.js shows it; its tag is the ID of
the delivery, so a repeated message replaces the first one.
"""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from delivery.channels.http import HttpChannel, Outgoing, SettingsForm, UrlField
from delivery.channels.push_encryption import (
    MAX_BYTES,
    authorization,
    check_receiver,
    decoded,
    encoded,
    encrypted,
    public_bytes,
    signing_key,
)
from delivery.channels.texts import fitting, one_line, shortened, utf8_length
from delivery.links import absolute, mail_domain
from delivery.notice import ALERT, Notice
from outbound import ApiRequest

KEEP_S = 24 * 3600  # how long the service tries to reach a browser that is off


class WebPushForm(SettingsForm):
    """The subscription of a browser, which static/js/push_connect.js fills in."""

    endpoint = UrlField(widget=forms.HiddenInput(), required=False)
    p256dh = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=200)
    auth = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=100)
    server_key = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given = [data.get("endpoint"), data.get("p256dh"), data.get("auth")]
        is_stored = bool(self.initial.get("server_key"))
        if not all(given) and not (is_stored and not any(given)):
            raise forms.ValidationError(_("Connect this browser first."), code="required")
        if all(given):
            try:
                check_receiver(decoded(data["p256dh"]), decoded(data["auth"]))
            except ValueError:
                raise forms.ValidationError(_("This is no subscription of a browser."), code="invalid") from None
        data["server_key"] = data.get("server_key") or self.initial.get("server_key") or server_key()
        return data


class WebPushChannel(HttpChannel):
    name = "webpush"
    label = _("Browser notifications")
    summary = _("Notifies you on this computer or phone, even when Vigie isn’t open.")
    is_personal = True
    Form = WebPushForm
    secrets = ("endpoint", "p256dh", "auth")

    def render(self, notice: Notice) -> Any:
        lines = [
            f"{shortened(one_line(fact.label), 60)} {shortened(one_line(fact.value), 80)}" for fact in notice.facts
        ]
        lines += [f"• {shortened(one_line(item.title), 120)} · {one_line(item.source)}" for item in notice.items[:3]]
        body = [shortened(one_line(notice.sentence), 900, _length), *fitting(lines, 1_600, _length)]
        link = notice.links[0] if notice.links else None
        return {
            "title": shortened(one_line(notice.title), 500, _length),
            "body": "\n".join(body),
            "url": link.url if link else absolute("/"),
            "label": shortened(one_line(link.label), 60) if link else "",
        }

    def request(self, outgoing: Outgoing, settings: Mapping[str, str]) -> ApiRequest:
        message = {**self.render(outgoing.notice), "tag": outgoing.id, "lang": self.destination.language}
        body = json.dumps(message, ensure_ascii=False).encode(errors="replace")
        if len(body) > MAX_BYTES:
            raise ValueError(f"message of {len(body)} bytes")
        headers = {
            "Authorization": authorization(
                _key(settings.get("server_key", "")), settings["endpoint"], _contact(), outgoing.attempted
            ),
            "Content-Encoding": "aes128gcm",
            "TTL": str(KEEP_S),
            "Urgency": "high" if outgoing.notice.tone == ALERT else "normal",
        }
        content = encrypted(body, decoded(settings["p256dh"]), decoded(settings["auth"]))
        return ApiRequest(settings["endpoint"], headers, accept="*/*", content=(content, "application/octet-stream"))


def server_key() -> str:
    """Return the public key that browsers subscribe with."""
    return encoded(public_bytes(signing_key(settings.SECRET_KEY)))


def _length(text: str) -> int:
    """Return the bytes of a text in a message."""
    return utf8_length(json.dumps(text, ensure_ascii=False))


def _key(public: str) -> EllipticCurvePrivateKey:
    """Return the key that a browser has subscribed with; the present one if its secret is not set any more."""
    keys = [signing_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return next((key for key in keys if encoded(public_bytes(key)) == public), keys[0])


def _contact() -> str:
    """Return where the operator of a push service can reach the server admin: required by RFC 8292."""
    url = absolute("/")
    return url if url.startswith("https:") else f"mailto:postmaster@{mail_domain()}"
