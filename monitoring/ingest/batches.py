"""Continue long work in batches within a time budget. Called by the background jobs whose progress is in Postgres."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

Work = TypeVar("Work")


def take_turns(unfinished: Callable[[], Iterable[Work]], next_batch: Callable[[Work], bool], budget_s: float) -> bool:
    """Make one batch of each piece of unfinished work in turn, for about `budget_s` seconds.

    `next_batch` returns whether its work has more batches. Return True if the time ran out before the end of all work.
    """
    deadline = time.monotonic() + budget_s
    while True:
        is_more = False
        for one in unfinished():
            if time.monotonic() >= deadline:
                return True
            is_more |= next_batch(one)
        if not is_more:
            return False
