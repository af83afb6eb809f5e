"""Precision, recall and time to detection of the ready-made rule on a wave of negative mentions, and of simpler rules.

The histories (tests/alerts/histories.py) are those that the rule was not tuned with. docs/alerts.md has the results.
"""

import os
from collections.abc import Callable, Sequence

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "x" * 60)


def main() -> None:
    django.setup()
    from alerts.conditions.base import Settings
    from alerts.ready_made import READY_MADE
    from tests.alerts import scoring
    from tests.alerts.histories import UNSEEN_SEEDS, History, histories

    found = [history for seed in UNSEEN_SEEDS for history in histories(seed)]
    bad_buzz = READY_MADE[0]
    rules: dict[str, Callable[[History], scoring.Judge]] = {
        "Vigie’s ready-made rule": scoring.rule(Settings(**bad_buzz.fields), bad_buzz.window_s // 60),
        "more than 3 standard deviations": scoring.three_deviations,
        "twice yesterday": scoring.twice_yesterday,
    }
    for name, judge_of in rules.items():
        print(f"{name}, {len(found)} histories of 14 days, evaluated every 10 minutes")
        scores = [(history.name, scoring.score(history, judge_of(history), every=10)) for history in found]
        for kind in dict.fromkeys(kind for kind, _score in scores):
            print(f"  {kind:26} {line([one for name, one in scores if name == kind])}")
        print(f"  {'all':26} {line([one for _name, one in scores])}", flush=True)


def line(scores: Sequence) -> str:
    total = sum(scores[1:], scores[0])
    delay = "–" if total.delay is None else f"{total.delay:.0f} min"
    rates = f"precision {total.precision:.2f}  recall {total.recall:.2f}  median delay {delay}"
    return f"{rates}  alerts {total.alerts}  crises {total.crises}"


if __name__ == "__main__":
    main()
