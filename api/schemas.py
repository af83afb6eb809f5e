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
from monitoring.content.values import MAX_ID
from monitoring.insights.dimension import Dimension
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.periods import BUCKETS, PERIODS
from monitoring.messages.source_errors import error_text
from monitoring.models import Credential, Keyword, Mention, Source
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
Id = Annotated[int, Field(ge=1, le=MAX_ID)]


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
