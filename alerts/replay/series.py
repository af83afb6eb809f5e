"""The measures of rules over a whole timeline: the numbers of alerts/measures/ for every minute, from arrays. No I/O.

SERIES has the measures that can be replayed, one line each; the others depend on states that are not kept, such as
which replies were overdue, or on too much to read at a time.
"""

from collections.abc import Callable

import numpy as np

from alerts.conditions.base import ABOVE, Clause, Settings
from alerts.measures import negative_share, net_sentiment
from alerts.measures.base import UNANALYZED, mask, rows_reading
from alerts.measures.mentions import Mentions
from alerts.measures.registry import MEASURES
from alerts.replay.frames import Series
from alerts.replay.read import Past, Rows
from alerts.replay.timeline import Ints, sliding


def series_of(past: Past, length: int, clause: Clause, settings: Settings, *, is_past: bool) -> Series:
    """Return the measure of a clause in windows of `length` microseconds; `is_past` as for Measure.measured."""
    return SERIES[clause.measure](past, length, clause, settings, is_past)


def _count(past: Past, rows: Rows, length: int, reading: str) -> Ints:
    """Return a reading of alerts/readings/rows.py: items, stories or authors."""
    keys = {"stories": rows.stories, "authors": rows.authors}.get(reading)
    if keys is None and not past.has_single_rows:
        keys = rows.documents
    return sliding(past.timeline, rows.found, length, keys)


def labels_of(clause: Clause, settings: Settings) -> int:
    """Return the bits of the labels that a clause counts; 0 for all."""
    measure = MEASURES[clause.measure]
    if isinstance(measure, Mentions):
        return mask(measure.labels(settings))
    return negative_share.NEGATIVE if clause.measure in ("negative_share", "net_sentiment") else 0


def counted_rows(past: Past, clause: Clause, settings: Settings) -> Rows:
    """Return the mentions that a clause counts."""
    rows = past.rows.labeled(labels_of(clause, settings))
    if clause.measure != "rating":
        return rows
    return rows.having((rows.ratings > 0) & (rows.ratings <= clause.parameter))


def _counts(past: Past, length: int, clause: Clause, settings: Settings, is_past: bool) -> Series:
    measure, bits = MEASURES[clause.measure], labels_of(clause, settings)
    if is_past and bits and clause.condition != ABOVE:
        bits |= UNANALYZED
    rows = past.rows.labeled(bits)
    counts = [_count(past, rows, length, reading) for reading in measure.readings(clause, settings)]
    return Series(np.minimum.reduce(counts), counts[0])


def _share(past: Past, length: int, settings: Settings, judged_bits: int, parts: dict[int, int]) -> Series:
    reading = rows_reading(settings)
    judged = _count(past, past.rows.labeled(judged_bits), length, reading)
    balance = np.zeros_like(judged)
    for bits, sign in parts.items():
        balance += sign * _count(past, past.rows.labeled(bits), length, reading)
    return _percent(balance, judged)


def _percent(part: Ints, whole: Ints) -> Series:
    values = np.where(whole > 0, 100 * part / np.maximum(whole, 1), 0.0)
    return Series(values, np.rint(values).astype(np.int64), whole)


def _negative_share(past: Past, length: int, clause: Clause, settings: Settings, is_past: bool) -> Series:
    return _share(past, length, settings, negative_share.JUDGED, {negative_share.NEGATIVE: 1})


def _net_sentiment(past: Past, length: int, clause: Clause, settings: Settings, is_past: bool) -> Series:
    parts = {net_sentiment.POSITIVE: 1, net_sentiment.NEGATIVE: -1}
    return _share(past, length, settings, net_sentiment.JUDGED, parts)


def _ratings(past: Past, length: int, clause: Clause, settings: Settings, is_past: bool) -> Series:
    counts = _count(past, counted_rows(past, clause, settings), length, "items")
    return Series(counts, counts)


def _share_of_voice(past: Past, length: int, clause: Clause, settings: Settings, is_past: bool) -> Series:
    voices = past.voices
    keys = None
    if settings.counts_stories:  # each story once per keyword
        pairs = np.stack([voices.keywords, voices.stories])
        keys = np.unique(pairs, axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)
    own = np.isin(voices.keywords, np.array(past.scope.keywords))
    everything = sliding(past.timeline, voices.found, length, keys)
    part = sliding(past.timeline, voices.found[own], length, None if keys is None else keys[own])
    return _percent(part, everything)


SERIES: dict[str, Callable[[Past, int, Clause, Settings, bool], Series]] = {
    "mentions": _counts,
    "stories": _counts,
    "negative": _counts,
    "authors": _counts,
    "negative_share": _negative_share,
    "net_sentiment": _net_sentiment,
    "rating": _ratings,
    "share_of_voice": _share_of_voice,
}


def unsupported(settings: Settings) -> list[str]:
    """Return the names of the rule's measures that cannot be replayed."""
    return [clause.measure for clause in settings.clauses if clause.measure not in SERIES]
