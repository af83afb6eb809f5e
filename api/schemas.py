"""The bodies of the API's requests and responses that several operations share, field by field. Times are UTC.

Called by the operations in api/; the descriptions appear in the OpenAPI document. A schema that only one operation
uses is in that operation's file.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, create_model

from monitoring.content.scrub import is_storable
from monitoring.insights.dimension import Dimension
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.documents import FoundDocument
from monitoring.insights.engagement import MAX_POINTS, points_of
from monitoring.insights.mentions import MentionRow
from monitoring.insights.periods import BUCKETS, PERIODS
from monitoring.messages.source_errors import error_text
from monitoring.models import Credential, EngagementPoint, Keyword, Mention, Source
from monitoring.models.mentions import probabilities
from monitoring.services.corrections import LABELS
from monitoring.services.platform_sources import shown_settings

Item = TypeVar("Item")
# The default of fields that a PATCH may leave out; a null in the body is an error all the same.
UNSET: Any = None

if TYPE_CHECKING:
    # mypy accepts no Literal of computed values.
    KeywordType = str
    MentionStatus = str
    Sentiment = str
    Label = str
    SourceState = str
    Period = str
    Bucket = str
else:
    KeywordType = Literal[tuple(Keyword.Type.values)]
    MentionStatus = Literal[tuple(Mention.Status.values)]
    Sentiment = Literal[tuple(Mention.Sentiment.values)]
    Label = Literal[tuple(label.value for label in LABELS)]
    SourceState = Literal[tuple(Source.State.values)]
    Period = Literal[PERIODS]
    Bucket = Literal[BUCKETS]


def _check_storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("NUL or half a surrogate pair")  # api/validation_messages.py has the sentence
    return text


Text = Annotated[str, AfterValidator(_check_storable)]


class Body(Schema):
    """A request body; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class Items(Schema, Generic[Item]):
    items: list[Item]


class PersonOut(Schema):
    id: int
    name: str


class ProjectOut(Schema):
    id: int = Field(alias="project.id")
    name: str = Field(alias="project.name")
    role: str
    is_sample: bool = Field(alias="project.is_sample")


class KeywordIn(Body):
    name: Text
    query: Text
    type: KeywordType = Keyword.Type.BRAND.value
    languages: list[Text] = []
    platforms: list[Text] = []


class KeywordPatch(Body):
    name: Text = UNSET
    query: Text = UNSET
    type: KeywordType = UNSET
    languages: list[Text] = UNSET
    platforms: list[Text] = UNSET
    paused: bool = UNSET


class KeywordOut(Schema):
    id: int
    name: str
    type: KeywordType
    query: str
    languages: list[str]
    platforms: list[str]
    paused: bool = Field(alias="is_paused")
    created_at: datetime


class SourceIn(Body):
    url: Text = Field(max_length=2000)
    is_secret: bool = Field(False, description="the whole URL is secret: show its host only")
    sealed: str = Field("", max_length=10_000, description="the encrypted URL of a candidate whose `url` has a “…”")


class SourcePatch(Body):
    paused: bool | None = None
    tags: list[Text] | None = Field(None, description="replaces all tags: up to 10 of 50 characters")


class SourceError(Schema):
    """Why a source fails: what happened (`message`), what to do (`advice`), and since when."""

    code: str
    message: str
    advice: str
    since: datetime | None


class SourceReport(Schema):
    """The part that the last check of a platform could not see. `wider` and `unsearchable` are IDs of keywords."""

    searches: int = Field(1, description="searches that one round takes")
    gap: bool = Field(False, description="the last check didn’t reach the one before; the next goes on there")
    skipped: int = Field(0, description="malformed items")
    wider: list[int] = Field([], description="searched more widely than their queries, then filtered")
    unsearchable: list[int] = Field([], description="not searched: the platform can’t express their queries")


class CredentialName(Schema):
    """A key or account. Its secrets are never sent."""

    id: int
    name: str

    @staticmethod
    def resolve_name(credential: Credential) -> str:
        return str(credential)


class SourceOut(Schema):
    id: int
    platform: str
    settings: dict[str, str] = Field(description="settings of the platform, without secrets; {} for feeds")
    credential: CredentialName | None
    report: SourceReport | None = Field(description="null for feeds, and before the first check")
    url: str = Field(description="with “…” for each password or token in it")
    title: str
    tags: list[str]
    site_url: str
    previous_url: str = Field(description="the URL from which the source moved at `moved_at`")
    moved_at: datetime | None
    state: SourceState
    is_truncated: bool = Field(description="the feed was cut short at the last successful check: items may be missing")
    last_polled_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    next_poll_at: datetime
    error: SourceError | None = None

    @staticmethod
    def resolve_settings(source: Source) -> dict[str, str]:
        return shown_settings(source)

    @staticmethod
    def resolve_report(source: Source) -> dict[str, object] | None:
        return source.report or None

    @staticmethod
    def resolve_error(source: Source) -> dict[str, object] | None:
        if not source.error_code:
            return None
        text = error_text(source.error_code)
        return {
            "code": source.error_code,
            "message": str(text.message),
            "advice": str(text.advice),
            "since": source.failing_since,
        }


class SourceName(Schema):
    id: int
    title: str

    @staticmethod
    def resolve_title(source: Source) -> str:
        return str(source)


class KeywordName(Schema):
    id: int
    name: str


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
    mentions: list[MentionOut]

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


class KeywordVolume(Schema):
    keyword: KeywordName
    counts: list[int]
    total: int


class VolumeOut(Schema):
    """`starts` are the start times of the buckets; each list of counts has one number per bucket."""

    since: datetime
    until: datetime
    zone: str
    bucket: Bucket
    starts: list[datetime]
    keywords: list[KeywordVolume]
    totals: list[int]
    total: int
    capped: bool


class PeriodParameters(Schema):
    """The period of a MentionFilter, for the OpenAPI document; MentionFilter itself reads and checks it."""

    period: Period | None = Field(None, description="7d by default; custom with from and to")
    from_: str | None = Field(None, alias="from", description="a date, or an ISO 8601 time; in your time zone")
    to: str | None = Field(None, description="like from; a date is inclusive, a time exclusive")
    by: Literal["published", "found"] | None = Field(None, description="the period’s time; published by default")


def filter_parameters(dimensions: Iterable[Dimension]) -> type[Schema]:
    """Return the schema of a MentionFilter's parameters: its period and one field per dimension."""
    fields: dict[str, Any] = {
        one.parameter: (
            list[str] if one.is_many else str | None,
            Field([] if one.is_many else None, description=one.description or None),
        )
        for one in dimensions
    }
    doc = "The parameters of a mention filter: its period and its conditions."
    return create_model("FilterParameters", __base__=PeriodParameters, __doc__=doc, **fields)


if TYPE_CHECKING:
    FilterParameters = PeriodParameters  # mypy accepts no computed class
else:
    FilterParameters = filter_parameters(DIMENSIONS.values())
