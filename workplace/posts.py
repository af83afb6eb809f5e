"""Every change that a person makes to a post of the editorial calendar, with its entry in the activity log.

Each change names the `version` that the person saw: if another person has changed the post meanwhile, nothing is
written and PostChanged has the present one. Raises ValidationError by field. Called by the pages and the API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Project, User
from workplace.calendar.statuses import status_after, status_after_edit, steps_from
from workplace.calendar.wall_clock import WallClock
from workplace.models import CalendarRules, OutgoingPost, Post, PostComment, PostVariant
from workplace.post_checks import YEARS, checked_comment, checked_links, checked_rules, errors_of
from workplace.post_messages import write_decision, write_problem, write_request
from workplace.post_pictures import PictureValues, set_pictures, shown_pictures, write_new
from workplace.post_reminders import people_of
from workplace.project_rules import change_rules
from workplace.publishing import resolve_unknown

MAX_POSTS = 20_000  # per project: ten per day for five years


class PostChanged(Exception):
    """Somebody else has changed the post since; `post` is the present one."""

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self.post = post


@dataclass(frozen=True)
class PostValues:
    """The values that people enter. `platforms` has the text of each platform, "" where that of the post is used.

    `day` and `at` are the wall clock of `time_zone`. Without `pictures`, a stored post leaves them alone.
    """

    title: str
    text: str = ""
    kind: str = Post.Kind.INFORMATION
    campaign: str = ""
    owner: User | None = None
    reviewer: User | None = None
    platforms: Mapping[str, str] = field(default_factory=dict)
    day: date | None = None
    at: time | None = None
    time_zone: str = "UTC"
    pictures: Sequence[PictureValues] | None = None


def rules_of(project: Project) -> CalendarRules:
    """Return the project's rules; without any, nothing is asked for."""
    return CalendarRules.objects.filter(project=project).first() or CalendarRules(project=project)


def set_rules(project: Project, user: User, **values: object) -> None:
    """Change the rules for posts; `values` are fields of CalendarRules. Raises ValidationError by field."""
    change_rules(CalendarRules, project, user, "calendar_rules.changed", checked_rules(values))


def create_post(project: Project, user: User, values: PostValues, status: str = Post.Status.DRAFT) -> Post:
    """Create an idea or a draft."""
    post = Post(project=project, status=status, written_by=user)
    _assign(post, values)
    new_pictures = write_new(values.pictures)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # one at a time: their number is limited
        if project.posts.count() >= MAX_POSTS:
            text = ngettext(
                "A project can have %(count)s post.", "A project can have up to %(count)s posts.", MAX_POSTS
            )
            raise ValidationError({"title": ValidationError(text % {"count": MAX_POSTS}, code="too_many")})
        post.save()
        _set_platforms(post, values.platforms)
        set_pictures(post, values.pictures or (), new_pictures)
        record(project, user, "post.created", post.title, post=post.pk, status=post.status)
    return post


def change_post(post: Post, user: User, version: int, values: PostValues) -> Post:
    """Change what a post says and shows, and when. A changed text or picture is not approved any more."""
    new_pictures = write_new(values.pictures)
    with transaction.atomic():
        post = _locked(post, version)
        if not post.is_editable:
            raise ValidationError(_("A published or canceled post can’t be changed."), code="closed")
        before, texts = _shown(post), _texts(post)
        _assign(post, values)
        if post.status == Post.Status.SCHEDULED and post.due_at is None:
            raise ValidationError({"day": ValidationError(_("A scheduled post needs a date."), code="required")})
        changed = sorted(name for name, value in _shown(post).items() if before[name] != value)
        content = ["texts"] if texts != (post.text, dict(values.platforms)) else []
        if values.pictures is not None:
            pictures = shown_pictures(post)
            set_pictures(post, values.pictures, new_pictures)
            content += ["pictures"] if pictures != shown_pictures(post) else []
        if content:
            changed += content
            post.status = status_after_edit(post.status, needs_approval=rules_of(post.project).needs_approval)
            post.written_by, post.approved_by, post.approved_at = user, None, None
        if changed:
            _set_platforms(post, values.platforms)
            _store(post, user, "post.changed", fields=changed)
    return post


