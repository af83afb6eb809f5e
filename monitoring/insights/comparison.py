"""Compare brands with competitors: documents of each side by bucket, platform and label.

In: a MentionFilter and the keywords of a project. Out: frozen sides; each number is the length of the list behind it.
One reading per side, and there are at most MAX_SIDES. Called by the compare page and the API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import F

from monitoring.insights.breakdown import (
    BEFORE,
    Tally,
    count_tuples,
    document_rows,
    period_bucket,
    tally,
    with_previous,
)
from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import bucket_starts, fitting_bucket
from monitoring.models import Keyword

MAX_SIDES = 5  # lines that people can distinguish
MIN_MENTIONS = 10  # below it, a share on a platform is chance


@dataclass(frozen=True)
class Side:
    """Keywords that are compared as one: the brands of a project, a competitor, or a topic. `f` has their mentions."""

    f: MentionFilter
    keywords: tuple[Keyword, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(keyword.pk for keyword in self.keywords)


@dataclass(frozen=True)
class SideCounts:
    """Documents of a side by bucket and by platform, and those of the previous period; `stories` count each once."""

    side: Side
    tallies: tuple[Tally, ...]
    platforms: Mapping[str, Tally]
    before: Tally
    stories: int

    @cached_property
    def total(self) -> Tally:
        return sum(self.tallies, Tally())


@dataclass(frozen=True)
class Comparison:
    """The sides in their order, the brand first; `starts` are the buckets, as in volume.Series."""

    bucket: str
    starts: tuple[datetime, ...]
    sides: tuple[SideCounts, ...]

    @cached_property
    def total(self) -> int:
        return sum(counts.total.documents for counts in self.sides)

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """The platforms with mentions, those with the most first."""
        sums: dict[str, int] = {}
        for counts in self.sides:
            for platform, one in counts.platforms.items():
                sums[platform] = sums.get(platform, 0) + one.documents
        return tuple(sorted(sums, key=lambda platform: (-sums[platform], platform)))


def sides_of(f: MentionFilter, keywords: Sequence[Keyword]) -> tuple[Side, ...]:
    """Return the sides of a filter: its keywords, else brands and competitors. Brands are one side, the first.

    More than MAX_SIDES are left out, in the order of their creation.
    """
    types = Keyword.Type
    chosen = [one for one in keywords if one.pk in f.keywords]
    chosen = chosen or [one for one in keywords if one.type != types.TOPIC]
    brands = tuple(one for one in chosen if one.type == types.BRAND)
    others = [(one,) for one in chosen if one.type != types.BRAND]
    groups = [brands, *others] if brands else others
    clean = f.replace(by="published", stories="")
    return tuple(Side(clean.replace(keywords=tuple(one.pk for one in group)), group) for group in groups[:MAX_SIDES])


def compare(f: MentionFilter, sides: Sequence[Side]) -> Comparison:
    """Return the counts of each side in the period of a filter, and in the previous one."""
    bucket = fitting_bucket(f.since, f.until)
    starts = bucket_starts(f.since, f.until, f.zone, bucket)
    local = tuple(start.astimezone(f.zone) for start in starts)
    return Comparison(bucket, local, tuple(_read(side, starts) for side in sides))


def _read(side: Side, starts: Sequence[datetime]) -> SideCounts:
    f = side.f
    rows = document_rows(f, with_previous(f), number=period_bucket(f, starts), platform_key=F("platform"))
    by_bucket: dict[int, list[tuple[int, int]]] = {}
    by_platform: dict[str, list[tuple[int, int]]] = {}
    for number, platform, labels, count in count_tuples(rows, "number, platform_key, labels"):
        by_bucket.setdefault(number, []).append((labels, count))
        if number != BEFORE:
            by_platform.setdefault(platform, []).append((labels, count))
    tallies = [tally(by_bucket.get(number, [])) for number in range(len(starts) + 1)]
    return SideCounts(
        side=side,
        tallies=tuple(tallies[1:]),
        platforms={platform: tally(counts) for platform, counts in by_platform.items()},
        before=tallies[BEFORE],
        stories=f.replace(stories=FOLD).document_count,
    )
