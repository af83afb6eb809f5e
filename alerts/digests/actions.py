"""The links of a digest that change an item without signing in: not relevant, assign to me.

A link is signed for one person, one item and one action, and expires. It opens a page with a button, since mail
scanners open links: dashboards/views/email_actions.py. alerts/digests/render.py writes the links for those who may
change mentions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.urls import reverse

from accounts.access import manager_of
from accounts.models import Membership
from alerts.models import Digest
from delivery.links import absolute
from monitoring.models import Mention

IGNORE, ASSIGN = "ignore", "assign"
LIFETIME = timedelta(days=30)
_SALT, _UNDO_SALT = "alerts.email_action", "alerts.email_action.undo"


@dataclass(frozen=True)
class EmailAction:
    """The change that a link may make. The membership is the person's, and allows it now."""

    kind: str
    membership: Membership
    mention: Mention


def may_act(digest: Digest) -> bool:
    """Return whether the subscriber may change mentions."""
    return manager_of(digest.project_id, digest.user_id) is not None


def action_url(kind: str, digest: Digest, mention_id: int) -> str:
    return action_urls(kind, digest.user_id, [mention_id])[mention_id]


def action_urls(kind: str, user_id: int, mention_ids: Iterable[int]) -> dict[int, str]:
    """Return a person's links for a change by mention. Reversing each URL would take as long as signing it."""
    signer = signing.TimestampSigner(salt=_SALT)
    base = absolute(reverse("email_action", args=["-"])).removesuffix("-")
    return {one: f"{base}{signer.sign_object([kind, user_id, one])}" for one in mention_ids}


def action_of_token(token: str) -> EmailAction | None:
    """Return the action of a link. None if the signature is invalid or expired, the item is gone, or the person may no
    longer change mentions of its project.
    """
    try:
        kind, user_id, mention_id = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    mention = Mention.objects.select_related("document", "keyword").filter(pk=mention_id).first()
    if mention is None or mention.document.deleted_at or kind not in (IGNORE, ASSIGN):
        return None
    membership = manager_of(mention.keyword.project_id, user_id)
    return EmailAction(kind, membership, mention) if membership else None


def undo_token(token: str, entry_id: int) -> str:
    """Return what undoes the change of a link: it is good for this link only."""
    return signing.dumps([token, entry_id], salt=_UNDO_SALT, compress=True)


def entry_of_undo(token: str, undo: str) -> int | None:
    try:
        of_token, entry_id = signing.loads(undo, salt=_UNDO_SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return entry_id if of_token == token else None