def move_post(post: Post, user: User, version: int, day: date, at: time) -> Post:
    """Plan a post for another day or time of its own zone. The wall clock stays across daylight saving time."""
    return plan_post(post, user, version, WallClock(day, at, post.zone))


def plan_post(post: Post, user: User, version: int, clock: WallClock) -> Post:
    """Plan a post for a wall clock of any zone."""
    if clock.day.year not in YEARS:
        raise ValidationError({"day": ValidationError(_("Enter a date from 2000 to 2100."), code="invalid")})
    with transaction.atomic():
        post = _locked(post, version)
        if not post.is_editable:
            raise ValidationError(_("A published or canceled post can’t be changed."), code="closed")
        before, zone = (post.due_day, post.due_time, post.time_zone), str(clock.zone)
        if before != (clock.day, clock.at, zone):
            _plan(post, clock.day, clock.at, zone)
            _store(post, user, "post.moved", day=clock.day.isoformat(), time=clock.at.isoformat("minutes"))
    return post


def take_step(
    post: Post, user: User, version: int, step: str, *, links: Mapping[str, str] | None = None, comment: str = ""
) -> Post:
    """Change the status of a post by a step of workplace/calendar/statuses.py. `links` are where it was published."""
    with transaction.atomic():
        post = _locked(post, version)
        _check_step(post, user, step)
        now, failed = timezone.now(), []
        if post.status == Post.Status.PUBLISHING:
            failed = resolve_unknown(post, was_published=step == "publish")
        if step == "approve":
            post.approved_by, post.approved_at = user, now
        elif step == "return":
            post.approved_by, post.approved_at = None, None
        post.status = status_after(step, is_approved=post.is_approved)
        if step == "publish":
            post.published_at = None if failed else now
            post.status = Post.Status.FAILED if failed else post.status
            set_links(post, links or {})
        if comment.strip():
            PostComment.objects.create(post=post, author=user, text=checked_comment(comment))
        _store(post, user, f"post.{post.status}", step=step)
        if step == "publish" and failed:
            write_problem(post, people_of(post), failed)
        if step == "request":
            write_request(post, user)
        elif step in ("approve", "return"):
            write_decision(post, user, is_approved=step == "approve")
    return post


def change_links(post: Post, user: User, version: int, links: Mapping[str, str]) -> Post:
    """Change where a published post is."""
    with transaction.atomic():
        post = _locked(post, version)
        set_links(post, links)
        _store(post, user, "post.linked")
    return post


def set_links(post: Post, links: Mapping[str, str]) -> None:
    """Store where a post was published, by platform. Raises ValidationError by platform."""
    checked = checked_links(links)
    for variant in post.variants.order_by("pk"):
        url = checked.get(variant.platform, variant.url)
        if url != variant.url:
            PostVariant.objects.filter(pk=variant.pk).update(url=url)


def add_comment(post: Post, user: User, text: str) -> PostComment:
    """Write a comment for the team."""
    with transaction.atomic():
        comment = PostComment.objects.create(post=post, author=user, text=checked_comment(text))
        record(post.project, user, "post.commented", post.title, post=post.pk)
    return comment


def delete_post(post: Post, user: User) -> None:
    """Delete a post with its comments. Raises ValidationError while it is being published."""
    with transaction.atomic():
        Post.objects.select_for_update().get(pk=post.pk)
        if OutgoingPost.objects.filter(variant__post=post, due_at__isnull=False).exists():
            raise ValidationError(_("The post is being published. Wait a moment."), code="wrong_status")
        record(post.project, user, "post.deleted", post.title, post=post.pk)
        post.delete()


