"""Store the counts of a digest when it is sent, and compare them with those of today.

alerts/digests/closing.py stores them; the web version of a digest shows the stored message with the differences. The
link to it is signed, since readers don't sign in: it works as long as the message is stored and its recipient is a
member, or an address without an account that still receives the digest.
"""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.urls import reverse

from accounts.models import Membership
from alerts.digests.content import DigestContent
from alerts.digests.recipients import key_of_link
from alerts.digests.scope import Scope, filter_of
from alerts.models import SentDigest
from delivery.links import absolute
from delivery.message import Window
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from monitoring.models import Document, Keyword, Mention

_SALT = "alerts.sent_digest"
IGNORED = (Mention.Status.IGNORED.value,)


@dataclass(frozen=True)
class Differences:
    """Why the counts of a window differ from those that were sent. Numbers of items.

    `now` is the count of today, `ignored` how many more are ignored, `restored` how many fewer;
    `has_deleted_keywords` if keywords were deleted. `negative_now` is today's count of negative ones. `removed`: items
    that the platform deleted, which still count. `late`: items published in the window and found after it: later
    digests have them.
    """

    sent: int
    now: int
    negative_sent: int
    negative_now: int
    ignored: int = 0
    restored: int = 0
    has_deleted_keywords: bool = False
    removed: int = 0
    late: int = 0

    @property
    def is_same(self) -> bool:
        return self.sent == self.now and self.negative_sent == self.negative_now


@dataclass(frozen=True)
class WebVersion:
    """A sent digest with the language and time zone of its reader. `person_id` is who is "me" in its filter."""

    sent: SentDigest
    language: str
    zone: ZoneInfo
    person_id: int


def view_url(key: str) -> str:
    """Return the link to the web version of the message with this key (`Delivery.key`), which may not exist yet."""
    return absolute(reverse("sent_digest", args=[signing.dumps(key, salt=_SALT)]))


def counts_of(scope: Scope, content: DigestContent) -> dict[str, Any]:
    """Return the counts of a digest, as the fields of a SentDigest."""
    f = filter_of(scope, content.window)
    return {
        "query": scope.query,
        "languages": list(scope.languages),
        "keywords": Keyword.objects.filter(pk__in=f.scope).count(),
        "total": content.total,
        "negative": _negative(f),
        "ignored": _ignored(f),
    }


def web_version(token: str) -> WebVersion | None:
    """Return the digest of a link. None if the signature is invalid, the message is no longer stored, or its recipient
    has left the project or no longer receives the digest.
    """
    if found := key_of_link(token):
        recipient, key = found
        digest = recipient.digest
        sent = _sent(key)
        return WebVersion(sent, recipient.external.language, digest.user.zone, digest.user_id) if sent else None
    try:
        key = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    sent = _sent(key)
    user = sent.delivery.user if sent else None
    if sent is None or user is None or not user.is_active:
        return None
    members = Membership.objects.filter(project=sent.delivery.project, user=user)
    return WebVersion(sent, user.language, user.zone, user.pk) if members.exists() else None


def _sent(key: str) -> SentDigest | None:
    rows = SentDigest.objects.select_related("delivery__project", "delivery__user")
    return rows.filter(delivery__key=key, delivery__project__deleted_at=None).exclude(delivery__project=None).first()


def differences(sent: SentDigest, person_id: int | None) -> Differences:
    """Return today's counts of the window of a sent digest, and why they differ. `person_id` is who is "me"."""
    delivery = sent.delivery
    if delivery.project is None or delivery.window_start is None or delivery.window_end is None:
        raise ValueError("a digest has a project and a window")
    scope = Scope(delivery.project, "", sent.query, tuple(sent.languages), person_id)
    f = filter_of(scope, Window(delivery.window_start, delivery.window_end))
    ignored = _ignored(f) - sent.ignored
    late = f.replace(by="published").mentions().filter(found_at__gte=f.until, is_backlog=False)
    rows = f.mentions().values("document_id")
    return Differences(
        sent=sent.total,
        now=mentions.count(f).value,
        negative_sent=sent.negative,
        negative_now=_negative(f),
        ignored=max(ignored, 0),
        restored=max(-ignored, 0),
        has_deleted_keywords=len(f.scope) < sent.keywords,
        removed=Document.objects.filter(pk__in=rows, deleted_at__isnull=False).count(),
        late=late.values("document_id").distinct().count(),
    )


def _negative(f: MentionFilter) -> int:
    label = Mention.Sentiment.NEGATIVE.value
    return mentions.count(f.replace(sentiments=(label,))).value if not f.sentiments or label in f.sentiments else 0


def _ignored(f: MentionFilter) -> int:
    """Return how many items of the window are ignored; 0 if the filter selects statuses, since they count then."""
    return mentions.count(f.replace(statuses=IGNORED)).value if not f.statuses else 0
