"""The verdict on a rule with several clauses. Pure; called by registry.py."""

from collections.abc import Sequence
from dataclasses import replace

from alerts.conditions.base import AND, Verdict


def combine(verdicts: Sequence[Verdict], joined_by: str) -> Verdict:
    """Return the verdict on clauses joined by "and" or "or", with three values: met, not met and unknown.

    "and" is met with all clauses, and an incident is over with the first that recovers; "or" is met with one, and
    over with all. The numbers are those of the first clause that is met.
    """
    refuted = [not one.triggered and not one.is_unknown for one in verdicts]
    if joined_by == AND:
        triggered, is_refuted = all(one.triggered for one in verdicts), any(refuted)
        resolved = any(one.resolved for one in verdicts)
    else:
        triggered, is_refuted = any(one.triggered for one in verdicts), all(refuted)
        resolved = all(one.resolved for one in verdicts)
    clause = next((number for number, one in enumerate(verdicts) if one.triggered), 0)
    return replace(
        verdicts[clause],
        triggered=triggered,
        resolved=resolved,
        is_unknown=not triggered and not is_refuted,
        parts=tuple(verdicts),
        clause=clause,
    )
