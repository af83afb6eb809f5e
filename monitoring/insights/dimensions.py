"""The dimensions that a list of mentions can be filtered by: one class each, registered in `DIMENSIONS`.

Those of a team's work are in triage_dimensions.py, rows of the project in row_dimensions.py. Filters, facets, their
presenters and the API read the registry.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Expression, F, Func, Q, TextChoices, Value, When
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import Project
from monitoring.content.scrub import is_storable
from monitoring.content.values import read_id
from monitoring.insights.dimension import Condition, Dimension, GroupKey, Key, Selection
from monitoring.insights.filter_parser import QueryReader
from monitoring.insights.meaning import error_in, split, unavailable
from monitoring.insights.row_dimensions import (
    AuthorRowDimension,
    KeywordDimension,
    MuteDimension,
    SourceDimension,
    StoryDimension,
    ThemeDimension,
)
from monitoring.insights.search import document_in
from monitoring.insights.triage_dimensions import (
    ApprovalDimension,
    AssigneeDimension,
    DueDimension,
    EngagementDimension,
    FollowersDimension,
    FoundedDimension,
    OrderDimension,
    ProbablyDimension,
    ReasonDimension,
    ResponderDimension,
    SnoozedDimension,
    TagDimension,
)
from monitoring.insights.week_hours import WeekHourDimension
from monitoring.messages.labels import UNKNOWN_LANGUAGE, country_name, language_name, platform_name, stars_name
from monitoring.models import Kind, Mention
from monitoring.query import MAX_STARS

if TYPE_CHECKING:
    from monitoring.insights.filters import MentionFilter

SHOWN_STATUSES = tuple(status for status in Mention.Status.values if status != Mention.Status.IGNORED)
MAX_WORD_LENGTH = 30  # characters of a platform or language tag, as their columns
UNKNOWN_KIND = "unknown"  # "" in the database
FOLD = "fold"  # the value of StoriesDimension


class StoriesDimension(Dimension):
    """Whether a list has a row for each story, its first item under the filter, and counts it once ("fold").

    It has no condition: a story of which one item is under the filter is under the filter.
    """

    name, parameter, label = "stories", "stories", _("Stories")
    description = '"fold" lists and counts each story once; otherwise each item'
    is_many = False
    is_filter = False

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.one_of(self.parameter, ("", FOLD))

    def condition(self, f: "MentionFilter") -> None:
        """Return None: mentions.py, facets.py and volume.py fold, by `MentionFilter.row_key`."""

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {FOLD: str(_("each story once"))}


class PlatformDimension(Dimension):
    name, parameter, label = "platforms", "platform", _("Platform")
    facet_order = 10
    is_of_document = True

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.many(self.parameter, _words)

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(platform__in=f.platforms) if f.platforms else None

    def facet_key(self) -> GroupKey:
        return F("platform")

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {key: platform_name(str(key)) for key in keys}


class LanguageDimension(Dimension):
    """The language without its region: "fr-ca" and "fr" are one. "und" selects an unknown language."""

    name, parameter, label = "languages", "language", _("Language")
    description = '"fr", "en" ...; "und" for unknown'
    facet_order = 5
    is_of_document = True

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.many(self.parameter, self._codes)

    def _codes(self, values: list[str]) -> dict[str, str]:
        return {value: code for value in _words(values) if (code := value.lower().partition("-")[0])}

    def condition(self, f: "MentionFilter") -> Condition | None:
        """Return a condition that Postgres can estimate, as it can't for an expression on the column: it would expect
        few rows.
        """
        codes = ["" if language == UNKNOWN_LANGUAGE else language for language in f.languages]
        regions = [Q(language__startswith=f"{code}-") for code in codes if code]
        return reduce(or_, regions, Q(language__in=codes)) if codes else None

    def facet_key(self) -> Expression:
        code = Func(F("language"), Value("-"), Value(1), function="split_part")
        return Case(When(language="", then=Value(UNKNOWN_LANGUAGE)), default=code, output_field=CharField())

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {key: language_name(str(key)) for key in keys}


class ChoiceDimension(Dimension):
    """A column with few fixed values."""

    choices: type[TextChoices]
    is_of_mention = True

    def __init__(self) -> None:
        self.fixed_keys = tuple(self.choices.values)
        self.description = ", ".join(self.choices.values)

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.many(
            self.parameter,
            lambda values: {value: value for value in values if value in self.choices.values},
        )

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return dict(self.choices.choices)


class StatusDimension(ChoiceDimension):
    """The triage status; without a selection, every status but ignored."""

    name, parameter, label = "statuses", "status", _("Status")
    choices, choice_column = Mention.Status, "status"
    facet_order = 1

    def condition(self, f: "MentionFilter") -> Condition:
        return Q(status__in=f.statuses or SHOWN_STATUSES)

    def facet_key(self) -> GroupKey:
        return F("status")


class SentimentDimension(ChoiceDimension):
    """The sentiment label; a document with two labels under two keywords counts toward both."""

    name, parameter, label = "sentiments", "sentiment", _("Sentiment")
    choices, choice_column = Mention.Sentiment, "sentiment"
    facet_order = 2

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(sentiment__in=f.sentiments) if f.sentiments else None

    def facet_key(self) -> Expression:
        return NullIf(F("sentiment"), Value(""))


class KindDimension(Dimension):
    """The type of a document: a post, a review and so on. "unknown" selects those without one, as in feeds."""

    name, parameter, label = "kinds", "kind", _("Item type")
    description = ", ".join([*Kind.values, UNKNOWN_KIND])
    facet_order = 6
    is_of_document = True

    def read(self, reader: QueryReader, project: Project) -> Selection:
        known = {*Kind.values, UNKNOWN_KIND}
        return reader.many(self.parameter, lambda values: {value: value for value in values if value in known})

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(kind__in=["" if kind == UNKNOWN_KIND else kind for kind in f.kinds]) if f.kinds else None

    def facet_key(self) -> Expression:
        return Case(When(kind="", then=Value(UNKNOWN_KIND)), default=F("kind"), output_field=CharField())

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {**{kind.value: str(kind.label) for kind in Kind}, UNKNOWN_KIND: pgettext("item type", "Unknown")}


class RatingDimension(Dimension):
    """The rating in whole stars; documents without a rating have no row in the facet."""

    name, parameter, label = "ratings", "rating", _("Rating")
    description = "1 to 5 stars, or a range such as 1-2; ratings are rounded to whole stars"
    facet_order = 7
    is_of_document = True
    is_sorted = True

    def read(self, reader: QueryReader, project: Project) -> Selection:
        ranges = reader.many(self.parameter, self._ranges)
        return self.normalize(stars for first, last in ranges for stars in range(first, last + 1))

    def _ranges(self, values: list[str]) -> dict[str, tuple[int, int]]:
        """Map "2" to (2, 2) and "1-3" to (1, 3)."""
        bounds = {}
        for value in values:
            first, dash, last = value.partition("-")
            numbers = read_id(first), read_id(last if dash else first)
            if numbers[0] and numbers[1] and numbers[0] <= numbers[1] <= MAX_STARS:
                bounds[value] = (numbers[0], numbers[1])
        return bounds

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(rating__in=f.ratings) if f.ratings else None

    def facet_key(self) -> GroupKey:
        return F("rating")

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {key: stars_name(int(key)) for key in keys}


class CountryDimension(Dimension):
    """The country as an ISO 3166 code; documents of unknown country have no row in the facet."""

    name, parameter, label = "countries", "country", _("Country")
    description = 'ISO 3166 codes: "FR", "CA" ...'
    facet_order = 8
    is_of_document = True

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.many(self.parameter, self._codes)

    def _codes(self, values: list[str]) -> dict[str, str]:
        return {value: value.upper() for value in values if len(value) == 2 and value.isascii() and value.isalpha()}

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(country__in=f.countries) if f.countries else None

    def facet_key(self) -> Expression:
        return NullIf(F("country"), Value(""))

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {key: country_name(str(key)) for key in keys}


class AuthorDimension(Dimension):
    """The exact author name; documents without an author have no row in the facet."""

    name, parameter, label = "author", "author", _("Author")
    is_many = False
    facet_order = 9

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.text(self.parameter)

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(author=f.author) if f.author else None

    def facet_key(self) -> Expression:
        return NullIf(F("author"), Value(""))


class SearchDimension(Dimension):
    """A boolean query, with a phrase to find by meaning or without. A malformed one is a problem; it stays in the
    filter, and matches nothing.
    """

    name, parameter, label = "q", "q", _("Search")
    description = (
        'a search in the query language of keywords; a phrase after ~, as in ~"late delivery", finds by meaning'
    )
    is_many = False

    def read(self, reader: QueryReader, project: Project) -> Selection:
        value = reader.text(self.parameter)
        if value and (error := error_in(value)):
            reader.add_problem(self.parameter, value, error.message, code=error.code, position=error.position)
        elif split(value).phrase and (reason := unavailable()):
            reader.add_problem(self.parameter, value, reason, code="unavailable")
        return value

    def condition(self, f: "MentionFilter") -> Condition | None:
        return document_in(f.search.documents) if f.search else None


def _words(values: list[str]) -> dict[str, str]:
    """Map each short word to itself: any platform or language may be stored."""
    return {value: value for value in values if len(value) <= MAX_WORD_LENGTH and is_storable(value)}


# By name, in the order of query strings, filter chips and API parameters.
DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        KeywordDimension(),
        PlatformDimension(),
        SourceDimension(),
        LanguageDimension(),
        StatusDimension(),
        SentimentDimension(),
        KindDimension(),
        RatingDimension(),
        CountryDimension(),
        AuthorDimension(),
        AuthorRowDimension(),
        AssigneeDimension(),
        ResponderDimension(),
        TagDimension(),
        FoundedDimension(),
        SnoozedDimension(),
        DueDimension(),
        ReasonDimension(),
        ApprovalDimension(),
        ProbablyDimension(),
        FollowersDimension(),
        EngagementDimension(),
        WeekHourDimension(),
        MuteDimension(),
        StoryDimension(),
        ThemeDimension(),
        StoriesDimension(),
        OrderDimension(),
        SearchDimension(),
    )
}


def facet_dimensions() -> list[Dimension]:
    """Return the dimensions with a facet on the mentions page, in their order there."""
    shown = [
        (dimension.facet_order, dimension) for dimension in DIMENSIONS.values() if dimension.facet_order is not None
    ]
    return [dimension for _order, dimension in sorted(shown, key=lambda pair: pair[0])]
