"""Digest subscriptions: what about and when each member gets one, with every change in the activity log.

Called by dashboards/views/digests.py, and by alerts/digests/send.py for the schedules.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Membership, Role
from alerts.digests.schedule import Schedule, next_slot
from alerts.digests.scope import Scope
from alerts.models import Digest

Frequency = Digest.Frequency
MAX_DIGESTS = 20  # of one person in a project
NAMED = 3  # keywords in the subject of a digest


def subscription_of(membership: Membership) -> Digest:
    """Return the member's subscription; create it with the default frequency if it is missing."""
    digest, _is_new = Digest.objects.get_or_create(
        project=membership.project,
        user=membership.user,
        is_main=True,
        defaults={"frequency": _default_frequency(membership)},
    )
    return digest


def subscriptions_of(membership: Membership) -> QuerySet[Digest]:
    """Return the member's digests, the main one first."""
    digests = Digest.objects.filter(project=membership.project, user=membership.user)
    return with_scope(digests).order_by("-is_main", "pk")


def with_scope(digests: QuerySet[Digest]) -> QuerySet[Digest]:
    """Return the digests with what `scope_of` and `schedule_of` read."""
    return digests.select_related("project", "user", "view").prefetch_related("keywords", "destinations")


def add_subscription(membership: Membership) -> Digest:
    """Create another digest of a member, which is off until they choose a frequency. Raises ValidationError."""
    with transaction.atomic():
        Membership.objects.select_for_update().get(pk=membership.pk)  # one at a time: their number is limited
        if subscriptions_of(membership).count() >= MAX_DIGESTS:
            text = ngettext("You can have %(count)s digest.", "You can have up to %(count)s digests.", MAX_DIGESTS)
            raise ValidationError(text % {"count": MAX_DIGESTS}, code="too_many")
        return Digest.objects.create(
            project=membership.project, user=membership.user, is_main=False, frequency=Frequency.NEVER
        )


def delete_subscription(digest: Digest) -> None:
    """Delete a digest that is not the main one."""
    with transaction.atomic():
        if Digest.objects.filter(pk=digest.pk, is_main=False).delete()[0]:
            record(digest.project, digest.user, "digest.deleted", digest.user)


def change_subscription(digest: Digest, **changes: Any) -> None:
    """Change what a digest is about or when it is sent. `keywords` are those it has from now on, none if missing;
    `destinations` its channels, the same as before if missing.

    After "never", the next window starts now. Any other change keeps the chain of windows.
    """
    was_off = digest.frequency == Frequency.NEVER
    keywords = sorted(keyword.pk for keyword in changes.pop("keywords", ()))
    has_other_keywords = keywords != sorted(digest.keywords.values_list("pk", flat=True))
    channels = changes.pop("destinations", None)
    channels = None if channels is None else sorted(destination.pk for destination in channels)
    if channels == sorted(digest.destinations.values_list("pk", flat=True)):
        channels = None
    changes = {name: value for name, value in changes.items() if getattr(digest, name) != value}
    if not changes and not has_other_keywords and channels is None:
        return
    for name, value in changes.items():
        setattr(digest, name, value)
    fields = list(changes)
    if was_off and digest.frequency != Frequency.NEVER:
        digest.sent_until = timezone.now()
        fields.append("sent_until")
    logged = {name: getattr(value, "pk", value) for name, value in changes.items()}
    with transaction.atomic():
        digest.save(update_fields=fields)
        if has_other_keywords:
            digest.keywords.set(keywords)
            logged["keywords"] = keywords
        if channels is not None:
            digest.destinations.set(channels)
            logged["channels"] = channels
        record(digest.project, digest.user, "digest.changed", digest.user, **logged)


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
    missing = Membership.objects.filter(~Exists(Digest.objects.filter(**same_person, is_main=True)))
    Digest.objects.bulk_create(
        [
            Digest(project=member.project, user=member.user, frequency=_default_frequency(member))
            for member in missing.select_related("project", "user")
        ],
        ignore_conflicts=True,
    )


def schedule_of(digest: Digest) -> Schedule:
    """Return the subscription's schedule."""
    return Schedule(
        digest.frequency, digest.hour, digest.weekday, digest.user.zone, digest.month_day, number=digest.pk
    )


def scope_of(digest: Digest) -> Scope | None:
    """Return which mentions the digest is about; None if its keywords or its view no longer exist for the person."""
    query = name = ""
    if digest.about == Digest.About.KEYWORDS:
        keywords = sorted(digest.keywords.all(), key=lambda keyword: keyword.pk)
        if not keywords:
            return None
        query = urlencode([("keyword", keyword.pk) for keyword in keywords])
        name = ", ".join(keyword.name for keyword in keywords[:NAMED])
        name += ", …" if len(keywords) > NAMED else ""
    elif digest.about == Digest.About.VIEW:
        view = digest.view
        if view is None or not (view.is_shared or view.owner_id == digest.user_id):
            return None
        query, name = view.query, view.name
    return Scope(
        digest.project,
        name,
        query,
        tuple(sorted(digest.languages)),
        digest.user_id if query else None,
        is_best=digest.selection == Digest.Selection.BEST,
    )


def _default_frequency(membership: Membership) -> str:
    """Return daily for managers and admins, who work with the project; viewers subscribe themselves."""
    return Frequency.DAILY if membership.may(Role.MANAGER) else Frequency.NEVER
