"""Digest subscriptions: each member's frequency and hour, and the schedule that follows from them."""

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
    """The member's subscription, made with its default where there is none yet."""
    digest, _ = Digest.objects.get_or_create(
        project=membership.project, user=membership.user, defaults={"frequency": _default_frequency(membership)}
    )
    return digest


def change_subscription(digest: Digest, **changes: object) -> None:
    """A person changes when their digest comes. Who starts again after "never" hears only of what is found from now
    on; any other change keeps the chain of windows."""
    before = digest.frequency
    changes = {name: value for name, value in changes.items() if getattr(digest, name) != value}
    if not changes:
        return
    for name, value in changes.items():
        setattr(digest, name, value)
    fields = list(changes)
    if before == Frequency.NEVER and digest.frequency != Frequency.NEVER:
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
    return next_slot(schedule_of(digest), now)


def follow_memberships() -> None:
    """Every member has a subscription, and nobody else: whoever leaves and comes back starts afresh."""
    mine = {"project": OuterRef("project"), "user": OuterRef("user")}
    Digest.objects.filter(~Exists(Membership.objects.filter(**mine))).delete()
    newcomers = Membership.objects.filter(~Exists(Digest.objects.filter(**mine))).select_related("project", "user")
    Digest.objects.bulk_create(
        [Digest(project=m.project, user=m.user, frequency=_default_frequency(m)) for m in newcomers],
        ignore_conflicts=True,
    )


def _default_frequency(membership: Membership) -> str:
    """Those who work with a project hear of it every day; viewers ask for it."""
    return Frequency.DAILY if membership.may(Role.MANAGER) else Frequency.NEVER


def schedule_of(digest: Digest) -> Schedule:
    return Schedule(digest.frequency, digest.hour, digest.weekday, digest.user.zone)
