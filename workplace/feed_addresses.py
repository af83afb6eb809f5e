"""Create, list, revoke and read the secret feed addresses of a person.

A feed shows what its owner would see in the list; it ends when they leave the project, when its keyword or view is
deleted or no longer shared with them, and when it is revoked. Called by the pages and the API.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Membership, User, new_token, token_digest
from delivery.links import absolute
from monitoring.insights.filters import MentionFilter
from monitoring.models import Keyword
from workplace import secret_addresses
from workplace.models import FeedAddress
from workplace.saved_views import views_of

FORMATS = ("atom", "json")
MAX_ADDRESSES = 20  # of one person in a project


def addresses_of(membership: Membership) -> QuerySet[FeedAddress]:
    """Return a member's addresses, the newest first."""
    own = FeedAddress.objects.filter(project=membership.project_id, user=membership.user_id)
    return own.select_related("keyword", "view").order_by("-created_at", "-pk")


def create_address(
    membership: Membership, *, keyword_id: int | None = None, view_id: int | None = None
) -> tuple[FeedAddress, str]:
    """Create an address of a keyword or of a view. Return it with its token, which cannot be shown again.

    Raises ValidationError by field.
    """
    project, user = membership.project, membership.user
    if (keyword_id is None) == (view_id is None):
        raise _not_found()
    keyword = Keyword.objects.filter(project=project, pk=keyword_id).first() if keyword_id else None
    view = views_of(user, project.pk).filter(pk=view_id).first() if view_id else None
    if keyword is None and view is None:
        raise _not_found()
    with transaction.atomic():
        # One person's addresses are created one after the other, so their number is checked.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if addresses_of(membership).count() >= MAX_ADDRESSES:
            text = ngettext("You can have %(number)s feed.", "You can have up to %(number)s feeds.", MAX_ADDRESSES)
            raise ValidationError({"about": ValidationError(text % {"number": MAX_ADDRESSES}, code="too_many")})
        token = new_token()
        address = FeedAddress.objects.create(
            project=project, user=user, keyword=keyword, view=view, digest=token_digest(token)
        )
        record(project, user, "feed.created", str(address), feed=address.pk)
    return address, token


def urls_of(token: str) -> dict[str, str]:
    """Return the addresses that a token gives, by format."""
    return {name: absolute(reverse("feed", args=[token, name])) for name in FORMATS}


def revoke_address(address: FeedAddress, user: User) -> None:
    """Revoke an address: it responds with 404 from now on."""
    secret_addresses.revoke(address, user, "feed.revoked", feed=address.pk)


def read_address(token: str, now: datetime) -> FeedAddress | None:
    """Return the address of a token and record the read; None if it is unknown or its owner may not see it."""
    address = secret_addresses.find_address(FeedAddress.objects.select_related("keyword", "view"), token)
    if address is None or not _may_see(address):
        return None
    secret_addresses.note_read(address, now)
    return address


def query_of(address: FeedAddress) -> str:
    """Return the query string of the list that a feed shows: of a keyword, the last 30 days."""
    return address.view.query if address.view else f"keyword={address.keyword_id}&period=30d"


def filter_of(address: FeedAddress, now: datetime) -> MentionFilter:
    """Return the filter of a feed, which is always in the order of time, also that of a view by urgency."""
    params, user = QueryDict(query_of(address)), address.user
    f = MentionFilter.from_query(address.project, params, now, user.zone, person_id=user.pk)
    return f.replace(order="")


def _not_found() -> ValidationError:
    return ValidationError({"about": ValidationError(_("Choose a keyword or a saved view."), code="required")})


def _may_see(address: FeedAddress) -> bool:
    return address.view is None or views_of(address.user, address.project_id).filter(pk=address.view.pk).exists()
