"""Count the documents of each side of a comparison by theme: what is said about brands, and about competitors.

In: the sides of a comparison. Out: frozen rows; each number is the length of the list behind it. Two queries. Called
by the compare page and the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from monitoring.insights.comparison import Side, filter_of, side_rows
from monitoring.insights.sql import count_combinations
from monitoring.insights.theme_counts import shown_themes
from monitoring.models import Theme

MAX_THEMES = 8


@dataclass(frozen=True)
class ComparedTheme:
    """A theme with its documents of each side, in the order of the sides."""

    theme: Theme
    counts: tuple[int, ...]


def compare_themes(sides: Sequence[Side]) -> list[ComparedTheme]:
    """Return the themes with the most documents of all sides, the largest first, without those that people hid."""
    # Only documents in a theme are joined: half the time for a year of 400,000 mentions, most of which are in none.
    mentions = filter_of(sides).mentions().filter(document__in_theme__isnull=False)
    rows = side_rows(sides, mentions, theme_id=F("document__in_theme__theme"))
    counts: dict[int, list[int]] = {}
    for place, theme_id, count in count_combinations(rows, ["side", "theme_id"]):
        counts.setdefault(theme_id, [0] * len(sides))[place] = count
    themes = shown_themes(sides[0].f.project_id, counts)
    found = [ComparedTheme(theme, tuple(counts[pk])) for pk, theme in themes.items()]
    return sorted(found, key=lambda one: (-sum(one.counts), one.theme.pk))[:MAX_THEMES]
