"""The theme that most of a rise is about: the mentions of a time window against those of the window before it.

`main_theme` is pure: counts in, a theme out. `theme_rise` reads three times, for any number of rows. Called by the
explanation of peaks, and by the pages and messages of incidents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from monitoring.insights.filters import MentionFilter
from monitoring.insights.theme_counts import ThemeCounts, shown_themes, theme_counts
from monitoring.messages.theme_words import rise_words
from monitoring.models import Theme

# Of fewer mentions, a theme is no cause: groups.py makes none of them either.
MIN_MENTIONS = 5
MIN_SHARE = 50  # percent of the rise


@dataclass(frozen=True)
class ThemeRise:
    """A theme with its mentions in the window and in the one before; `f` is the filter of the list of the former."""

    theme: Theme
    count: int
    before: int
    total: int
    f: MentionFilter

    @property
    def name(self) -> str:
        return self.theme.name

    @property
    def query(self) -> str:
        return self.f.to_query()

    def in_zone(self, zone: tzinfo) -> "ThemeRise":
        """Return the same with a query for readers of a time zone, without reading again."""
        return replace(self, f=self.f.replace(zone=zone))

    @property
    def words(self) -> str:
        """The numbers, in the active language."""
        return rise_words(self.count, self.total, self.before)

    @property
    def text(self) -> str:
        """The name with the numbers, for texts without links."""
        return f"{self.name} ({self.words})"


def main_theme(now: ThemeCounts, before: ThemeCounts, themes: Mapping[int, Theme]) -> Theme | None:
    """Return the theme that at least MIN_SHARE of the rise is about, None if the number has not risen or none is."""
    rise = now.total - before.total
    rises = {pk: now.of(pk) - before.of(pk) for pk in themes if now.of(pk) >= MIN_MENTIONS}
    best = max(rises, key=lambda pk: (rises[pk], -pk), default=0)
    if not best or rise <= 0 or 100 * rises[best] < MIN_SHARE * rise:
        return None
    return themes[best]


def theme_rise(f: MentionFilter) -> ThemeRise | None:
    """Return the theme that most of the rise under a filter is about. Themes that people hid are not shown."""
    if f.themes:
        return None
    now, before = theme_counts(f), theme_counts(f.previous())
    theme = main_theme(now, before, shown_themes(f.project_id, now.by_theme))
    if theme is None:
        return None
    return ThemeRise(theme, now.of(theme.pk), before.of(theme.pk), now.total, f.replace(themes=(theme.pk,)))
