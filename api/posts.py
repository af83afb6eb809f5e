"""The API's posts: the editorial calendar of a project.

Members read, managers write through workplace/posts.py. A change names the `version` that it was made on; another one
returns 409. Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from datetime import time as wall_time
from typing import TYPE_CHECKING, Any, Literal

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Membership, Project, Role, User
from api.problems import Conflicting, InvalidField
from api.schemas import UNSET, Body, Id, Items, PersonOut, Text
from monitoring.insights.cursors import is_cursor
from workplace import post_reads, posts
from workplace.calendar.statuses import STEPS
from workplace.calendar.text_limits import PLATFORMS, count
from workplace.models import Post, PostVariant
from workplace.post_pictures import read_pictures_of
from workplace.post_reads import LISTS, PostFilter
from workplace.post_texts import OwnLinks, links_of
from workplace.posting_slots import plan_in_slot
from workplace.posts import PostChanged, PostValues

router = Router(tags=["posts"])

if TYPE_CHECKING:
    # mypy accepts no Literal of computed values.
    ListName = str
    PostStatus = str
    PostType = str
    StepName = str
    PlatformName = str
else:
    ListName = Literal[LISTS]
    PostStatus = Literal[tuple(Post.Status.values)]
    PostType = Literal[tuple(Post.Kind.values)]
    StepName = Literal[tuple(STEPS)]
    PlatformName = Literal[PLATFORMS]


class PostText(Body):
    platform: PlatformName
    text: Text = Field("", description="empty to use the text of the post")


class PostPatch(Body):
    """`day` and `time` are the clock of `time_zone`, which is yours by default."""

    title: Text = UNSET
    text: Text = UNSET
    type: PostType = UNSET
    campaign: Text = UNSET
    owner_id: Id | None = UNSET
    reviewer_id: Id | None = UNSET
    platforms: list[PostText] = Field(UNSET, description="replaces all platforms")
    day: date | None = UNSET
    time: wall_time | None = UNSET
    time_zone: Text = UNSET


class PostIn(PostPatch):
    title: Text
    is_idea: bool = Field(False, description="an idea instead of a draft")


class PostChange(PostPatch):
    version: int


class PostMove(Body):
    version: int
    day: date
    time: wall_time | None = Field(None, description="the present one by default, else 09:00")


class PostStep(Body):
    version: int
    step: StepName
    comment: Text = ""
    links: dict[PlatformName, Text] = Field({}, description="of the published post, by platform")


class PostVersion(Body):
    version: int


class PostCommentIn(Body):
    comment: Text


class PostCommentOut(Schema):
    id: int
    author: PersonOut | None = Field(description="null if the account was deleted")
    text: str
    created_at: datetime


class PostPlatformOut(Schema):
    """The text of a post on a platform, with its length as the platform counts it; a `limit` of 0 is none."""

    platform: str
    text: str
    own_text: str
    url: str
    length: int
    limit: int
    account_id: int | None = Field(description="the account with which Vigie publishes it; null for by hand")
    place: str = Field(description="the subreddit or category, for platforms that need one")
    title: str = Field(description="the title there, for platforms that need one")


class PictureOut(Schema):
    """A picture of a post, a JPEG; `alt` is empty as long as it has no description."""

    id: int
    alt: str
    width: int
    height: int


class PostOut(Schema):
    id: int
    title: str
    text: str
    type: str
    campaign: str
    status: str
    owner_id: int | None
    reviewer_id: int | None
    approved_by_id: int | None
    platforms: list[PostPlatformOut]
    pictures: list[PictureOut]
    day: date | None
    time: wall_time | None
    time_zone: str
    due_at: datetime | None
    published_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class PostPageOut(Schema):
    items: list[PostOut]
    next_cursor: str | None


class PostListParameters(Schema):
    which: ListName = "upcoming"
    status: PostStatus | None = None
    type: PostType | None = None
    platform: PlatformName | None = None
    campaign: Text = ""
    cursor: str = ""


PATH = "/projects/{int:project_id}/posts"
POST_PATH = PATH + "/{int:post_id}"


@router.get(PATH, response=PostPageOut)
def list_posts(request: SignedInRequest, project_id: int, parameters: Query[PostListParameters]) -> dict[str, object]:
    """List upcoming posts by time, past ones from the newest, or those without a date, 50 per page."""
    project = membership_of(request.user, project_id).project
    if parameters.cursor and not is_cursor(parameters.cursor):
        raise InvalidField("cursor", _("Unknown value: “%(value)s”.") % {"value": parameters.cursor[:100]}, "invalid")
    chosen = PostFilter(
        status=parameters.status or "",
        kind=parameters.type or "",
        platform=parameters.platform or "",
        campaign=parameters.campaign,
    )
    page = post_reads.page(project, parameters.which, chosen, timezone.now(), parameters.cursor)
    read_pictures_of(page.posts)
    links = links_of(project)
    return {"items": [_out(post, links) for post in page.posts], "next_cursor": page.cursor or None}


@router.post(PATH, response={201: PostOut})
def create_post(request: SignedInRequest, project_id: int, post: PostIn) -> Status:
    """Create a draft, or an idea."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    values = _values(project, post, PostValues(title=post.title, time_zone=request.user.time_zone))
    status = Post.Status.IDEA if post.is_idea else Post.Status.DRAFT
    with _named_errors():
        made = posts.create_post(project, request.user, values, status)
    return Status(201, _read(project, made.pk))


