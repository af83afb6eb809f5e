"""What goes into and comes out of the API's operations (api/mentions.py), field by field. Times are UTC."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, create_model

from monitoring.content.scrub import is_storable
from monitoring.insights.dimensions import DIMENSIONS, Dimension
from monitoring.insights.periods import BUCKETS, PERIODS
from monitoring.messages.source_errors import words
from monitoring.models import Keyword, Mention, Source
from monitoring.models.mentions import probabilities
from monitoring.services.corrections import LABELS

Item = TypeVar("Item")
KeywordType = Literal[tuple(Keyword.Type.values)]
MentionStatus = Literal[tuple(Mention.Status.values)]
Sentiment = Literal[tuple(Mention.Sentiment.values)]
Label = Literal[tuple(label.value for label in LABELS)]
Bucket = Literal[BUCKETS]


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("a text cannot hold the character NUL or half a surrogate pair")
    return text


Text = Annotated[str, AfterValidator(_storable)]


class Body(Schema):
    """What callers send: a field that does not exist is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Items(Schema, Generic[Item]):
    items: list[Item]


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
    name: Text = None
    query: Text = None
    type: KeywordType = None
    languages: list[Text] = None
    platforms: list[Text] = None
    paused: bool = None


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


class SourcePatch(Body):
    paused: bool


class SourceError(Schema):
    """Why a source cannot be heard: `what` happened and what to `do`."""

    code: str
    what: str
    do: str
    since: datetime | None


class SourceOut(Schema):
    id: int
    platform: str
    url: str
    title: str
    site_url: str
    state: Literal[tuple(Source.State.values)]
    last_polled_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    next_poll_at: datetime
    error: SourceError | None = None

    @staticmethod
    def resolve_url(source: Source) -> str:
        return source.shown_url

    @staticmethod
    def resolve_error(source: Source) -> dict[str, object] | None:
        if not source.error_code:
            return None
        told = words(source.error_code)
        return {
            "code": source.error_code,
            "what": str(told.what),
            "do": str(told.do),
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
    """`sentiment` is towards this keyword, null while it is not judged. `probabilities` are the model's, whatever a
    person made of it.
    """

    id: int
    keyword: KeywordName
    status: MentionStatus
    found_at: datetime
    sentiment: Sentiment | None
    sentiment_is_corrected: bool
    probabilities: Probabilities | None

    @staticmethod
    def resolve_sentiment(mention: Mention) -> str | None:
        return mention.sentiment or None

    @staticmethod
    def resolve_sentiment_is_corrected(mention: Mention) -> bool:
        return mention.judged_by == Mention.BY_PERSON

    @staticmethod
    def resolve_probabilities(mention: Mention) -> dict[str, float] | None:
        return probabilities(mention)


class MentionPatch(Body):
    status: MentionStatus = None
    sentiment: Label | None = Field(None, description="null takes a correction back")


class StoryOut(Schema):
    """A document and its mentions. `title` and `text` are plain text; `language` is "" where it is unknown."""

    document_id: int = Field(alias="document.id")
    url: str = Field(alias="document.url")
    title: str = Field(alias="document.title")
    text: str = Field(alias="document.text")
    author: str = Field(alias="document.author")
    author_url: str = Field(alias="document.author_url")
    language: str = Field(alias="document.language")
    platform: str = Field(alias="document.platform")
    published: datetime = Field(alias="document.published")
    source: SourceName | None = Field(alias="mention.source")
    mentions: list[MentionOut]


class StoryPage(Schema):
    items: list[StoryOut]
    next: str | None


class VolumeLine(Schema):
    keyword: KeywordName
    counts: list[int]
    total: int


class VolumeOut(Schema):
    """`starts` are the beginnings of the buckets; each list of counts has one number for each of them."""

    since: datetime
    until: datetime
    zone: str
    bucket: Bucket
    starts: list[datetime]
    keywords: list[VolumeLine]
    totals: list[int]
    total: int
    capped: bool


class PeriodParameters(Schema):
    """The period of a MentionFilter, which reads and checks its parameters itself; here they are documented."""

    period: Literal[PERIODS] | None = Field(None, description="7d where nothing is given; custom with from and to")
    from_: str | None = Field(None, alias="from", description="a date, or an ISO date and time; in your time zone")
    to: str | None = Field(None, description="as from; a date is included, a time is not")
    by: Literal["published", "found"] | None = Field(None, description="the clock that the period reads")


def filter_parameters(dimensions: Iterable[Dimension]) -> type[Schema]:
    """Return the schema of a MentionFilter's parameters: its period and one field per dimension."""
    fields = {
        one.parameter: (
            list[str] if one.is_many else str | None,
            Field([] if one.is_many else None, description=one.description or None),
        )
        for one in dimensions
    }
    doc = "The parameters of a mention filter: a period, and what the mentions are narrowed to."
    return create_model("FilterParameters", __base__=PeriodParameters, __doc__=doc, **fields)


FilterParameters = filter_parameters(DIMENSIONS.values())
