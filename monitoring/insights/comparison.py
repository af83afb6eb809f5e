"""Compare brands with competitors: documents of each side by bucket, platform and label.

In: a MentionFilter and the keywords of a project. Out: frozen sides; each number is the length of the list behind it.
Two statements for all sides. Called by the compare page and the API.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Case, Expression, F, IntegerField, QuerySet, Value, When

from monitoring.insights.breakdown import (
    BEFORE,
    Tally,
    labeled_rows,
    period_bucket,
    tally,
    with_previous,
)
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import bucket_starts, fitting_bucket
from monitoring.insights.sql import count_combinations
from monitoring.models import Keyword, Mention

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
    if not sides:
        return Comparison(bucket, local, ())
    own = filter_of(sides)
    rows = side_rows(sides, with_previous(own), number=period_bucket(own, starts), platform_key=F("platform"))
    found: list[list[tuple[int, str, int, int]]] = [[] for _ in sides]
    for place, *counted in count_combinations(rows, ["side", "number", "platform_key", "labels"]):
        found[place].append(tuple(counted))
    pickups = _pickups(sides, own)
    counts = (_side_counts(side, found[place], len(starts), pickups.get(place, 0)) for place, side in enumerate(sides))
    return Comparison(bucket, local, tuple(counts))


def filter_of(sides: Sequence[Side]) -> MentionFilter:
    """Return the filter of the mentions of all sides."""
    return sides[0].f.replace(keywords=tuple(pk for side in sides for pk in side.ids))


def side_rows(
    sides: Sequence[Side], mentions: QuerySet[Mention], **columns: Expression | F
) -> QuerySet[Mention, dict]:
    """Return one row per side and document of a query: `side` (its place), the columns, and its `labels` as bits.

    As `document_rows`: the columns are properties of the document, the same in all its mentions.
    """
    places = [When(keyword_id__in=side.ids, then=Value(place)) for place, side in enumerate(sides)]
    rows = mentions.annotate(side=Case(*places, output_field=IntegerField()))
    has_one_mention = all(len(side.ids) == 1 for side in sides)
    return labeled_rows(rows, columns, has_one_mention=has_one_mention, group=["side"])


def _pickups(sides: Sequence[Side], f: MentionFilter) -> dict[int, int]:
    """Return the number of items beyond the first of their story, by the place of the side."""
    rows = side_rows(sides, f.mentions().filter(story_id__isnull=False), story_key=F("story_id"))
    by_side: dict[int, int] = {}
    for place, _story, items in count_combinations(rows, ["side", "story_key"]):
        by_side[place] = by_side.get(place, 0) + items - 1
    return by_side


def _side_counts(side: Side, rows: Iterable[tuple[int, str, int, int]], buckets: int, pickups: int) -> SideCounts:
    by_bucket: dict[int, list[tuple[int, int]]] = {}
    by_platform: dict[str, list[tuple[int, int]]] = {}
    for number, platform, labels, count in rows:
        by_bucket.setdefault(number, []).append((labels, count))
        if number != BEFORE:
            by_platform.setdefault(platform, []).append((labels, count))
    tallies = [tally(by_bucket.get(number, [])) for number in range(buckets + 1)]
    return SideCounts(
        side=side,
        tallies=tuple(tallies[1:]),
        platforms={platform: tally(counts) for platform, counts in by_platform.items()},
        before=tallies[BEFORE],
        stories=sum(one.documents for one in tallies[1:]) - pickups,
    )
