"""Which mentions of each side of a comparison its official accounts replied to, as far as Vigie has read the replies.

In: sides of comparison.py. Out: frozen rows. A reply is an item of an official account (Author.speaks_for) that its
platform marks as a direct reply to the mention, within REPLIED_WITHIN. Of a side, the newest MAX_REPLIES are read.
Called by the compare page and the API.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from statistics import median
from uuid import UUID

from monitoring.content.native_keys import key_of
from monitoring.insights.comparison import Side
from monitoring.insights.filters import MentionFilter
from monitoring.models import Author, Document, DocumentSource
from monitoring.models.documents import Kind

MAX_ACCOUNTS = 200  # of all sides
MAX_REPLIES = 2000  # of a side
REPLIED_WITHIN = timedelta(days=30)
# Nobody replies to an article or a video of the press as to a customer.
KINDS = (Kind.POST.value, Kind.COMMENT.value, Kind.REVIEW.value)


@dataclass(frozen=True, slots=True)
class Replied:
    """A mention (the id of its document), its first reply (likewise), and the seconds between them."""

    document_id: int
    reply_id: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SideReplies:
    """The official accounts of a side, the number of mentions by others on their platforms, and those replied to.

    `replied` has the mention with the newest reply first. `is_complete` if all replies were read: else some mentions
    that were replied to are missing.
    """

    side: Side
    accounts: tuple[Author, ...]
    mentions: int = 0
    replied: tuple[Replied, ...] = ()
    is_complete: bool = True

    @property
    def median_s(self) -> float | None:
        return median(one.seconds for one in self.replied) if self.replied else None


@dataclass(frozen=True, slots=True)
class _Reply:
    """An item of an official account, and the key of the post replied to."""

    document_id: int
    platform: str
    parent: UUID
    published: datetime


_Parents = Mapping[tuple[str, UUID], int]  # documents by platform and key


def read_replies(sides: Sequence[Side]) -> list[SideReplies]:
    """Return the replies of each side; a side without official accounts has none."""
    accounts = _accounts(sides)
    own = [[one for one in accounts if one.speaks_for_id in side.ids] for side in sides]
    replies = [_replies(of_side, sides[0].f) if of_side else [] for of_side in own]
    parents = _parents(chain(*replies), sides[0].f.project_id) if any(replies) else {}
    found = zip(sides, own, replies, strict=True)
    return [_side_replies(side, of_side, written, parents) for side, of_side, written in found]


def _accounts(sides: Sequence[Side]) -> list[Author]:
    ids = [one for side in sides for one in side.ids]
    return list(Author.objects.filter(speaks_for__in=ids, erased_at=None).order_by("pk")[:MAX_ACCOUNTS])


def _replies(accounts: Iterable[Author], f: MentionFilter) -> list[_Reply]:
    """Return the replies that accounts wrote, newest first."""
    rows = Document.objects.filter(
        written_by__in=[one.pk for one in accounts],
        published__gte=f.since,
        published__lt=f.until + REPLIED_WITHIN,
        deleted_at=None,
    ).exclude(reply_to="")
    columns = rows.order_by("-published", "-pk").values_list("pk", "platform", "reply_to", "published")
    return [
        _Reply(pk, platform, key_of(parent), published) for pk, platform, parent, published in columns[:MAX_REPLIES]
    ]


def _parents(replies: Iterable[_Reply], project_id: int) -> _Parents:
    keys = {one.parent for one in replies}
    seen = DocumentSource.objects.filter(source__project=project_id, native_key__in=keys)
    found = seen.values_list("document__platform", "native_key", "document_id")
    return {(platform, key): document for platform, key, document in found}


def _side_replies(side: Side, own: Sequence[Author], replies: Sequence[_Reply], parents: _Parents) -> SideReplies:
    f = _of_customers(side.f, {one.platform for one in own})
    if f is None:
        return SideReplies(side, tuple(own))
    # Newest first, so the earliest reply to a mention is the one that stays.
    first = {parents[one.platform, one.parent]: one for one in replies if (one.platform, one.parent) in parents}
    rows = f.mentions().filter(document__in=first).exclude(document__written_by__in=own)
    replied = [
        Replied(pk, first[pk].document_id, max((first[pk].published - published).total_seconds(), 0))
        for pk, published in rows.values_list("document_id", "document__published").distinct()
        if first[pk].published - published <= REPLIED_WITHIN
    ]
    replied.sort(key=lambda one: (first[one.document_id].published, one.reply_id), reverse=True)
    by_themselves = f.mentions().filter(document__written_by__in=own).values("document_id").distinct().count()
    mentions = f.document_count - by_themselves
    return SideReplies(side, tuple(own), mentions, tuple(replied), is_complete=len(replies) < MAX_REPLIES)


def _of_customers(f: MentionFilter, platforms: Iterable[str]) -> MentionFilter | None:
    """Narrow a filter to items that people post on these platforms. None if it leaves nothing."""
    left = sorted(set(platforms) & set(f.platforms or platforms))
    kinds = tuple(kind for kind in KINDS if kind in (f.kinds or KINDS))
    return f.replace(platforms=tuple(left), kinds=kinds) if left and kinds else None