@router.get(POST_PATH, response=PostOut)
def get_post(request: SignedInRequest, project_id: int, post_id: int) -> dict[str, object]:
    return _read(membership_of(request.user, project_id).project, post_id)


@router.patch(POST_PATH, response=PostOut)
def change_post(request: SignedInRequest, project_id: int, post_id: int, post: PostChange) -> dict[str, object]:
    """Change the fields that are sent. A changed text needs a new approval."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found = post_of(project, post_id)
    values = _values(project, post, present(found))
    return done(project, lambda: posts.change_post(found, request.user, post.version, values))


@router.post(POST_PATH + "/move", response=PostOut)
def move_post(request: SignedInRequest, project_id: int, post_id: int, move: PostMove) -> dict[str, object]:
    """Plan a post for another day of its time zone. The hour stays, also across daylight saving time."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found = post_of(project, post_id)
    at = move.time or found.due_time or wall_time(9)
    return done(project, lambda: posts.move_post(found, request.user, move.version, move.day, at))


@router.post(POST_PATH + "/steps", response=PostOut)
def take_step(request: SignedInRequest, project_id: int, post_id: int, step: PostStep) -> dict[str, object]:
    """Change the status of a post, such as `request`, `approve`, `schedule` or `publish`."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found = post_of(project, post_id)
    links = {str(name): url for name, url in step.links.items()}
    return done(
        project,
        lambda: posts.take_step(found, request.user, step.version, step.step, links=links, comment=step.comment),
    )


@router.post(POST_PATH + "/slot", response=PostOut)
def fill_slot(request: SignedInRequest, project_id: int, post_id: int, body: PostVersion) -> dict[str, object]:
    """Plan a post for the next weekly slot of one of its platforms that no other post of that platform has."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found = post_of(project, post_id)
    return done(project, lambda: plan_in_slot(found, request.user, body.version, timezone.now()))


@router.get(POST_PATH + "/comments", response=Items[PostCommentOut])
def list_comments(request: SignedInRequest, project_id: int, post_id: int) -> dict[str, object]:
    """List the comments of the team on a post, the oldest first."""
    found = post_of(membership_of(request.user, project_id).project, post_id)
    return {"items": list(found.comments.select_related("author").order_by("created_at", "pk"))}


@router.post(POST_PATH + "/comments", response={201: PostCommentOut})
def add_comment(request: SignedInRequest, project_id: int, post_id: int, comment: PostCommentIn) -> Status:
    """Comment on a post, for the team: a comment is never published."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return Status(201, posts.add_comment(post_of(project, post_id), request.user, comment.comment))


@router.delete(POST_PATH, response={204: None})
def delete_post(request: SignedInRequest, project_id: int, post_id: int) -> Status:
    """Delete a post with its comments."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    posts.delete_post(post_of(project, post_id), request.user)
    return Status(204, None)


