"""Configurations of the charts over time that also show what Vigie could not see. Pure: texts and links arrive ready.

In: buckets, series, gaps, marks and peaks. Out: JSON that static/js/chart/ draws. Called by the presenters. Colors are
tokens of static/css/tokens.css: a sentiment has its own, the brand is ink, competitors are --who-2 to --who-5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

COMPETITORS = 4  # lines that people can distinguish, with the bars


@dataclass(frozen=True, slots=True)
class TimeBucket:
    """A bucket: its label and full title, the URL of its mentions, and that of its explanation ("" for none)."""

    label: str
    title: str
    url: str
    explain_url: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentiment of the stacked bars: its token, its counts, and the value that its link adds to the filter."""

    name: str
    tone: str
    counts: tuple[int, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Line:
    """A thin line named at its end: `who` is the number of its color, `values` may lack some buckets."""

    name: str
    who: int
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class NetLine:
    """Net sentiment of one of several sides: `points` are (net, low, high), None where too little is known."""

    name: str
    who: int
    points: tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A gap or a change in a bucket, in words."""

    at: int
    text: str


def volume(
    buckets: Sequence[TimeBucket],
    segments: Sequence[Segment],
    lines: Sequence[Line],
    gaps: Sequence[Remark],
    marks: Sequence[Remark],
    peaks: Sequence[Remark],
    *,
    is_partial: bool,
) -> dict[str, Any]:
    """Return stacked bars with lines. A bucket without mentions is empty where sources failed, not zero."""
    unseen = {gap.at for gap in gaps}
    totals = [sum(counts) for counts in zip(*(segment.counts for segment in segments), strict=True)]

    def seen(at: int, count: int) -> int | None:
        return None if at in unseen and not totals[at] else count

    return {
        "kind": "volume",
        **_axis(buckets, gaps, marks),
        "links": [bucket.url for bucket in buckets],
        "explain": [bucket.explain_url for bucket in buckets],
        "segments": [
            {
                "name": segment.name,
                "tone": segment.tone,
                "key": segment.key,
                "data": [seen(at, count) for at, count in enumerate(segment.counts)],
            }
            for segment in segments
        ],
        "lines": [_line(line) for line in lines],
        "room": bool(lines),
        "peaks": [{"at": peak.at, "text": peak.text} for peak in peaks],
        "partial": is_partial,
    }


def net(
    buckets: Sequence[TimeBucket],
    name: str,
    points: Sequence[tuple[int, int, int] | None],
    gaps: Sequence[Remark],
    unknown: str,
    *,
    has_room: bool,
) -> dict[str, Any]:
    """Return a line from -100 to 100 with its band. `points` are (net, low, high); `unknown` says why one is None.

    `has_room` leaves the margin in which the chart above has the names of its lines.
    """
    return {
        "kind": "net",
        **_axis(buckets, gaps, ()),
        "name": name,
        **_bands(points),
        "unknown": unknown,
        "room": has_room,
    }


def nets(
    buckets: Sequence[TimeBucket], lines: Sequence[NetLine], gaps: Sequence[Remark], unknown: str
) -> dict[str, Any]:
    """Return lines of net sentiment of several sides, each with its band; `unknown` says why a point is None."""
    return {
        "kind": "nets",
        **_axis(buckets, gaps, ()),
        "lines": [{"name": line.name, "who": line.who, **_bands(line.points)} for line in lines],
        "unknown": unknown,
        "room": True,
    }


def shares(
    buckets: Sequence[TimeBucket], lines: Sequence[Line], gaps: Sequence[Remark], percent: str
) -> dict[str, Any]:
    """Return lines of shares in percent. `percent` is the pattern of a percentage with "{}" for the number."""
    return {
        "kind": "shares",
        **_axis(buckets, gaps, ()),
        "lines": [_line(line) for line in lines],
        "percent": percent,
        "room": True,
    }


def replay(
    buckets: Sequence[TimeBucket],
    name: str,
    values: Sequence[int | None],
    gaps: Sequence[Remark],
    fired: Sequence[Remark],
    *,
    limit: int | None,
    limit_name: str,
) -> dict[str, Any]:
    """Return bars of a rule’s counts; `fired` are the buckets in which it would have been triggered.

    `limit` is drawn as a dashed line, if there is a fixed one.
    """
    return {
        "kind": "replay",
        **_axis(buckets, gaps, ()),
        "links": [bucket.url for bucket in buckets],
        "name": name,
        "data": list(values),
        "fired": [{"at": one.at, "text": one.text} for one in fired],
        "limit": limit,
        "limitName": limit_name,
        "room": False,
    }


def goal(
    buckets: Sequence[TimeBucket],
    *,
    name: str,
    values: Sequence[float | None],
    expected: Sequence[float | None],
    expected_name: str,
    band: Sequence[tuple[float, float] | None],
    marks: Sequence[Remark],
    limit: float,
    limit_name: str,
    pattern: str,
    is_signed: bool,
) -> dict[str, Any]:
    """Return the line of a goal, the dashed one that it should follow, and the band of its forecast as (low, high).

    `limit` is its target. `pattern` is a value with its unit, with "{}" for the number.
    """
    return {
        "kind": "goal",
        **_axis(buckets, (), marks),
        "name": name,
        "data": list(values),
        "expected": list(expected),
        "expectedName": expected_name,
        "low": [one[0] if one else None for one in band],
        "high": [one[1] if one else None for one in band],
        "limit": limit,
        "limitName": limit_name,
        "pattern": pattern,
        "signed": is_signed,
        "room": True,
    }


def counts(
    buckets: Sequence[TimeBucket], name: str, values: Sequence[int | None], marks: Sequence[Remark]
) -> dict[str, Any]:
    """Return bars of one series of counts; None is a bucket of which nothing is known."""
    return {
        "kind": "counts",
        **_axis(buckets, (), marks),
        "name": name,
        "data": list(values),
        "room": False,
    }


def spark_path(values: Sequence[float | None], *, shows_gaps: bool = False) -> str:
    """Return the path of a sparkline in a box of 100 by 24; "" for fewer than two values.

    With `shows_gaps`, the line is interrupted where values are missing.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(*known, 0), max(*known, 0)
    span, step = (high - low) or 1, 100 / (len(values) - 1)
    path, is_new = "", True
    for index, value in enumerate(values):
        if value is None:
            is_new = is_new or shows_gaps
            continue
        place = f"{index * step:.1f} {22 - 20 * (value - low) / span:.1f}"
        path += f"L{place}" if not is_new else f"M{place}h0" if shows_gaps else f"M{place}"  # h0: a dot if it is alone
        is_new = False
    return path


def _axis(buckets: Sequence[TimeBucket], gaps: Sequence[Remark], marks: Sequence[Remark]) -> dict[str, Any]:
    return {
        "labels": [bucket.label for bucket in buckets],
        "titles": [bucket.title for bucket in buckets],
        "gaps": [{"at": gap.at, "text": gap.text} for gap in gaps],
        "marks": [{"at": mark.at, "text": mark.text} for mark in marks],
    }


def _bands(points: Sequence[tuple[int, int, int] | None]) -> dict[str, Any]:
    names = ("net", "low", "high")
    return {name: [point[place] if point else None for point in points] for place, name in enumerate(names)}


def _line(line: Line) -> dict[str, Any]:
    return {"name": line.name, "who": line.who, "data": list(line.values)}
