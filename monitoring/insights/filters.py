"""MentionFilter: which mentions a page, chart, rule, digest, export or API call is about.

In: a query string, a project, the time and the person's zone. Out: a frozen filter whose `mentions()` every read of
this package goes through, which is why all numbers agree. What is ignored is left out everywhere unless it is asked
for by status; paused keywords count; rows of other projects are out of reach whatever ids are given.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from monitoring.insights import periods
from monitoring.insights.search import Search, document_in
from monitoring.models import Keyword, Mention, Source

DEFAULT_PERIOD = "7d"
SHOWN = tuple(status for status in Mention.Status.values if status != Mention.Status.IGNORED)
UNKNOWN_LANGUAGE = "und"  # ISO 639-2 for undetermined: "" in the database
MAX_VALUE_LENGTH = 1000  # of an author or a search
MANY = ("keywords", "platforms", "sources", "languages", "statuses", "sentiments")
# Fields and their names in a query string, in the order in which it is written.
PARAMETERS = {
    "keywords": "keyword",
    "platforms": "platform",
    "sources": "source",
    "languages": "language",
    "statuses": "status",
    "sentiments": "sentiment",
    "author": "author",
    "q": "q",
}


@dataclass(frozen=True)
class Problem:
    """A part of a query string that was not understood and was left out; `position` is a place in a search."""

    parameter: str
    value: str
    message: str
    code: str = "invalid"
    position: int | None = None


@dataclass(frozen=True, kw_only=True)
class MentionFilter:
    """Empty tuples and texts mean "any"; `statuses` empty means any but ignored. Times are UTC, half-open.

    `by` is the clock that `since` and `until` read: "published" for what people look at, "found" for what is news to
    Vigie (digests): when it was stored, without what was already old by then. `zone` is the person's, for local days.
    """

    project_id: int
    since: datetime
    until: datetime
    period: str = periods.CUSTOM
    by: str = "published"
    keywords: tuple[int, ...] = ()
    platforms: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    author: str = ""
    q: str = ""
    zone: tzinfo = UTC
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        for name in MANY:
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))

    @classmethod
    def from_query(
        cls, project: Project, params: Mapping[str, object], now: datetime, zone: tzinfo
    ) -> "MentionFilter":
        """Read a query string (a QueryDict or a plain mapping). Junk is left out and told in `problems`."""
        reader = _Reader(params)
        period, since, until = reader.period(now, zone)
        values = {name: reader.many(name, project) for name in MANY}
        return cls(
            project_id=project.pk,
            since=since,
            until=until,
            period=period,
            by=reader.one_of("by", ("published", "found")),
            author=reader.text("author"),
            q=reader.search(),
            zone=zone,
            problems=tuple(reader.problems),
            **values,
        )

    def to_query(self) -> str:
        """The query string that `from_query` reads back as this filter: always the same for the same filter."""
        pairs = [("period", self.period)]
        if self.period == periods.CUSTOM:
            pairs = list(zip(("from", "to"), periods.write_period(self.since, self.until, self.zone), strict=True))
        if self.by != "published":
            pairs.append(("by", self.by))
        for name, parameter in PARAMETERS.items():
            value = getattr(self, name)
            pairs += [(parameter, item) for item in (value if name in MANY else [value] if value else [])]
        return urlencode(pairs)

    def replace(self, **changes: object) -> "MentionFilter":
        """A copy with changes. A named period is taken up to this filter's end; other bounds make it a custom one."""
        period = changes.get("period")
        if period in periods.PERIODS and period != periods.CUSTOM:
            since, until = periods.named_period(str(period), self.until, self.zone)
            changes |= {"since": since, "until": until}
        elif {"since", "until"} & changes.keys():
            changes["period"] = periods.CUSTOM
        return dataclasses.replace(self, **changes)

    def previous(self) -> "MentionFilter":
        """The same over the equal period before this one."""
        since, until = periods.previous_period(self.period, self.since, self.until, self.zone)
        return self.replace(since=since, until=until)

    @property
    def clock(self) -> str:
        """The column of Mention that is this filter's time axis."""
        return "found_at" if self.by == "found" else "published"

    @cached_property
    def scope(self) -> tuple[int, ...]:
        """The ids of the keywords that are looked at: the project's, narrowed to the chosen ones."""
        ids = Keyword.objects.filter(project_id=self.project_id).order_by("id").values_list("id", flat=True)
        return tuple(keyword_id for keyword_id in ids if not self.keywords or keyword_id in self.keywords)

    @cached_property
    def search(self) -> Search | None:
        """The search in the documents' words, None without one. Run once for all reads of this filter."""
        return Search(self.project_id, self.q, self.since, self.until, self.clock) if self.q else None

    @cached_property
    def documents(self) -> int:
        """How many documents the whole list has: counted once, whoever asks."""
        rows = self.mentions()
        # Within one keyword a document is one mention, and the covering index is counted as it is read.
        return rows.count() if len(self.scope) == 1 else rows.values("document_id").distinct().count()

    @property
    def capped(self) -> bool:
        """True where a search found more documents than are counted: numbers are then "at least"."""
        return bool(self.search and self.search.capped)

    def mentions(self, *, without: str = "") -> QuerySet[Mention]:
        """The mentions under this filter, in no order. `without` leaves out one of its conditions, by field name."""
        wide = self.replace(keywords=()) if without == "keywords" and self.keywords else self
        return self.conditions(without=without).filter(keyword_id__in=wide.scope)

    def conditions(self, *, without: str = "") -> QuerySet[Mention]:
        """All of the filter but its keywords. Whoever calls this adds them."""
        rows = Mention.objects.filter(**{f"{self.clock}__gte": self.since, f"{self.clock}__lt": self.until})
        for name, condition in self._conditions().items():
            if name != without:
                rows = rows.filter(condition)
        return rows

    def _conditions(self) -> dict[str, Q | RawSQL]:
        conditions: dict[str, Q | RawSQL] = {"statuses": Q(status__in=self.statuses or SHOWN)}
        if self.by == "found":
            conditions["by"] = Q(is_backlog=False)
        if self.platforms:
            conditions["platforms"] = Q(platform__in=self.platforms)
        if self.sources:
            conditions["sources"] = Q(source_id__in=self.sources)
        if self.languages:
            spoken = ["" if language == UNKNOWN_LANGUAGE else language for language in self.languages]
            # "fr-ca" and "fr" are one language to people who filter.
            language = "split_part(monitoring_mention.language, '-', 1) = ANY(%s)"
            conditions["languages"] = RawSQL(language, [spoken], BooleanField())
        if self.sentiments:
            conditions["sentiments"] = Q(sentiment__in=self.sentiments)
        if self.author:
            conditions["author"] = Q(author=self.author)
        if self.search:
            conditions["q"] = document_in(self.search.documents)
        return conditions