def done(project: Project, change: Callable[[], Post], field: str = "platforms") -> dict[str, object]:
    """Return the post after a change. Raises Conflicting if another person has changed it since."""
    try:
        with _named_errors(field):
            return _read(project, change().pk)
    except PostChanged as error:
        detail = _("Another person has changed this post meanwhile. Its version is %(version)s now.")
        raise Conflicting(detail % {"version": error.post.version}, []) from None


@contextmanager
def _named_errors(field: str = "platforms") -> Iterator[None]:
    """Name the fields of the API in the errors of the service; `field` has the platforms."""
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        names = {"kind": "type", "at": "time", "owner": "owner_id", "reviewer": "reviewer_id"}
        names |= dict.fromkeys(PLATFORMS, field)
        raise ValidationError({names.get(name, name): text for name, text in error.error_dict.items()}) from None


def _values(project: Project, body: PostPatch, values: PostValues) -> PostValues:
    """Return the values with the fields that were sent. Raises InvalidField for an unknown person."""
    sent: dict[str, Any] = body.dict(exclude_unset=True)
    known = {"title": "title", "text": "text", "type": "kind", "campaign": "campaign"}
    known |= {"day": "day", "time": "at", "time_zone": "time_zone"}
    changes = {known[name]: value for name, value in sent.items() if name in known}
    for name in ("owner", "reviewer"):
        if f"{name}_id" in sent:
            changes[name] = _person(project, f"{name}_id", sent[f"{name}_id"])
    if "platforms" in sent:
        changes["platforms"] = {one["platform"]: one.get("text", "").strip() for one in sent["platforms"]}
    return replace(values, **changes)


def _person(project: Project, field: str, pk: int | None) -> User | None:
    if pk is None:
        return None
    member = Membership.objects.select_related("user").filter(project=project, user=pk).first()
    if member is None:
        raise InvalidField(field, _("Not found in this project."), "invalid")
    return member.user


def present(post: Post) -> PostValues:
    return PostValues(
        title=post.title,
        text=post.text,
        kind=post.kind,
        campaign=post.campaign,
        owner=post.owner,
        reviewer=post.reviewer,
        platforms={one.platform: one.text for one in post.variants.all()},
        day=post.due_day,
        at=post.due_time,
        time_zone=post.time_zone,
    )


def post_of(project: Project, post_id: int) -> Post:
    post = post_reads.posts_of(project).select_related("project", "owner", "reviewer").filter(pk=post_id).first()
    if post is None:
        raise Http404
    return post


def _read(project: Project, post_id: int) -> dict[str, object]:
    post = post_of(project, post_id)
    read_pictures_of([post])
    return _out(post, links_of(project))


def _out(post: Post, links: OwnLinks) -> dict[str, object]:
    renamed = {"type": post.kind, "day": post.due_day, "time": post.due_time}
    names = (name for name in PostOut.model_fields if name not in (*renamed, "platforms", "pictures"))
    variants = sorted(post.variants.all(), key=lambda one: PLATFORMS.index(one.platform))
    return {
        **{name: getattr(post, name) for name in names},
        **renamed,
        "platforms": [_platform(post, one, links) for one in variants],
        "pictures": [{name: getattr(one, name) for name in PictureOut.model_fields} for one in post.pictures.all()],
    }


def _platform(post: Post, variant: PostVariant, links: OwnLinks) -> dict[str, object]:
    text = links.text_of(post, variant)
    counted = count(text, variant.platform)
    return {
        "platform": variant.platform,
        "text": text,
        "own_text": variant.text,
        "url": variant.url,
        "length": counted.length,
        "limit": counted.limit,
        "account_id": variant.credential_id,
        "place": variant.place,
        "title": variant.title,
    }
