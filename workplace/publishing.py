"""Publish the posts of the editorial calendar where an account of the platform was chosen for them, each once.

`begin_due` is called by tasks.py every few seconds: from then on, nobody can change a scheduled post whose time has
come. Each of its platforms has a row, written in the same transaction. `send_due` makes the requests;
workplace/sending.py makes sure that each is published once. When the last row ends, so does the post: published, or
failed if a row has failed; what is published stays, and scheduling the post again publishes the rest. People get an
email about a failure, and about an outcome that nobody knows.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.lost_session import drop_lost_session
from monitoring.models import Credential
from monitoring.platforms.replies import PublishedReply, ReplyRequest, ReplyTarget
from monitoring.polling.replies import open_publisher, takes_pictures
from monitoring.records import PollError
from workplace import sending
from workplace.models import OutgoingPost, Post, PostVariant
from workplace.post_messages import write_problem
from workplace.post_pictures import pictures_to_publish
from workplace.post_reminders import people_of
from workplace.post_texts import links_of

log = logging.getLogger(__name__)
State, Status = OutgoingPost.State, Post.Status

# A later post is not published any more without asking: Vigie was not running, and the moment has passed. Later than
# its time, or than its last change: people schedule posts again that have failed.
LATEST = timedelta(hours=6)
TOO_LATE = "too_late"
MAX_PER_RUN = 100


def begin_due(now: datetime) -> int:
    """Begin to publish the scheduled posts whose time has come and that have an account. Return how many."""
    sent = OutgoingPost.objects.filter(variant=OuterRef("pk"), state=State.SENT)
    left = PostVariant.objects.filter(~Exists(sent), post=OuterRef("pk"), credential__isnull=False)
    due = Post.objects.filter(Exists(left), status=Status.SCHEDULED, due_at__lte=now, project__deleted_at=None)
    done = 0
    for pk in due.order_by("due_at", "pk").values_list("pk", flat=True)[:MAX_PER_RUN]:
        try:
            done += _begin(pk, now)
        except Exception:  # one post's failure never stops the others
            log.exception("event=post id=%s status=crashed", pk)
            drop_lost_session()
    return done


def send_due() -> int:
    """Send, or look for, the posts that are due, one after another. Return how many."""
    return sending.send_due(lambda now: sending.claim(OutgoingPost, now), _attempt)


def resolve_unknown(post: Post, *, was_published: bool) -> list[tuple[str, str]]:
    """Store what a person found out about the rows of a post whose outcome is unknown.

    Return the platforms that failed in the same run, with the reason. Raises ValidationError while a row is being
    sent. Called in the transaction of the step, which has locked the post: a locked row isn't waited for, since its
    worker may wait for the post.
    """
    found = OutgoingPost.objects.filter(variant__post=post, state__in=OutgoingPost.OPEN)
    rows = list(found.select_for_update(skip_locked=True, of=("self",)))
    if len(rows) < found.count() or any(row.state != State.UNKNOWN for row in rows):
        raise ValidationError(_("The post is being published. Wait a moment."), code="wrong_status")
    state = State.SENT if was_published else State.FAILED
    failed = _failed(latest_rows(post).values())
    OutgoingPost.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, due_at=None)
    return failed


def latest_rows(post: Post) -> dict[int, OutgoingPost]:
    """Return the last row of each platform of a post, by the id of the variant."""
    rows = OutgoingPost.objects.filter(variant__post=post).order_by("variant", "-pk").distinct("variant")
    rows = rows.select_related("variant")
    return {row.variant_id: row for row in rows}


def _begin(pk: int, now: datetime) -> bool:
    """Write the rows of a post. False if another worker has it, or somebody changed it meanwhile."""
    with transaction.atomic():
        rows = Post.objects.select_for_update(of=("self",), skip_locked=True).select_related("project")
        post = rows.filter(pk=pk, status=Status.SCHEDULED, due_at__lte=now).first()
        if post is None or post.due_at is None:
            return False
        sent = OutgoingPost.objects.filter(variant__post=post, state=State.SENT).values("variant")
        variants = post.variants.filter(credential__isnull=False).exclude(pk__in=sent).select_related("credential")
        if max(post.due_at, post.updated_at) < now - LATEST:
            _fail(post, [(one.platform, TOO_LATE) for one in variants])
            return True
        links = links_of(post.project)
        texts = {variant.pk: links.text_of(post, variant) for variant in variants}
        created = [_row(post, one, texts[one.pk], one.credential, now) for one in variants if one.credential]
        OutgoingPost.objects.bulk_create(created)
        if created:
            _change(post, Status.PUBLISHING, "post.publishing", platforms=[row.variant.platform for row in created])
        return bool(created)


def _row(post: Post, variant: PostVariant, text: str, credential: Credential, now: datetime) -> OutgoingPost:
    return OutgoingPost(
        project=post.project,
        variant=variant,
        credential=credential,
        account=str(credential)[:200],
        user=post.owner,
        text=text,
        title=variant.title,
        place=variant.place,
        due_at=now,
        created_at=now,
    )


def _attempt(row: OutgoingPost) -> None:
    credential = sending.credential_of(row)
    if credential is None:
        sending.store(row, PollError("account_removed"), None, OUTCOMES)
    elif row.attempts > sending.MAX_ATTEMPTS:
        sending.store(row, PollError("unexpected_response", "no attempt came to an end"), None, OUTCOMES)
    else:
        pictures = pictures_to_publish(row.variant.post_id) if takes_pictures(credential) else ()
        request = ReplyRequest(
            *("", {}, {}, ReplyTarget(""), row.text, row.key, row.created_at),
            pictures=pictures,
            title=row.title,
            place=row.place,
        )
        with open_publisher(credential, request) as replier:
            if isinstance(replier, PollError):
                sending.store(row, replier, None, OUTCOMES)
            else:
                sending.publish_or_find(row, replier, OUTCOMES)


def _store_published(row: OutgoingPost, published: PublishedReply) -> None:
    """Store that the post is at the platform, with its address."""
    with transaction.atomic():
        post = _locked_post(row)
        if sending.finish(row, State.SENT, **sending.published_values(row, published)):
            PostVariant.objects.filter(pk=row.variant_id).update(url=published.url)
            _settle(post, timezone.now())


def _store_failed(row: OutgoingPost, problem: PollError) -> None:
    with transaction.atomic():
        post = _locked_post(row)
        if sending.finish(row, State.FAILED, **sending.error_values(problem)):
            _settle(post, timezone.now())


def _report_lost(row: OutgoingPost) -> None:
    """Ask a person to look: nobody knows whether the post was published."""
    post = _locked_post(row)
    write_problem(post, people_of(post), [(row.variant.platform, "reply_unknown")])


OUTCOMES = sending.Outcomes(_store_published, _store_failed, _report_lost)


def _locked_post(row: OutgoingPost) -> Post:
    """Lock the post first, as everybody who changes it does. Two rows that end together settle it one by one."""
    rows = Post.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    return rows.get(variants=row.variant_id)


def _settle(post: Post, now: datetime) -> None:
    """End a post whose rows have all ended. It stays scheduled if people publish it on a further platform."""
    last = latest_rows(post).values()
    if post.status != Status.PUBLISHING or any(row.state in OutgoingPost.OPEN for row in last):
        return
    if failed := _failed(last):
        _fail(post, failed)
    elif post.variants.filter(credential=None, url="").exists():
        _change(post, Status.SCHEDULED, "post.partly_published")
    else:
        post.published_at = now
        _change(post, Status.PUBLISHED, "post.published")


def _failed(last: Iterable[OutgoingPost]) -> list[tuple[str, str]]:
    """Return the platforms that failed in the last run: one that people publish on since has no row of it."""
    rows = list(last)
    begun = max((row.created_at for row in rows), default=None)
    return [
        (row.variant.platform, row.error_code) for row in rows if row.state == State.FAILED and row.created_at == begun
    ]


def _fail(post: Post, reasons: list[tuple[str, str]]) -> None:
    _change(post, Status.FAILED, "post.failed", reasons=dict(reasons))
    write_problem(post, people_of(post), reasons)


def _change(post: Post, status: str, action: str, **detail: object) -> None:
    """Store a status that Vigie sets itself."""
    post.status, post.updated_at = status, timezone.now()
    post.version += 1
    post.save(update_fields=["status", "updated_at", "version", "published_at"])
    record(post.project, None, action, post.title, post=post.pk, **detail)
    log.info("event=post id=%s status=%s", post.pk, status)
