"""The weekly posting slots of a project: add and remove them, and let a post fall into the next free one.

Raises ValidationError. Called by the pages and the API.
"""

from collections.abc import Sequence
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User, validate_time_zone
from workplace.calendar.slots import Slot, Taken, next_free
from workplace.calendar.statuses import CANCELED
from workplace.calendar.text_limits import PLATFORMS
from workplace.calendar.wall_clock import WallClock
from workplace.models import Post, PostingSlot, PostVariant
from workplace.post_words import place_name
from workplace.posts import plan_post

MAX_SLOTS = 200  # per project


def slots_of(project: Project) -> list[PostingSlot]:
    """Return the slots of a project in the order of the week."""
    return list(PostingSlot.objects.filter(project=project).order_by("weekday", "at", "platform"))


def add_slot(project: Project, user: User, platform: str, weekday: int, at: time, time_zone: str = "") -> PostingSlot:
    """Add a slot at a time of a zone, by default the person’s."""
    zone = time_zone or user.time_zone
    validate_time_zone(zone)
    if platform not in PLATFORMS or not 0 <= weekday <= 6:
        raise ValidationError(_("Choose a platform and a weekday."), code="invalid")
    if project.posting_slots.count() >= MAX_SLOTS:
        raise ValidationError(_("This project has too many slots. Remove some first."), code="too_many")
    try:
        with transaction.atomic():
            slot = PostingSlot.objects.create(
                project=project, platform=platform, weekday=weekday, at=at, time_zone=zone
            )
            record(project, user, "posting_slot.created", place_name(platform), weekday=weekday, time=f"{at:%H:%M}")
    except IntegrityError:
        raise ValidationError(_("This slot exists already."), code="unique") from None
    return slot


def remove_slot(slot: PostingSlot, user: User) -> None:
    """Remove a slot; posts that fell into it stay where they are."""
    with transaction.atomic():
        detail = {"weekday": slot.weekday, "time": f"{slot.at:%H:%M}"}
        record(slot.project, user, "posting_slot.deleted", place_name(slot.platform), **detail)
        slot.delete()


def free_slot(post: Post, slots: Sequence[PostingSlot], now: datetime) -> WallClock | None:
    """Return the next free slot of a post's platforms, None if they have none."""
    platforms = [one.platform for one in post.variants.all()]
    own = [one.slot for one in slots if one.platform in platforms]
    return next_free(own, platforms, _taken(post, own, now), now) if own else None


def plan_in_slot(post: Post, user: User, version: int, now: datetime) -> Post:
    """Plan a post for the next free slot. Two posts that are planned at the same time get two slots."""
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=post.project_id)
        clock = free_slot(post, slots_of(post.project), now)
        if clock is None:
            raise ValidationError(_("The platforms of this post have no free slot."), code="no_slot")
        return plan_post(post, user, version, clock)


def _taken(post: Post, slots: Sequence[Slot], now: datetime) -> Taken:
    """Return the times that other posts of these platforms have."""
    rows = PostVariant.objects.filter(post__project=post.project_id, platform__in={one.platform for one in slots})
    planned = rows.filter(post__due_at__gt=now).exclude(post__status=CANCELED).exclude(post=post.pk)
    return {(platform, at) for platform, at in planned.values_list("platform", "post__due_at") if at}
