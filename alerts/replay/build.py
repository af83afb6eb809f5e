"""Turn the past of a rule into the frames that its conditions read: what alerts/counting.py counts, every minute."""

import numpy as np

from alerts.conditions.base import BELOW, READS_PAST, Clause, Settings
from alerts.models import Rule
from alerts.replay.frames import Frames
from alerts.replay.read import Past
from alerts.replay.series import series_of
from alerts.replay.sources import failing, stretches
from alerts.replay.timeline import EVERY, MICROSECOND, Flags, micros
from alerts.windows import windows_of


def frames_of(rule: Rule, settings: Settings, past: Past) -> list[Frames]:
    """Return the frames of each clause of a rule, saved or not."""
    return [_frames(clause, settings, past, rule.window_s) for clause in settings.clauses]


def _frames(clause: Clause, settings: Settings, past: Past, window_s: int) -> Frames:
    windows = windows_of(clause, window_s)
    length, has_past = windows.length // MICROSECOND, clause.condition in READS_PAST
    shifts = tuple(number * (windows.step // EVERY) for number in range(windows.number))
    return Frames(
        timeline=past.timeline,
        shifts=shifts,
        now=series_of(past, length, clause, settings, is_past=False),
        before=series_of(past, length, clause, settings, is_past=True),
        known=_known(past, shifts, length, needs_past=has_past or clause.condition == BELOW),
        stretch=np.ones(past.timeline.number)
        if past.scope.is_empty
        else stretches(past.timeline, past.sources, length),
        has_past=has_past,
    )


def _known(past: Past, shifts: tuple[int, ...], length: int, *, needs_past: bool) -> Flags:
    """Return per window and evaluation whether the sources could be read (Coverage.is_known)."""
    timeline, sources = past.timeline, past.sources
    if past.scope.is_empty:
        return np.zeros((len(shifts), timeline.number), dtype=np.bool_)
    failed, many = failing(timeline, sources, length), sources.many(timeline)
    known: Flags = np.array([failed.at(timeline, shift) < many for shift in shifts])
    if needs_past:
        began = max(micros(past.scope.began), timeline.first if sources.began is None else sources.began)
        ends = timeline.ends()
        for row, shift in zip(known, shifts, strict=True):
            begin = timeline.lead - shift
            row &= (ends[begin : begin + timeline.number] - length >= began) & (sources.began is not None)
    return known
