"""Choose with which account each platform of a post is published, and what the platform needs beyond the text.

Some platforms need a place (a subreddit, a category) and a title, which are published with the text: another title
needs a new approval, as another text does. Each change writes the activity log. Called by the pages and the API.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import User
from monitoring.content.scrub import is_storable
from monitoring.messages.labels import translated
from monitoring.models import Credential
from monitoring.platforms.base import Setting
from monitoring.platforms.replies import Replies
from monitoring.polling.replies import post_accounts, post_platform, settings_of
from workplace.calendar.statuses import status_after_edit
from workplace.models import Post, PostVariant
from workplace.post_words import place_name
from workplace.posts import PostChanged, rules_of


@dataclass(frozen=True)
class PostPlace:
    """Where a post goes on a platform, and its title there, as people enter them."""

    place: str = ""
    title: str = ""


@dataclass(frozen=True)
class PlaceFields:
    """The fields that a platform needs in addition: its place, and a title of at most `longest_title` characters."""

    place: Setting
    longest_title: int


def place_fields(credential: Credential) -> PlaceFields | None:
    """Return what posts with an account need beyond their text, None if nothing."""
    posts = _posts_of(credential)
    return PlaceFields(posts.place, posts.longest_title) if posts and posts.place else None


def choose_accounts(
    post: Post,
    user: User,
    version: int,
    chosen: Mapping[str, int | None],
    places: Mapping[str, PostPlace] | None = None,
) -> Post:
    """Store with which account each platform is published, by the id of the credential; None for by hand.

    Places that are left out stay as they are. Raises ValidationError, by platform for a wrong place or title, and
    PostChanged for another version than the present one.
    """
    accounts = post_accounts(post.project)
    with transaction.atomic():
        locked = Post.objects.select_for_update(of=("self",), no_key=True).get(pk=post.pk)
        if locked.version != version:
            raise PostChanged(locked)
        if not locked.is_editable:
            raise ValidationError(_("A published or canceled post can’t be changed."), code="closed")
        changed, has_new_title = [], False
        for variant in locked.variants.order_by("pk"):
            if variant.platform not in chosen:
                continue
            before = _stored(variant)
            known = {account.pk: account for account in accounts.get(variant.platform, ())}
            _choose(variant, known, chosen[variant.platform], (places or {}).get(variant.platform))
            if _stored(variant) != before:
                variant.save(update_fields=["credential", "title", "place"])
                changed.append(variant.platform)
                has_new_title |= before[1] != variant.title
        if has_new_title:
            _withdraw_approval(locked, user)
        if changed:
            locked.version += 1
            locked.updated_at = timezone.now()
            locked.save()
            record(post.project, user, "post.accounts_chosen", post.title, post=post.pk, platforms=changed)
    return locked


def _choose(variant: PostVariant, known: Mapping[int, Credential], pk: int | None, entered: PostPlace | None) -> None:
    """Set the account of a platform, and its place and title if it needs them."""
    if pk is None:
        variant.credential = None
        return
    if pk not in known:
        raise ValidationError(_("This account can’t publish posts. Choose another one."), code="invalid")
    variant.credential = known[pk]
    if fields := place_fields(known[pk]):
        entered = entered or PostPlace(variant.place, variant.title)
        posts = _posts_of(known[pk])
        variant.place = posts.place_of(entered.place.strip(), settings_of(known[pk])) if posts else ""
        variant.title = " ".join(entered.title.split())
        if problem := _problem(variant, fields, entered.place.strip()):
            raise ValidationError({variant.platform: ValidationError(problem, code="invalid")})


def _problem(variant: PostVariant, fields: PlaceFields, entered: str) -> str:
    name, label = place_name(variant.platform), translated(fields.place.label)
    if not entered or not variant.title:
        text = _("%(platform)s: enter a title and the field “%(field)s”.")
        return text % {"platform": name, "field": label}
    if not variant.place:
        text = _("%(platform)s: “%(value)s” is no valid value of “%(field)s”. Example: %(example)s")
        return text % {"platform": name, "value": entered[:100], "field": label, "example": fields.place.example}
    if len(variant.title) > fields.longest_title:
        text = _("%(platform)s: the title can have at most %(limit)s characters.")
        return text % {"platform": name, "limit": fields.longest_title}
    return "" if is_storable(variant.title) else _("This contains an invalid character.")


def _posts_of(credential: Credential) -> Replies | None:
    platform = post_platform(credential.platform)
    return platform.posts if platform else None


def _stored(variant: PostVariant) -> tuple[int | None, str, str]:
    return variant.credential_id, variant.title, variant.place


def _withdraw_approval(post: Post, user: User) -> None:
    """Let a person other than the one who wrote the title approve it."""
    post.status = status_after_edit(post.status, needs_approval=rules_of(post.project).needs_approval)
    post.written_by, post.approved_by, post.approved_at = user, None, None
