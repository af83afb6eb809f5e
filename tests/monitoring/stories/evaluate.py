"""Measure how well near-identical items are distinguished from others, on the labeled pairs of this folder.

`.venv/bin/python -m tests.monitoring.stories.evaluate` prints a line per half. items.jsonl has the items, pairs.jsonl
which of them are the same. Pairs of one article or template are in one half: thresholds were chosen on "choose", and
"report" is the figure. A pair counts as found if its items share a key and the comparison accepts them, as in
ingest/stories.py.
"""

import json
from pathlib import Path
from typing import NamedTuple

from monitoring.stories.keys import keys_of
from monitoring.stories.sameness import similarity
from monitoring.stories.words import StoryText

HERE = Path(__file__).parent
HALVES = ("choose", "report")


class Result(NamedTuple):
    found: int
    missed: int
    wrong: int
    rejected: int
    mistakes: list[str]

    @property
    def precision(self):
        return self.found / (self.found + self.wrong)

    @property
    def recall(self):
        return self.found / (self.found + self.missed)


def read(name):
    return [json.loads(line) for line in (HERE / name).read_text().splitlines()]


def texts():
    items = read("items.jsonl")
    return {item["id"]: StoryText(item["title"], item["text"], item["kind"] == "review") for item in items}


def evaluate(half):
    """Return the result for the pairs of a half."""
    items = texts()
    keys = {name: set(keys_of(text, 1)) for name, text in items.items()}
    counts = {(same, found): 0 for same in (True, False) for found in (True, False)}
    mistakes = []
    for pair in read("pairs.jsonl"):
        if pair["half"] == half:
            one, other = pair["a"], pair["b"]
            found = bool(keys[one] & keys[other]) and similarity(items[one], items[other]) > 0
            counts[pair["same"], found] += 1
            if found != pair["same"]:
                mistakes.append(f"{one} {other}")
    return Result(counts[True, True], counts[True, False], counts[False, True], counts[False, False], mistakes)


if __name__ == "__main__":
    for half in HALVES:
        result = evaluate(half)
        print(
            f"{half}: precision {result.precision:.3f}, recall {result.recall:.3f}"
            f" ({result.found} found, {result.missed} missed, {result.wrong} wrong, {result.rejected} rejected)"
        )
        for mistake in result.mistakes:
            print(f"  {mistake}")