def steps_of(post: Post, user: User, *, needs_approval: bool) -> list[str]:
    """Return the steps that this person can take now."""
    steps = steps_from(post.status, needs_approval=needs_approval, is_approved=post.is_approved)
    hidden = {"approve"} if post.written_by_id == user.pk else set()
    if post.due_at is None or not post.variants.all():
        hidden.add("schedule")
    return [step for step in steps if step not in hidden]


def _check_step(post: Post, user: User, step: str) -> None:
    needs_approval = rules_of(post.project).needs_approval
    if step == "approve" and post.written_by_id == user.pk:
        raise ValidationError(_("Another person must approve a post that you wrote."), code="own_text")
    if step == "schedule" and post.due_at is None:
        raise ValidationError({"day": ValidationError(_("A scheduled post needs a date."), code="required")})
    if step == "schedule" and not post.variants.exists():
        raise ValidationError({"platforms": ValidationError(_("Choose at least one platform."), code="required")})
    if step not in steps_from(post.status, needs_approval=needs_approval, is_approved=post.is_approved):
        if step in ("schedule", "publish") and needs_approval and not post.is_approved:
            raise ValidationError(_("Only approved posts can be scheduled in this project."), code="not_approved")
        raise ValidationError(_("This can’t be done with the post’s current status."), code="wrong_status")


def _assign(post: Post, values: PostValues) -> None:
    """Set the fields of a post and check them together."""
    post.title, post.text = " ".join(values.title.split()), values.text.replace("\r\n", "\n").strip()
    post.kind, post.campaign = values.kind, " ".join(values.campaign.split())
    post.owner, post.reviewer = values.owner, values.reviewer
    if errors := errors_of(post, values.platforms, values.day, values.at, values.time_zone):
        raise ValidationError(errors)
    _plan(post, values.day, values.at, values.time_zone)


def _plan(post: Post, day: date | None, at: time | None, time_zone: str) -> None:
    post.due_day, post.due_time, post.time_zone = day, at, time_zone
    clock: WallClock | None = post.wall_clock
    due_at = clock.instant if clock else None
    if due_at != post.due_at:
        post.due_at, post.reminded_at = due_at, None


def _set_platforms(post: Post, platforms: Mapping[str, str]) -> None:
    """Store the platforms of a post with their texts; links of those that stay are left alone."""
    removed = post.variants.exclude(platform__in=list(platforms))
    if removed.filter(outgoing__state=OutgoingPost.State.SENT).exists():
        # Its row is what prevents a second publication.
        text = _("The post is already published there. Keep the platform.")
        raise ValidationError({"platforms": ValidationError(text, code="published")})
    removed.delete()
    PostVariant.objects.bulk_create(
        [PostVariant(post=post, platform=name, text=text) for name, text in platforms.items()],
        update_conflicts=True,
        unique_fields=["post", "platform"],
        update_fields=["text"],
    )


def _shown(post: Post) -> dict[str, object]:
    names = ("title", "kind", "campaign", "owner_id", "reviewer_id", "due_day", "due_time", "time_zone")
    return {name: getattr(post, name) for name in names}


def _texts(post: Post) -> tuple[str, dict[str, str]]:
    return post.text, {variant.platform: variant.text for variant in post.variants.all()}


def _locked(post: Post, version: int) -> Post:
    rows = Post.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    found = rows.get(pk=post.pk)
    if found.version != version:
        raise PostChanged(found)
    return found


def _store(post: Post, user: User, action: str, **detail: object) -> None:
    post.version += 1
    post.updated_at = timezone.now()
    post.save()
    record(post.project, user, action, post.title, post=post.pk, **detail)


def is_late(post: Post, now: datetime) -> bool:
    """Return whether a scheduled post has passed its time without being published."""
    return post.status == Post.Status.SCHEDULED and post.due_at is not None and post.due_at <= now
