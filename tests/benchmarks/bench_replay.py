"""Processor time of replaying rules over 90 days: python -m tests.benchmarks.bench_replay [MENTIONS]

In a project with mentions of twenty keywords over two years. The naive evaluation, which counts with SQL for each
minute, is timed for some minutes of the same time and scaled to all of them. Times include the Postgres backend.
"""

import time
from collections.abc import Callable
from datetime import UTC, timedelta
from statistics import median
from typing import Any

from tests.benchmarks.services import backend_s, run_with

ROUNDS, SAMPLES = 5, 100
RULES: dict[str, dict[str, Any]] = {
    "more than 50 in 24 hours": {"threshold": 50, "window_s": 86400},
    "more than 5 negative in 6 hours, stories": {
        "threshold": 5,
        "window_s": 21600,
        "sentiment": "negative",
        "counts_stories": True,
    },
    "up by 100% in 24 hours, at least 10": {
        "condition": "increase",
        "percent": 100,
        "minimum": 10,
        "window_s": 86400,
    },
    "fewer than 1 in 7 days": {"condition": "below", "threshold": 1, "window_s": 604800},
}


def processor_time() -> float:
    """Return the seconds of this process and of its Postgres backend."""
    return time.process_time() + backend_s()


def spent(action: Callable[[], object], rounds: int) -> float:
    """Return the seconds per round."""
    began = processor_time()
    for _ in range(rounds):
        action()
    return (processor_time() - began) / rounds


def run(size: int) -> None:
    from alerts.counting import count_rules
    from alerts.evaluate import shown_verdict
    from alerts.models import Rule
    from alerts.ready_made import READY_MADE
    from alerts.replay.read import read_past
    from alerts.replay.replay import replay
    from monitoring.models import Keyword, Source
    from tests.benchmarks.bench_insights import NOW, fill

    project, keywords = fill(size)
    old = NOW - timedelta(days=730)
    Keyword.objects.update(created_at=old)
    Source.objects.update(created_at=old)
    keyword = Keyword.objects.get(pk=keywords[0].pk)
    rules = {ready.name.replace("_", " "): {**ready.fields, "window_s": ready.window_s} for ready in READY_MADE[:2]}
    print(f"{size} mentions; processor time, median of {ROUNDS}; naive: {SAMPLES} minutes, scaled to all")
    for name, fields in (rules | RULES).items():
        rule = Rule(pk=1, project=project, keyword=keyword, **{"counts_stories": False, **fields})
        times = [spent(lambda rule=rule: replay(rule, NOW, UTC), 1) for _ in range(ROUNDS)]
        read = spent(lambda rule=rule: read_past(rule, NOW), ROUNDS)
        found = replay(rule, NOW, UTC)
        minutes = (found.until - found.since) // timedelta(minutes=1) + 1
        instants = iter([NOW - timedelta(minutes=number * (minutes // SAMPLES)) for number in range(SAMPLES)])

        def evaluate_one(rule=rule, instants=instants) -> None:
            counted = count_rules([rule], next(instants))[rule.pk]
            shown_verdict(counted.history, counted.settings)

        naive = spent(evaluate_one, SAMPLES) * minutes
        print(
            f"{name:42} {1000 * median(times):7.0f} ms (reading {1000 * read:.0f})  naive {naive:7.0f} s"
            f"  mentions {found.matching:6}  alerts {len(found.firings):4}  complete {found.is_complete}",
            flush=True,
        )


if __name__ == "__main__":
    run_with(run, 1_000_000, __doc__)
