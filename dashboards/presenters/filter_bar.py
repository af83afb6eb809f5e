"""The one filter bar: the periods to choose from, and what is narrowed now as chips that can be taken off.

In: a MentionFilter and the project's keywords. Out: a frozen FilterBar for components/_filter_bar.html.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl

from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from monitoring.insights.filters import MANY, UNKNOWN_LANGUAGE, MentionFilter, Problem
from monitoring.models import Keyword, Mention, Source

PERIODS = [
    ("24h", gettext_lazy("24h")),
    ("7d", gettext_lazy("7d")),
    ("30d", gettext_lazy("30d")),
    ("90d", gettext_lazy("90d")),
]
NAMES = {
    "keywords": gettext_lazy("Keyword"),
    "platforms": gettext_lazy("Platform"),
    "sources": gettext_lazy("Source"),
    "languages": gettext_lazy("Language"),
    "statuses": gettext_lazy("Status"),
    "sentiments": gettext_lazy("Sentiment"),
    "author": gettext_lazy("Author"),
    "q": gettext_lazy("Search"),
}
PERIOD_PARAMETERS = ("period", "from", "to")


@dataclass(frozen=True)
class Choice:
    label: str
    query: str
    is_current: bool


@dataclass(frozen=True)
class Chip:
    """One condition. `query` is the address without it."""

    name: str
    value: str
    query: str


@dataclass(frozen=True)
class FilterBar:
    """`conditions` and `search_kept` are hidden fields: what a form for another period, or another search, keeps."""

    periods: list[Choice]
    chips: list[Chip]
    conditions: list[tuple[str, str]]
    search_kept: list[tuple[str, str]]
    is_custom: bool
    first_day: str
    last_day: str
    q: str
    bare_query: str
    keywordless_query: str
    problems: tuple[Problem, ...]


def filter_bar(f: MentionFilter, keywords: Iterable[Keyword]) -> FilterBar:
    """Costs one query, and only where the filter names sources."""
    pairs = parse_qsl(f.to_query())
    nothing = {name: () if name in MANY else "" for name in NAMES}
    return FilterBar(
        periods=[Choice(str(label), f.replace(period=name).to_query(), f.period == name) for name, label in PERIODS],
        chips=_chips(f, {keyword.pk: keyword.name for keyword in keywords}),
        conditions=[pair for pair in pairs if pair[0] not in PERIOD_PARAMETERS],
        search_kept=[pair for pair in pairs if pair[0] != "q"],
        is_custom=f.period not in dict(PERIODS),
        first_day=f.since.astimezone(f.zone).date().isoformat(),
        last_day=(f.until - timedelta(microseconds=1)).astimezone(f.zone).date().isoformat(),
        q=f.q,
        bare_query=f.replace(**nothing).to_query(),
        keywordless_query=f.replace(keywords=()).to_query(),
        problems=f.problems,
    )


def _chips(f: MentionFilter, keywords: Mapping[int, str]) -> list[Chip]:
    sources = Source.objects.in_bulk(f.sources) if f.sources else {}
    statuses, sentiments = dict(Mention.Status.choices), dict(Mention.Sentiment.choices)
    worded = {
        "keywords": keywords.get,
        "sources": lambda pk: str(sources.get(pk, pk)),
        "languages": language_name,
        "statuses": statuses.get,
        "sentiments": sentiments.get,
        "platforms": platform_name,
    }
    chips = []
    if f.by == "found":
        chips.append(Chip(_("Date"), _("found by Vigie"), f.replace(by="published").to_query()))
    for name, label in NAMES.items():
        value = getattr(f, name)
        for item in value if name in MANY else [value] if value else []:
            rest = tuple(other for other in value if other != item) if name in MANY else ""
            text = str(worded[name](item)) if name in worded else item
            chips.append(Chip(str(label), text, f.replace(**{name: rest}).to_query()))
    return chips


def language_name(code: str) -> str:
    if code == UNKNOWN_LANGUAGE:
        return _("Unknown")
    try:
        return get_language_info(code)["name_translated"]
    except KeyError:
        return code


def platform_name(platform: str) -> str:
    return {"feed": _("Feeds")}.get(platform, platform)
