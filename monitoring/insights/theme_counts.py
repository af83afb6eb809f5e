"""Count the mentions under a filter by theme, by the clock of the filter and its stories, as its list does.

Called by theme_rise.py, the compare page, digests and reports. themes.py has the numbers of the page of themes, which
come with sentiment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F, Value
from django.utils import translation

from monitoring.insights.filters import MentionFilter
from monitoring.insights.sql import count_each_group
from monitoring.models import Theme


@dataclass(frozen=True)
class ThemeCounts:
    """The number of mentions under a filter, each story once if it folds them: all, and by theme; None is no theme."""

    total: int
    by_theme: Mapping[Any, int]

    def of(self, theme_id: int) -> int:
        return self.by_theme.get(theme_id, 0)


def theme_counts(f: MentionFilter) -> ThemeCounts:
    """Return the counts under a filter in one query."""
    rows = f.mentions().order_by().annotate(theme=F("document__in_theme__theme"), everything=Value(1), key=f.row_key)
    by_theme, everything = count_each_group(
        rows.values("theme", "everything", "key"), ["theme", "everything"], of='DISTINCT "key"'
    )
    return ThemeCounts(everything.get(1, 0), by_theme)


def shown_themes(project_id: int, ids: Iterable[Any]) -> dict[int, Theme]:
    """Return the themes of these ids by id, without those that people hid. One query, also for no id."""
    # 0 is no theme: it keeps the number of queries where there is none.
    wanted = [0, *(pk for pk in ids if pk)]
    return Theme.objects.filter(project=project_id, is_hidden=False, pk__in=wanted).defer("center").in_bulk()


def names_of(theme: Theme) -> dict[str, str]:
    """Return the names of a theme by language, for records that are rendered later."""
    names = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            names[language] = theme.name
    return names
