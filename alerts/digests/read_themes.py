"""Read the themes of a digest: the largest ones, and the one that grew most, if it isn't among them.

In: the filter of its window, and the previous window if Vigie collected then. Out: frozen lines, the largest first.
"""

from alerts.digests.content import ThemeLine
from delivery.message import Window
from monitoring.insights.filters import MentionFilter
from monitoring.insights.theme_counts import ThemeCounts, names_of, shown_themes, theme_counts

LARGEST = 3
MIN_ITEMS = 3  # two posts about one subject are no news


def read_themes(f: MentionFilter, previous: Window | None) -> tuple[ThemeLine, ...]:
    """Return the lines in at most three queries; none if no theme has MIN_ITEMS in the window."""
    now = theme_counts(f)
    before = theme_counts(f.replace(since=previous.start, until=previous.end)) if previous else None
    themes = shown_themes(f.project_id, [pk for pk, count in now.by_theme.items() if count >= MIN_ITEMS])
    return tuple(
        ThemeLine(pk, names_of(themes[pk]), now.of(pk), before.of(pk) if before else None)
        for pk in chosen(list(themes), now, before)
    )


def chosen(ids: list[int], now: ThemeCounts, before: ThemeCounts | None) -> list[int]:
    """Return the ids of the themes to list, the largest first. Pure."""
    ordered = sorted(ids, key=lambda pk: (-now.of(pk), pk))
    shown = ordered[:LARGEST]
    if before is not None and (rest := ordered[LARGEST:]):
        grown = max(rest, key=lambda pk: now.of(pk) - before.of(pk))
        growth = now.of(grown) - before.of(grown)
        if growth > max(0, *(now.of(pk) - before.of(pk) for pk in shown)):
            shown.append(grown)
    return shown
