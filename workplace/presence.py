"""Who has which item open: each open page says so every few seconds, and learns who else has the same item open.

In: a member and the item on their screen. Out: the other members on it. Stored in Redis only, one entry per person
that expires soon after the last message: losing it loses nothing, and nobody waits for a Redis that is down. Called
by dashboards/views/presence.py and the API.
"""

from dataclasses import dataclass

from django.core.cache import cache
from redis import RedisError

from accounts.models import Membership

EXPIRES_S = 40  # pages say it every 15 s (static/js/list/presence.js): one lost message changes nothing


@dataclass(frozen=True)
class Present:
    """A member who has an item open, and whether they write a reply to it."""

    user_id: int
    name: str
    is_writing: bool

    @property
    def face(self) -> str:
        return self.name[:1]


def announce(membership: Membership, document_id: int, *, is_writing: bool) -> list[Present]:
    """Store that the member has this item open, instead of any other. Return the others on it, writers first."""
    try:
        cache.set(_key(membership.project_id, membership.user_id), (document_id, is_writing), EXPIRES_S)
    except RedisError:
        return []
    return present(membership, document_id)


def present(membership: Membership, document_id: int) -> list[Present]:
    """Return the other members who have this item open, writers first."""
    people = Membership.objects.filter(project_id=membership.project_id, user__is_active=True).exclude(
        user_id=membership.user_id
    )
    users = {_key(membership.project_id, one.user_id): one.user for one in people.select_related("user")}
    try:
        found = cache.get_many(users)
    except RedisError:
        return []
    here = [
        Present(users[key].pk, users[key].name, writes)
        for key, (open_document, writes) in found.items()
        if open_document == document_id
    ]
    return sorted(here, key=lambda one: (not one.is_writing, one.name))


def _key(project_id: int, user_id: int) -> str:
    return f"presence:{project_id}:{user_id}"
