"""Quiet hours of people: whether they are in force now, and alerts that wait for their end.

In: people and the time now. Out: held alerts, which alerts/held.py sends as one summary. Called where messages about
incidents and mentions are written; critical rules don't ask. `set_hours` is called by the account page and the API.
"""

from collections.abc import Iterable
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.incident_keys import alerted_people
from alerts.models import HeldAlert, Incident, QuietHours, Rule
from delivery.message import Window

SATURDAY = 5
MIDNIGHT = time(0)  # as start and end: no hours, only weekends


def hours_of(user: User) -> tuple[time | None, time | None, bool]:
    """Return start, end, and whether weekends are quiet; (None, None, False) without quiet hours."""
    found = QuietHours.objects.filter(user=user).first()
    if found is None:
        return None, None, False
    return (None, None, found.weekends) if found.start == found.end else (found.start, found.end, found.weekends)


def check_hours(start: time | None, end: time | None) -> None:
    """Raise ValidationError, by field, for times that are no hours."""
    if bool(start is None) != bool(end is None):
        error = ValidationError(_("Enter both times, or none."), code="required")
        raise ValidationError({"end" if end is None else "start": error})
    if start is not None and start == end:
        raise ValidationError({"end": ValidationError(_("Enter a time other than the first one."), code="invalid")})


def set_hours(user: User, start: time | None, end: time | None, *, weekends: bool) -> None:
    """Store the quiet hours of a person; without times and weekends, delete them. Raise as check_hours.

    What waits already is sent at the next run, once the hours are over.
    """
    check_hours(start, end)
    if start is None and not weekends:
        QuietHours.objects.filter(user=user).delete()
        return
    values = {
        "start": MIDNIGHT if start is None else start,
        "end": MIDNIGHT if end is None else end,
        "weekends": weekends,
    }
    QuietHours.objects.update_or_create(user=user, defaults=values)


def is_quiet(start: time, end: time, *, weekends: bool, local: datetime) -> bool:
    """Return whether quiet hours are in force at a local time. Pure. Equal times are no hours."""
    if weekends and local.weekday() >= SATURDAY:
        return True
    at = local.time()
    return start <= at < end if start <= end else at >= start or at < end


def quiet_people(users: Iterable[User], now: datetime) -> set[int]:
    """Return the ids of those people whose quiet hours are in force, in one query."""
    people = {user.pk: user for user in users}
    hours = QuietHours.objects.filter(user__in=people)
    return {one.user_id for one in hours if in_force(one, people[one.user_id], now)}


def in_force(hours: QuietHours, user: User, now: datetime) -> bool:
    """Return whether the quiet hours of a person are in force."""
    return is_quiet(hours.start, hours.end, weekends=hours.weekends, local=now.astimezone(user.zone))


def hold_incident(incident: Incident, rule: Rule, users: Iterable[User], event: str, now: datetime) -> set[int]:
    """Hold the message about an incident for the people in quiet hours, and return their ids.

    A person who waits for the message that it opened gets none that it closed. A person who already has one about it,
    from before their quiet hours or from a critical rule, waits for none when another rule joins it.
    """
    if rule.is_critical:
        return set()
    quiet = quiet_people(users, now)
    alerted = alerted_people(incident)
    if event == HeldAlert.Event.OPENED:
        _hold(quiet - alerted, rule, incident, event, now, now)
        return quiet
    own = Q(incident=incident) | Q(incident__joined=incident)
    opened = HeldAlert.objects.filter(own, event=HeldAlert.Event.OPENED)
    waiting = set(opened.values_list("user_id", flat=True)) - alerted
    _hold(quiet - waiting, rule, incident, event, now, now)
    return quiet | waiting


def hold_mentions(rule: Rule, users: Iterable[User], window: Window, now: datetime) -> set[int]:
    """Hold the message about the new mentions of a window for the people in quiet hours, and return their ids."""
    quiet = set() if rule.is_critical else quiet_people(users, now)
    _hold(quiet, rule, None, HeldAlert.Event.MENTIONS, window.start, window.end)
    return quiet


def _hold(
    users: Iterable[int], rule: Rule, incident: Incident | None, event: str, since: datetime, until: datetime
) -> None:
    """Store one row per person: the first of several about the same stays, and ends with the last of them."""
    held = {"rule": rule, "incident": incident, "event": event, "since": since, "until": until}
    HeldAlert.objects.bulk_create(
        [HeldAlert(user_id=pk, **held) for pk in sorted(users)],
        update_conflicts=True,
        update_fields=["until"],
        unique_fields=["user", "rule", "incident", "event"],
    )
