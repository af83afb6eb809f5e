"""Render a digest: a DigestContent and a reader in; a subject, text, HTML and headers out.

Called by alerts/digests/closing.py and the digest preview. Readers with the same language, time zone, rights and
schedule share a body (alerts/digests/body.py), which is rendered once; the links of each reader are filled into it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import escape

from alerts.digests.actions import ASSIGN, IGNORE, action_urls, may_act
from alerts.digests.body import SETTINGS, UNSUBSCRIBE, WEB, Body, BodyKind, action_slot, render_body
from alerts.digests.content import DigestContent
from alerts.digests.recipients import unsubscribe_url as recipients_unsubscribe_url
from alerts.digests.scope import Scope
from alerts.digests.unsubscribe import unsubscribe_url
from alerts.models import Digest, DigestRecipient
from delivery.html_email import MAX_HTML_BYTES
from delivery.links import absolute, mail_domain
from delivery.message import Rendered


@dataclass(frozen=True)
class Reader:
    """Who receives a message of a digest: its subscriber, or a `recipient` without an account, in their language and
    without what needs an account. `may_act`: the subscriber may change mentions.
    """

    digest: Digest
    may_act: bool
    recipient: DigestRecipient | None = None

    @property
    def language(self) -> str:
        return self.recipient.external.language if self.recipient else self.digest.user.language


class Renderer:
    """Renders digests for any number of readers; each body only once."""

    def __init__(self) -> None:
        # Contents are stored with the bodies: the id of one that is in use names no other.
        self._bodies: dict[tuple[int, Scope, BodyKind], tuple[DigestContent, Body]] = {}

    def render(self, content: DigestContent, scope: Scope, reader: Reader, web_url: str = "") -> Rendered:
        """Return the digest as an email to a reader, with fewer items if it were too large for mailboxes.

        `web_url` is the link to its web version, "" for a preview.
        """
        kind = _kind(reader, has_web_version=bool(web_url))
        key = id(content), scope, kind
        _content, body = self._bodies.get(key) or (content, render_body(content, scope, kind))
        while True:
            rendered = _filled(body, reader, web_url)
            size = len(rendered.html.encode())
            if size <= MAX_HTML_BYTES or not body.content.sections:
                self._bodies[key] = content, body
                return rendered
            parts = len(body.content.items) or len(body.content.sections)
            shorter = body.content.shortened(max((size - MAX_HTML_BYTES) * parts // size, 1))
            body = render_body(shorter, scope, kind)


def render_digest(
    content: DigestContent, digest: Digest, scope: Scope, web_url: str = "", recipient: DigestRecipient | None = None
) -> Rendered:
    """Return the digest as an email to one reader: see `Renderer.render`."""
    return Renderer().render(content, scope, Reader(digest, may_act(digest), recipient), web_url)


def settings_path(digest: Digest) -> str:
    """Return the path of the page with the settings of a digest."""
    if digest.is_main:
        return reverse("digest", args=[digest.project_id])
    return reverse("digest_other", args=[digest.project_id, digest.pk])


def _kind(reader: Reader, *, has_web_version: bool) -> BodyKind:
    digest = reader.digest
    return BodyKind(
        language=reader.language,
        zone=digest.user.zone,
        frequency=digest.frequency,
        hour=digest.hour,
        weekday=digest.weekday,
        month_day=digest.month_day,
        has_account=reader.recipient is None,
        may_act=reader.may_act,
        has_web_version=has_web_version,
    )


def _filled(body: Body, reader: Reader, web_url: str) -> Rendered:
    """Return a body with the links of one reader, without marks."""
    recipient = reader.recipient
    unsubscribe = recipients_unsubscribe_url(recipient) if recipient else unsubscribe_url(reader.digest)
    urls = {UNSUBSCRIBE: unsubscribe, WEB: web_url}
    if recipient is None:
        urls |= _account_urls(body, reader.digest)
    return Rendered.unmarked(
        body.marks,
        subject=body.subject,
        text=body.slots.filled(body.text, urls),
        html=body.slots.filled(body.html, {name: escape(url) for name, url in urls.items()}),
        headers=_list_headers(reader.digest, unsubscribe),
    )


def _account_urls(body: Body, digest: Digest) -> Mapping[str, str]:
    """Return the links that need the account of the subscriber, or act as it."""
    urls = {SETTINGS: absolute(settings_path(digest))}
    for kind in (IGNORE, ASSIGN):
        found = action_urls(kind, digest.user_id, body.acted)
        urls |= {action_slot(kind, mention_id): url for mention_id, url in found.items()}
    return urls


def _list_headers(digest: Digest, unsubscribe: str) -> dict[str, str]:
    """Return the list headers (RFC 2369, RFC 2919), with one-click unsubscribe for mailboxes (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<digest.{digest.project_id}.{mail_domain()}>",
    }
