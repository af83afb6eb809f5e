"""The usual count at each evaluation of a replay, as alerts/conditions/unusual.py computes it for one. No I/O.

Called by candidates.py, which needs a bound for all evaluations; the condition computes it again where it matters.
"""

import numpy as np
from numpy.typing import NDArray

from alerts.conditions.unusual import MIN_DAYS, MIN_WEEKS, RECENT
from alerts.replay.frames import Frames
from alerts.replay.timeline import Flags, Floats

CHUNK = 8192


def usual_means(frames: Frames) -> tuple[Floats, Floats]:
    """Return the highest and the lowest mean of the parts of the past per evaluation; 0 where too little is known.

    They are cached on the frames: rules that differ only in their sensitivity share them.
    """
    cached: tuple[Floats, Floats] | None = frames.__dict__.get("usual_means")
    if cached is None:
        number = frames.timeline.number
        cached = np.zeros(number), np.zeros(number)
        for begin in range(0, number, CHUNK):
            places = np.arange(begin, min(begin + CHUNK, number))
            means = _means(frames.past(places).astype(np.float32), frames.known[1:, places].T)
            cached[0][places], cached[1][places] = means
        frames.__dict__["usual_means"] = cached
    return cached


def _means(past: NDArray[np.float32], known: Flags) -> tuple[Floats, Floats]:
    number = known.sum(axis=1)
    ordered = np.sort(np.where(known, past, np.inf), axis=1)
    rows = np.arange(len(past))
    low, high = (
        ordered[rows, np.maximum(number - 1, 0) // 2],
        ordered[rows, np.minimum(number // 2, past.shape[1] - 1)],
    )
    middle = np.where(number > 0, (low + high) / 2, 0.0)
    ceiling = middle + 3 * np.sqrt(np.maximum(middle, 1)) + 1
    counts = np.where(known, np.minimum(past, ceiling[:, None]), 0.0)
    is_weekly = past.shape[1] < RECENT
    highest = lowest = counts.sum(axis=1) / np.maximum(number, 1)
    if not is_weekly:
        for part in (np.s_[:, RECENT - 1 :: RECENT], np.s_[:, :RECENT]):
            size = known[part].sum(axis=1)
            mean = counts[part].sum(axis=1) / np.maximum(size, 1)
            highest = np.where(size >= MIN_WEEKS, np.maximum(highest, mean), highest)
            lowest = np.where(size >= MIN_WEEKS, np.minimum(lowest, mean), lowest)
    is_known = number >= (MIN_WEEKS if is_weekly else MIN_DAYS)
    return np.where(is_known, highest, 0.0), np.where(is_known, lowest, 0.0)