class _Reader:
    """Takes the parameters of a query string one by one and remembers what it could not use."""

    def __init__(self, params: Mapping[str, object]) -> None:
        self.params = params
        self.problems: list[Problem] = []

    def problem(self, parameter: str, value: str, message: str, **more: object) -> None:
        self.problems.append(Problem(parameter, value[:100], message, **more))

    def values(self, parameter: str) -> list[str]:
        getlist = getattr(self.params, "getlist", None)
        found = getlist(parameter) if getlist else self.params.get(parameter, [])
        found = found if isinstance(found, list | tuple) else [found]
        return [str(value).strip() for value in found if str(value).strip()]

    def text(self, parameter: str) -> str:
        value = (self.values(parameter) or [""])[-1]
        if len(value) > MAX_VALUE_LENGTH:
            self.problem(parameter, value, _("This value is too long."), code="too_long")
        elif not _is_storable(value):
            self.problem(parameter, value, _("This contains an invalid character."))
        else:
            return value
        return ""

    def search(self) -> str:
        value = self.text("q")
        if value and (error := Search.error_in(value)):
            self.problem("q", value, error.message, code=error.code, position=error.position)
        return value

    def one_of(self, parameter: str, choices: tuple[str, ...]) -> str:
        """One of a few words; the first where nothing or nothing known is given."""
        value = self.text(parameter)
        if value and value not in choices:
            self.problem(parameter, value, _unknown(value))
        return value if value in choices else choices[0]

    def many(self, name: str, project: Project) -> tuple:
        parameter = PARAMETERS[name]
        values = self.values(parameter)
        if not values:
            return ()
        known = _KNOWN[name](project, values)
        for value in values:
            if value not in known:
                self.problem(parameter, value, _unknown(value), code="unknown")
        return tuple(known[value] for value in values if value in known)

    def period(self, now: datetime, zone: tzinfo) -> tuple[str, datetime, datetime]:
        name = self.text("period")
        bounds = [self.text("from"), self.text("to")]
        if any(bounds) and name in ("", periods.CUSTOM):
            since, until = self._bounds(bounds, now, zone)
            if since and until:
                return periods.CUSTOM, since, until
        elif name and (name not in periods.PERIODS or name == periods.CUSTOM):
            self.problem("period", name, _unknown(name))
        name = name if name in periods.PERIODS and name != periods.CUSTOM else DEFAULT_PERIOD
        return name, *periods.named_period(name, now, zone)

    def _bounds(self, texts: list[str], now: datetime, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """From and to; "to" alone missing means until now."""
        read: list[datetime | None] = []
        for parameter, text in zip(("from", "to"), texts, strict=True):
            try:
                read.append(periods.read_instant(text, zone, is_end=parameter == "to") if text else None)
            except (ValueError, OverflowError):
                self.problem(parameter, text, _("Enter a date in the format 2026-07-31."))
                return None, None
        since, until = read[0], read[1] or now.astimezone(UTC)
        if since is None:
            self.problem("from", "", _("Enter a start date."))
        elif since >= until:
            self.problem("to", texts[1], _("The end date is before the start date."))
            return None, None
        return since, until


def _unknown(value: str) -> str:
    return _("Unknown value: “%(value)s”.") % {"value": value[:100]}


def _is_storable(value: str) -> bool:
    """False for what Postgres refuses in a text: NUL and half a surrogate pair."""
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _own_rows(model: type[Keyword] | type[Source]) -> object:
    """Reads ids, and knows only those of the project."""

    def known(project: Project, values: list[str]) -> dict[str, int]:
        numbers = {value: int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19}
        rows = model.objects.filter(project=project, pk__in=numbers.values())
        own = set(rows.values_list("pk", flat=True)) if numbers else set()
        return {value: number for value, number in numbers.items() if number in own}

    return known


def _one_of(choices: list[str]) -> Callable[[Project, list[str]], dict[str, str]]:
    def known(project: Project, values: list[str]) -> dict[str, str]:
        return {value: value for value in values if value in choices}

    return known


def _words(project: Project, values: list[str]) -> dict[str, str]:
    """Platforms: any short word, since which ones there are depends on what is stored."""
    return {value: value for value in values if len(value) <= 30 and _is_storable(value)}


def _languages(project: Project, values: list[str]) -> dict[str, str]:
    return {value: value.lower().partition("-")[0] for value in _words(project, values)}


_KNOWN = {
    "keywords": _own_rows(Keyword),
    "sources": _own_rows(Source),
    "platforms": _words,
    "languages": _languages,
    "statuses": _one_of(Mention.Status.values),
    "sentiments": _one_of(Mention.Sentiment.values),
}
