"""When people respond to what a project publishes, and publish about its brands: the good and quiet hours of posts.

In: a project and a zone. Out: the hours of the week of the last 90 days. Called by the pages. Responses are replies
that mention a brand, to posts and replies that Vigie published and to items of official accounts, and the likes and
shares that posts gained by the hour (workplace/post_engagement.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Project
from monitoring.content.native_keys import key_of
from monitoring.insights.breakdown import project_subject
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import newest_documents
from monitoring.insights.profile import profile
from monitoring.models import Document, DocumentSource
from monitoring.models.documents import Kind
from workplace.calendar.hours import Response, WeekHours
from workplace.models import OutgoingPost, OutgoingReply, PostGain

PERIOD = timedelta(days=90)
ANSWERED_WITHIN = timedelta(days=30)  # later replies to older posts are few
MAX_REPLIES = 5000  # newest mentions that are read
MAX_OWN = 2000  # newest own items of each kind
SENT = OutgoingPost.State.SENT


@dataclass(frozen=True)
class GoodHours:
    """The hours of responses and those of mentions; pages use the responses if they are enough."""

    responses: WeekHours
    mentions: WeekHours

    @property
    def used(self) -> WeekHours:
        return self.responses if self.responses.is_enough else self.mentions


def good_hours(project: Project, zone: tzinfo, now: datetime) -> GoodHours:
    """Return the hours of the week in a zone. It counts all mentions of 90 days: call it within a time limit."""
    f = project_subject(project, now - PERIOD, now).replace(zone=zone)
    found = chain(_replies(f), _gains(project, now)) if f.keywords else _gains(project, now)
    heat = profile(f).heat if f.keywords else [[0] * 24] * 7
    return GoodHours(WeekHours.of_responses(found, zone, _published(f)), WeekHours.of(heat))


def _published(f: MentionFilter) -> Iterator[datetime]:
    """Yield when the project published what people respond to."""
    sent = {"project": f.project_id, "state": SENT, "sent_at__gte": f.since}
    for model in (OutgoingPost, OutgoingReply):
        times = model.objects.filter(**sent).order_by("-pk").values_list("sent_at", flat=True)[:MAX_OWN]
        yield from (at for at in times if at)
    yield from _official(f, f.since).order_by("-pk").values_list("document__published", flat=True)[:MAX_OWN]


def _official(f: MentionFilter, since: datetime) -> QuerySet[DocumentSource]:
    """Return the items of the official accounts."""
    return DocumentSource.objects.filter(
        document__project=f.project_id,
        document__written_by__speaks_for__in=f.keywords,
        document__published__gte=since,
        document__deleted_at=None,
    )


def _gains(project: Project, now: datetime) -> Iterator[Response]:
    rows = PostGain.objects.filter(post__project=project, at__gte=now - PERIOD, at__lte=now)
    for at, variant, count in rows.order_by("pk").values_list("at", "post__variant", "count"):
        yield Response(at, f"variant {variant}", count)


def _replies(f: MentionFilter) -> Iterator[Response]:
    """Yield the mentions that reply to the project’s own items."""
    own = _own_items(f)
    if not own:
        return
    kinds = (Kind.POST.value, Kind.COMMENT.value)
    newest = newest_documents(f.replace(kinds=kinds), MAX_REPLIES)
    rows = Document.objects.filter(pk__in=newest, deleted_at=None).exclude(reply_to="")
    rows = rows.exclude(written_by__speaks_for__project=f.project_id)
    found = {
        pk: Response(published, item)
        for pk, platform, parent, published in rows.values_list("pk", "platform", "reply_to", "published")
        if (item := own.get((platform, key_of(parent))))
    }
    # A thread of one's own is no response.
    keys = {key for _platform, key in own}
    own_rows = DocumentSource.objects.filter(document__in=found, native_key__in=keys)
    for pk in set(own_rows.values_list("document_id", flat=True)):
        found.pop(pk)
    yield from found.values()


def _own_items(f: MentionFilter) -> dict[tuple[str, UUID], str]:
    """Return the keys of what the project published, by platform and key of the native id."""
    since = f.since - ANSWERED_WITHIN
    posts = OutgoingPost.objects.filter(project=f.project_id, state=SENT, sent_at__gte=since).exclude(native_id="")
    replies = OutgoingReply.objects.filter(project=f.project_id, state=SENT, sent_at__gte=since).exclude(native_id="")
    own = {
        (platform, key): f"document {pk}"
        for platform, key, pk in _official(f, since)
        .order_by("-pk")
        .values_list("document__platform", "native_key", "document_id")[:MAX_OWN]
    }
    for platform, native_id, pk in replies.order_by("-pk").values_list("document__platform", "native_id", "pk")[
        :MAX_OWN
    ]:
        own[platform, key_of(native_id)] = f"reply {pk}"
    fields = ("variant__platform", "native_id", "variant")
    for platform, native_id, variant in posts.order_by("-pk").values_list(*fields)[:MAX_OWN]:
        own[platform, key_of(native_id)] = f"variant {variant}"
    return own
