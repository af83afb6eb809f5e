"""The secret addresses of a person in a project, of which only the hash of the token is stored.

An address ends when its owner leaves the project, and when it is revoked. Used by feed_addresses.py and
calendar_addresses.py.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.activity_log import record
from accounts.models import Membership, User, token_digest
from workplace.models import CalendarAddress, FeedAddress

Address = TypeVar("Address", FeedAddress, CalendarAddress)

READ_STORED_EVERY = timedelta(hours=1)


def find_address(addresses: QuerySet[Address], token: str) -> Address | None:
    """Return the address of a token; None if it is unknown or its owner has left."""
    rows = addresses.filter(digest=token_digest(token), user__is_active=True, project__deleted_at=None)
    address = rows.select_related("project", "user").first()
    if address is None or not Membership.objects.filter(project=address.project, user=address.user).exists():
        return None
    return address


def note_read(address: Address, now: datetime) -> None:
    """Store when an address was read, once per hour."""
    recent = Q(last_read_at__gt=now - READ_STORED_EVERY)
    type(address)._default_manager.filter(pk=address.pk).exclude(recent).update(last_read_at=now)


def revoke(address: Address, user: User, action: str, /, **detail: object) -> None:
    """Revoke an address: it responds with 404 from now on."""
    with transaction.atomic():
        if type(address)._default_manager.filter(pk=address.pk).delete()[0]:
            record(address.project, user, action, address, **detail)
