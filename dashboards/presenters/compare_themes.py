"""The themes of the compare page: for each theme, the share of the mentions of each side, as cells of a table.

In: a Comparison and the themes of monitoring/insights/comparison_themes.py. Out: frozen rows for
templates/compare/_themes.html. Called by dashboards/views/compare.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.presenters.compare import MatrixCell, side_name
from monitoring.insights.comparison import MIN_MENTIONS, Comparison, SideCounts
from monitoring.insights.comparison_themes import ComparedTheme


@dataclass(frozen=True)
class ThemeShares:
    """A theme; its cells have no share for sides with too few mentions."""

    name: str
    cells: list[MatrixCell]


def theme_shares(found: Comparison, themes: Sequence[ComparedTheme]) -> list[ThemeShares]:
    """Return the rows in the order of the themes."""
    return [
        ThemeShares(
            one.theme.name,
            [_cell(counts, one.theme.pk, one.counts[place], place + 1) for place, counts in enumerate(found.sides)],
        )
        for one in themes
    ]


def _cell(counts: SideCounts, theme_id: int, mentions: int, who: int) -> MatrixCell:
    total = counts.total.documents
    share = round(100 * mentions / total) if total >= MIN_MENTIONS else None
    query = counts.side.f.replace(themes=(theme_id,)).to_query()
    return MatrixCell(side_name(counts.side), who, query, mentions, share, None)
