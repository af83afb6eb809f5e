"""The themes of the mentions under a filter: their numbers and sentiment, those of the previous period, and posts.

In: a MentionFilter. Out: frozen counts; each equals the length of the list under the filter with that theme. Called by
the overview, the page of themes and the API.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from monitoring.insights.breakdown import BEFORE, Tally, document_rows, tally, with_previous
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, rows_of_documents
from monitoring.insights.sql import count_combinations
from monitoring.insights.volume import bucket_number
from monitoring.models import Theme, ThemeRun

SAMPLES = 3
# Candidates for the samples of a theme: of those with one story or title only one is shown.
CANDIDATES = 12
_THEME = "document__in_theme__theme"


@dataclass(frozen=True)
class CountedTheme:
    """A theme, its documents under the filter, and the number of those in the previous period."""

    theme: Theme
    total: Tally
    before: int


@dataclass(frozen=True)
class Themes:
    """The themes under a filter, the largest first, those that people hid apart.

    `total` is the number of documents under the filter, `others` of those in no theme. `run` is None before the first.
    """

    shown: tuple[CountedTheme, ...]
    hidden: tuple[CountedTheme, ...]
    total: int
    others: int
    run: ThemeRun | None


def themes(f: MentionFilter) -> Themes:
    """Return the themes that have documents under the filter, all of them in three queries."""
    run = found_run(f.project_id)
    rows = document_rows(f, with_previous(f), theme_id=F(_THEME), number=bucket_number(f, [f.since]))
    now: defaultdict[int | None, list[tuple[int, int]]] = defaultdict(list)
    before: defaultdict[int | None, int] = defaultdict(int)
    for theme_id, number, labels, count in count_combinations(rows, ["theme_id", "number", "labels"]):
        if number == BEFORE:
            before[theme_id] += count
        else:
            now[theme_id].append((labels, count))
    tallies = {theme_id: tally(counts) for theme_id, counts in now.items()}
    found = [
        CountedTheme(theme, tallies[theme.pk], before[theme.pk])
        for theme in Theme.objects.filter(project=f.project_id, pk__in=[pk for pk in tallies if pk])
    ]
    found.sort(key=lambda one: (-one.total.documents, one.theme.pk))
    return Themes(
        shown=tuple(one for one in found if not one.theme.is_hidden),
        hidden=tuple(one for one in found if one.theme.is_hidden),
        total=sum(one.documents for one in tallies.values()),
        others=tallies.get(None, Tally()).documents,
        run=run,
    )


def found_run(project_id: int) -> ThemeRun | None:
    """Return the last run that looked for themes in a project, None before the first."""
    return ThemeRun.objects.filter(project=project_id, grouped_at__isnull=False).first()


def sample_posts(f: MentionFilter, theme_ids: Sequence[int]) -> dict[int, list[MentionRow]]:
    """Return for each theme up to SAMPLES rows of the list: those with the most engagement.

    They differ in story and in title: reviews of one product often have the same title.
    """
    rank = Window(
        RowNumber(),
        partition_by=[F(_THEME)],
        order_by=[
            F("engagement").desc(nulls_last=True),
            F("published").desc(),
            F("document_id").desc(),
            F("id").asc(),
        ],
    )
    mentions = f.mentions().filter(document__in_theme__theme__in=theme_ids, document__deleted_at=None)
    ranked = mentions.annotate(theme_id=F(_THEME), rank=rank).filter(rank__lte=CANDIDATES).order_by("rank")
    chosen: defaultdict[int, list[int]] = defaultdict(list)
    seen: defaultdict[int, set[object]] = defaultdict(set)
    columns = ("theme_id", "document_id", "story_id", "document__title")
    for theme_id, document_id, story_id, title in ranked.values_list(*columns):
        marks = {mark for mark in (story_id, title.casefold()) if mark}
        if len(chosen[theme_id]) < SAMPLES and not marks & seen[theme_id]:
            chosen[theme_id].append(document_id)
            seen[theme_id] |= marks
    wanted = [pk for documents in chosen.values() for pk in documents]
    rows = {row.document.pk: row for row in rows_of_documents(f, wanted)} if wanted else {}
    return {theme_id: [rows[pk] for pk in documents if pk in rows] for theme_id, documents in chosen.items()}
