"""Authors as lists show them, and the card on a mention.

In: rows of monitoring/insights/authors.py. Out: frozen rows for templates/authors/ and
templates/mentions/_author_card.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from dashboards.presenters.mention_rows import shown_mention
from monitoring.insights import authors
from monitoring.insights.author_profile import whole_history
from monitoring.insights.authors import Waiting
from monitoring.insights.mentions import MentionRow
from monitoring.messages.labels import AUTHOR_LABELS, platform_name
from monitoring.models import Author, Document
from workplace.welcome_replies import WelcomeReply

LABEL_TONES = {"detractor": "neg", "ambassador": "pos"}


@dataclass(frozen=True)
class ShownLabel:
    name: str
    tone: str


@dataclass(frozen=True)
class ShownAuthor:
    """An author as lists, pages and cards show it. `place` is the platform, or the site of a name.

    `query` is that of the list of all `mentions`.
    """

    id: int
    name: str
    initial: str
    handle: str
    place: str
    profile: str
    labels: tuple[ShownLabel, ...]
    tags: tuple[str, ...]
    followers: int | None
    mentions: int
    query: str
    first_at: datetime | None
    last_at: datetime | None
    erased_at: datetime | None


@dataclass(frozen=True)
class ShownWaiting:
    """An author on the welcome queue, the mention to reply to, None if it is gone, and the reply to start with."""

    author: ShownAuthor
    is_return: bool
    since: datetime
    mention_id: int | None
    title: str
    saved_reply_id: int | None


def shown_author(author: Author) -> ShownAuthor:
    name = str(author)
    labels = tuple(
        ShownLabel(str(AUTHOR_LABELS[key]), LABEL_TONES.get(key, ""))
        for key, column in authors.LABELS.items()
        if getattr(author, column)
    )
    return ShownAuthor(
        id=author.pk,
        name=name,
        initial=name[:1].upper(),
        handle=author.handle if author.handle != name else "",
        place=author.site or platform_name(author.platform),
        profile=author.url,
        labels=labels,
        tags=tuple(sorted(one.tag for one in author.tags.all())),
        followers=author.followers,
        mentions=author.mention_count,
        query=whole_history(author, author.first_at, timezone.get_current_timezone()).to_query(),
        first_at=author.first_at,
        last_at=author.last_at,
        erased_at=author.erased_at,
    )


def shown_authors(rows: Iterable[Author]) -> list[ShownAuthor]:
    return [shown_author(row) for row in rows]


def shown_waiting(rows: Iterable[Waiting], reply: WelcomeReply) -> list[ShownWaiting]:
    """Return the rows of the welcome queue; a mention without a title has the start of its text."""
    return [
        ShownWaiting(
            author=shown_author(row.author),
            is_return=row.is_return,
            since=row.welcome_at,
            mention_id=row.mention.pk if row.mention else None,
            title=shown_mention(MentionRow(row.mention.document, (row.mention,))).title if row.mention else "",
            saved_reply_id=reply.id_for(row.mention.language if row.mention else ""),
        )
        for row in rows
    ]


def author_of(document: Document) -> ShownAuthor | None:
    """Return the author of an item for its card, None if nobody is known."""
    if document.written_by_id is None:
        return None
    author = Author.objects.filter(pk=document.written_by_id).prefetch_related("tags").first()
    return shown_author(author) if author and author.erased_at is None else None
