"""The parts of a window in which a source could not be seen, from its periods."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.insights.outages import Period, unseen_parts

START = datetime(2026, 11, 1, tzinfo=UTC)


def at(hours):
    return START + timedelta(hours=hours)


def period(start, end, code=""):
    return Period(at(start), None if end is None else at(end), code)


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([], [(0, 24, "")]),
        ([period(-5, None)], []),
        ([period(3, None)], [(0, 3, "")]),
        ([period(-5, 4), period(4, 9, "dns"), period(9, None)], [(4, 9, "dns")]),
        ([period(-5, 4, "dns"), period(4, None, "timeout")], [(0, 4, "dns"), (4, 24, "timeout")]),
        ([period(-5, 4, "dns"), period(4, 6, "dns"), period(6, None)], [(0, 6, "dns")]),
        ([period(-5, 4), period(10, None)], [(4, 10, "")]),
        ([period(9, None), period(-5, 9, "dns")], [(0, 9, "dns")]),
        ([period(-9, -5, "dns"), period(-5, 30), period(30, None, "dns")], []),
    ],
)
def test_unseen_parts_are_those_without_a_working_period(periods, expected):
    parts = unseen_parts(periods, START, at(24))
    assert [(part.start, part.end, part.error_code) for part in parts] == [
        (at(start), at(end), code) for start, end, code in expected
    ]
