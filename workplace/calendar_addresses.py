"""Create, list, revoke and read the secret calendar addresses of a person, and write what they show.

A calendar shows the posts that its owner may see; it ends when they leave the project and when it is revoked. Called
by the pages and the API.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Membership, Project, User, new_token, token_digest
from delivery.links import absolute
from workplace import secret_addresses
from workplace.calendar.ics import PostEvent, write_ics
from workplace.calendar.statuses import APPROVED, CANCELED, PUBLISHED, SCHEDULED
from workplace.models import CalendarAddress, Post
from workplace.post_reads import posts_of

MAX_ADDRESSES = 10  # of one person in a project
BEHIND, AHEAD = timedelta(days=90), timedelta(days=400)  # posts in a calendar
MAX_EVENTS = 2000


def addresses_of(membership: Membership) -> QuerySet[CalendarAddress]:
    """Return a member's addresses, the newest first."""
    own = CalendarAddress.objects.filter(project=membership.project_id, user=membership.user_id)
    return own.select_related("project").order_by("-created_at", "-pk")


def create_address(membership: Membership) -> tuple[CalendarAddress, str]:
    """Create an address. Return it with its URL, which cannot be shown again. Raises ValidationError."""
    project, user = membership.project, membership.user
    with transaction.atomic():
        # One person's addresses are created one after the other, so their number is checked.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if addresses_of(membership).count() >= MAX_ADDRESSES:
            text = ngettext(
                "You can have %(number)s calendar address.", "You can have up to %(number)s calendar addresses.", 10
            )
            raise ValidationError(text % {"number": MAX_ADDRESSES}, code="too_many")
        token = new_token()
        address = CalendarAddress.objects.create(project=project, user=user, digest=token_digest(token))
        record(project, user, "calendar_address.created", project, address=address.pk)
    return address, absolute(reverse("calendar_feed", args=[token]))


def revoke_address(address: CalendarAddress, user: User) -> None:
    """Revoke an address: it responds with 404 from now on."""
    secret_addresses.revoke(address, user, "calendar_address.revoked", address=address.pk)


def read_address(token: str, now: datetime) -> CalendarAddress | None:
    """Return the address of a token and record the read; None if it is unknown or its owner has left."""
    address = secret_addresses.find_address(CalendarAddress.objects.all(), token)
    if address:
        secret_addresses.note_read(address, now)
    return address


def calendar_of(project: Project, now: datetime) -> bytes:
    """Return the posts around now as iCalendar, with texts in the active language."""
    posts = posts_of(project).filter(due_at__gte=now - BEHIND, due_at__lt=now + AHEAD).exclude(status=CANCELED)
    name = _("%(project)s: editorial calendar") % {"project": project.name}
    return write_ics(name, events_of(posts.order_by("due_at", "pk")[:MAX_EVENTS]))


def events_of(posts: Iterable[Post]) -> list[PostEvent]:
    """Return posts with a date as events, in the zone of each."""
    return [
        PostEvent(
            uid=uid_of(post.pk),
            title=post.title,
            text=post.text,
            start=post.due_at.astimezone(post.zone),
            changed=post.updated_at,
            version=post.version,
            url=absolute(reverse("post", args=[post.project_id, post.pk])),
            categories=tuple(filter(None, (str(post.get_kind_display()), post.campaign))),
            is_firm=post.status in (APPROVED, SCHEDULED, PUBLISHED),
        )
        for post in posts
        if post.due_at
    ]


def uid_of(post_id: int) -> str:
    """Return the identity of a post in calendars."""
    return f"post-{post_id}@{urlsplit(settings.BASE_URL).hostname}"
