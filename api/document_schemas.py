"""The bodies of documents with their mentions, and what the team set for them. Times are UTC.

Called by the operations that return documents, which read the rows with `with_triage`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import prefetch_related_objects
from ninja import Schema
from pydantic import Field

from api.schemas import UNSET, Body, KeywordName, Label, MentionStatus, PersonOut, Sentiment, SourceName
from monitoring.insights.documents import FoundDocument
from monitoring.insights.engagement import MAX_POINTS, points_of
from monitoring.insights.mentions import MentionRow
from monitoring.models import EngagementPoint, Mention, Triage
from monitoring.models.mentions import probabilities

Row = TypeVar("Row", MentionRow, FoundDocument)


def with_triage(rows: Sequence[Row]) -> Sequence[Row]:
    """Read what was set for the documents of these rows, in three queries."""
    prefetch_related_objects([row.document for row in rows], "tags", "triage__assignee")
    return rows


class Probabilities(Schema):
    negative: float
    neutral: float
    positive: float


class MentionOut(Schema):
    """The match of a document with one keyword. `sentiment` is about this keyword and null until it is analyzed.
    `probabilities` are the model's, also after a correction. `unmatched_at` is set while the document no longer
    matches because of an edit of its source.
    """

    id: int
    keyword: KeywordName
    status: MentionStatus
    found_at: datetime
    unmatched_at: datetime | None
    sentiment: Sentiment | None
    sentiment_is_corrected: bool
    probabilities: Probabilities | None

    @staticmethod
    def resolve_sentiment(mention: Mention) -> str | None:
        return mention.sentiment or None

    @staticmethod
    def resolve_sentiment_is_corrected(mention: Mention) -> bool:
        return mention.analyzed_by == Mention.BY_PERSON

    @staticmethod
    def resolve_probabilities(mention: Mention) -> dict[str, float] | None:
        return probabilities(mention)


class MentionPatch(Body):
    status: MentionStatus = UNSET
    sentiment: Label | None = Field(None, description="null undoes a correction")
    expected: MentionStatus = Field(UNSET, description="the status that you saw, with `status`")


class TriageOut(Schema):
    """The work on a document, under all keywords; the status is that of each mention."""

    assignee: PersonOut | None
    tags: list[str]
    founded: bool | None = Field(alias="is_founded", description="whether a complaint is founded")
    reason: str = Field(description='why there is deliberately no reply; "" if nobody said so')
    reason_note: str
    snoozed_until: datetime | None = Field(description="also of a snooze that is over")
    due_at: datetime | None = Field(description="when a reply is due")
    first_replied_at: datetime | None

    @staticmethod
    def resolve_tags(triage: Triage) -> list[str]:
        return sorted(one.tag for one in triage.document.tags.all())


class DocumentOut(Schema):
    """A document and its mentions. `title` and `text` are plain text; `language` is "" if unknown.

    `published` is null if its source gives no usable date; the document is then sorted by when it was fetched.
    `edited_at` is when its source last changed the title or the text, as far as Vigie has read; null if it never did.
    `deleted_at` is when Vigie learned that the platform has deleted it, or when the platform's terms ended its
    storage; its texts, URL and author are then "".
    Counts and `rating` are null, and texts "", where the source does not give them.
    """

    document_id: int = Field(alias="document.id")
    url: str = Field(alias="document.url")
    title: str = Field(alias="document.title")
    text: str = Field(alias="document.text")
    is_truncated: bool = Field(
        alias="document.is_truncated", description="only the first 200,000 characters of the text are stored"
    )
    author: str = Field(alias="document.author")
    author_url: str = Field(alias="document.author_url")
    author_handle: str = Field(alias="document.author_handle")
    author_id: int | None = Field(
        alias="document.written_by_id", description="of the operations on authors; null without an author"
    )
    followers: int | None = Field(alias="document.followers", description="of the author")
    kind: str = Field(alias="document.kind", description="post, comment, review, article or video")
    engagement: int | None = Field(alias="document.engagement", description="reactions, comments and shares")
    likes: int | None = Field(alias="document.likes")
    replies: int | None = Field(alias="document.replies")
    shares: int | None = Field(alias="document.shares")
    views: int | None = Field(alias="document.views")
    rating: float | None = Field(alias="document.rating", description="1 to 5 stars")
    country: str = Field(alias="document.country", description="ISO 3166 code")
    reply_to: str = Field(alias="document.reply_to", description="the platform’s ID of the post it responds to")
    thread: str = Field(alias="document.thread", description="the platform’s ID of the conversation’s first post")
    language: str = Field(alias="document.language")
    platform: str = Field(alias="document.platform")
    published: datetime | None
    fetched_at: datetime = Field(alias="document.fetched_at")
    edited_at: datetime | None = Field(alias="document.edited_at")
    deleted_at: datetime | None = Field(alias="document.deleted_at")
    source: SourceName | None = Field(alias="mention.source")
    story_id: int | None = Field(alias="document.story_id", description="null for items that are in no story")
    others: int = Field(0, description="further items of the story, with `stories=fold`")
    similarity: float | None = Field(
        None, description="to the phrase of a search by meaning, 1 for the same meaning; null without one"
    )
    triage: TriageOut
    mentions: list[MentionOut]

    @staticmethod
    def resolve_triage(row: MentionRow | FoundDocument) -> Triage:
        """Return what was set for the document, or what nobody has set."""
        return getattr(row.document, "triage", None) or Triage(document=row.document, reason="", reason_note="")

    @staticmethod
    def resolve_published(row: MentionRow | FoundDocument) -> datetime | None:
        return row.document.published if row.document.published_is_known else None


class CountsOut(Schema):
    """The counts of a document at a time, null where unknown."""

    at: datetime
    likes: int | None
    replies: int | None
    shares: int | None
    views: int | None
    engagement: int | None


class MentionDetail(DocumentOut):
    """The document of one mention, with how its counts changed."""

    engagement_history: list[CountsOut] = Field(
        description=f"the last {MAX_POINTS} readings that changed a count, oldest first; [] if none has changed"
    )

    @staticmethod
    def resolve_engagement_history(row: MentionRow) -> list[EngagementPoint]:
        return points_of(row.document)


class DocumentPage(Schema):
    items: list[DocumentOut]
    next: str | None
