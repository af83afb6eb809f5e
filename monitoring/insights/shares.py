"""Whole percentages of counts. Pure; called by charts, badges, and reports."""

from collections.abc import Sequence


def shares(counts: Sequence[int]) -> list[int]:
    """Return whole percentages that add up to 100 (largest remainder method); all 0 if the counts are."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    exact = [count * 100 / total for count in counts]
    whole = [int(value) for value in exact]
    by_remainder = sorted(range(len(counts)), key=lambda index: (whole[index] - exact[index], index))
    for index in by_remainder[: 100 - sum(whole)]:
        whole[index] += 1
    return whole
