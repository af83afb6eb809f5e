"""Count the windows that a digest is compared with. In: the filter of its window. Out: a History. Five queries."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.aggregates import BitOr
from django.db.models import Case, Count, IntegerField, Min, Value, When

from accounts.models import Project
from alerts.digests import history
from alerts.digests.history import History, Voice, bar_windows, compared_windows, previous_window
from delivery.message import Window
from monitoring.insights.breakdown import label_bits, tally
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import failures_of, many_failing
from monitoring.insights.sentiment import Split
from monitoring.insights.sql import count_combinations
from monitoring.insights.volume import bucket_number
from monitoring.models import Keyword, Source

MIN_VOICE = 10  # mentions: a share of fewer says nothing


def read_history(
    project: Project,
    f: MentionFilter,
    keywords: Sequence[Keyword],
    subject: Sequence[int],
    *,
    is_compared: bool = True,
) -> History:
    """Return the counts of a window and, if `is_compared`, of earlier ones.

    `subject` are the keywords whose sentiment counts.
    """
    window = Window(f.since, f.until)
    if window.start >= window.end:
        return History(history.Count(window, 0, Split()))
    if not is_compared:
        return History(_counts(f, [window], subject, _Sight(project, window.start, window.end))[0])
    compared, before = compared_windows(window, f.zone), previous_window(window, f.zone)
    kind, bars = bar_windows(window, f.zone)
    sees = _Sight(project, min(one.start for one in (*compared, *bars, before)), window.end)
    current, previous = _counts(f, [before, window], subject, sees)[::-1]
    in_windows = _keyword_counts(f, [*compared, window])
    voices = _voices(_keyword_counts(f, [before, window]), keywords)
    return History(
        current=current,
        previous=previous if sees.has_collected(before) else None,
        past=tuple(_counts(f, compared, subject, sees)),
        by_keyword={keyword.pk: in_windows.get(keyword.pk, (0,) * (len(compared) + 1)) for keyword in keywords},
        bar=kind,
        bars=tuple(_counts(f, bars, subject, sees)),
        voice=voices[1],
        previous_voice=voices[0] if sees.has_collected(before) else None,
    )


class _Sight:
    """In which windows Vigie could see the sources of a project."""

    def __init__(self, project: Project, since: datetime, until: datetime) -> None:
        self._failures = failures_of(project, since, until)
        found = Source.objects.filter(project=project).aggregate(first=Min("created_at"), number=Count("*"))
        self._sources = found["number"]
        self._start = max(project.created_at, found["first"] or project.created_at)

    def has_collected(self, window: Window) -> bool:
        return window.start >= self._start

    def could_see(self, window: Window) -> bool:
        failing = many_failing(self._failures, self._sources, window.start, window.end)
        return self.has_collected(window) and not failing


def _counts(f: MentionFilter, windows: Sequence[Window], subject: Sequence[int], sees: _Sight) -> list[history.Count]:
    """Return the items of windows that don't overlap, in their order, each with its labels toward the subject."""
    wide, edges = _around(f, windows)
    labels = Case(When(keyword_id__in=subject, then=label_bits()), default=Value(0), output_field=IntegerField())
    # An item that another keyword matched in an earlier window counts in both, as in the lists of both.
    rows = wide.mentions().annotate(number=bucket_number(wide, edges)).values("document_id", "number")
    rows = rows.annotate(labels=BitOr(labels)).order_by()
    found: dict[int, list[tuple[int, int]]] = {}
    for number, bits, count in count_combinations(rows, ["number", "labels"]):
        found.setdefault(number, []).append((bits, count))
    counted = []
    for window in windows:
        one = tally(found.get(edges.index(window.start) + 1, []))
        counted.append(history.Count(window, one.documents, one.split, sees.could_see(window)))
    return counted


def _keyword_counts(f: MentionFilter, windows: Sequence[Window]) -> dict[int, tuple[int, ...]]:
    """Return the mentions of each keyword in these windows."""
    wide, edges = _around(f, windows)
    rows = wide.mentions().annotate(number=bucket_number(wide, edges)).values_list("keyword_id", "number")
    places = {edges.index(window.start) + 1: place for place, window in enumerate(windows)}
    found: dict[int, list[int]] = {}
    for keyword_id, number, count in rows.annotate(rows=Count("*")).order_by():
        if number in places:
            found.setdefault(keyword_id, [0] * len(windows))[places[number]] = count
    return {keyword_id: tuple(counts) for keyword_id, counts in found.items()}


def _around(f: MentionFilter, windows: Sequence[Window]) -> tuple[MentionFilter, list[datetime]]:
    """Return the filter of the whole time, and the edges of windows and of the times between them."""
    edges = sorted({edge for window in windows for edge in (window.start, window.end)})
    return f.replace(since=edges[0], until=edges[-1]), edges[:-1]


def _voices(counts: dict[int, tuple[int, ...]], keywords: Sequence[Keyword]) -> list[Voice | None]:
    """Return the voices of the windows that were counted; None without competitors, or with too few mentions."""
    types = {keyword.pk: keyword.type for keyword in keywords}
    found: list[Voice | None] = []
    for place in range(2):
        by_type = dict.fromkeys(Keyword.Type.values, 0)
        for keyword_id, numbers in counts.items():
            by_type[types.get(keyword_id, Keyword.Type.COMPETITOR)] += numbers[place]
        brands, competitors = by_type[Keyword.Type.BRAND], by_type[Keyword.Type.COMPETITOR]
        is_shown = {Keyword.Type.BRAND, Keyword.Type.COMPETITOR} <= set(types.values())
        found.append(Voice(brands, brands + competitors) if is_shown and brands + competitors >= MIN_VOICE else None)
    return found
