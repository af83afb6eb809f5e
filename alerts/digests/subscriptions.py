"""Digest subscriptions: each member's frequency and hour, with every change in the activity log.

Called by dashboards/views/digests.py, and by alerts/digests/send.py for the schedules.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Membership, Role
from alerts.digests.schedule import Schedule, next_slot
from alerts.models import Digest

Frequency = Digest.Frequency


def subscription_of(membership: Membership) -> Digest:
    """Return the member's subscription; create it with the default frequency if it is missing."""
    digest, _ = Digest.objects.get_or_create(
        project=membership.project, user=membership.user, defaults={"frequency": _default_frequency(membership)}
    )
    return digest


def change_subscription(digest: Digest, **changes: object) -> None:
    """Change when a digest is sent.

    After "never", the next window starts now. Any other change keeps the chain of windows.
    """
    was_off = digest.frequency == Frequency.NEVER
    changes = {name: value for name, value in changes.items() if getattr(digest, name) != value}
    if not changes:
        return
    for name, value in changes.items():
        setattr(digest, name, value)
    fields = list(changes)
    if was_off and digest.frequency != Frequency.NEVER:
        digest.sent_until = timezone.now()
        fields.append("sent_until")
    with transaction.atomic():
        digest.save(update_fields=fields)
        record(digest.project, digest.user, "digest.changed", digest.user, **changes)


def unsubscribe(digest: Digest) -> None:
    """Stop this digest. Safe to repeat."""
    with transaction.atomic():
        if Digest.objects.filter(pk=digest.pk).exclude(frequency=Frequency.NEVER).update(frequency=Frequency.NEVER):
            record(digest.project, digest.user, "digest.unsubscribed", digest.user)


def next_digest_at(digest: Digest, now: datetime) -> datetime | None:
    """Return when the next digest is due (UTC), or None if there is none."""
    return next_slot(schedule_of(digest), now)


def sync_with_memberships() -> None:
    """Create missing subscriptions of members and delete those of former members, who start over if they return."""
    same_person = {"project": OuterRef("project"), "user": OuterRef("user")}
    Digest.objects.filter(~Exists(Membership.objects.filter(**same_person))).delete()
    missing = Membership.objects.filter(~Exists(Digest.objects.filter(**same_person)))
    Digest.objects.bulk_create(
        [
            Digest(project=member.project, user=member.user, frequency=_default_frequency(member))
            for member in missing.select_related("project", "user")
        ],
        ignore_conflicts=True,
    )


def schedule_of(digest: Digest) -> Schedule:
    """Return the subscription's schedule. Raises ZoneInfoNotFoundError if its time zone no longer exists."""
    return Schedule(digest.frequency, digest.hour, digest.weekday, digest.user.zone)


def _default_frequency(membership: Membership) -> str:
    """Return daily for managers and admins, who work with the project; viewers subscribe themselves."""
    return Frequency.DAILY if membership.may(Role.MANAGER) else Frequency.NEVER
