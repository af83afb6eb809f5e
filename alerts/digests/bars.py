"""The chart of a digest: cells of a table instead of an image.

Most mail programs block remote images until the reader allows them, and list images that come with the message as
attachments; cells with a height and a color are shown by all of them, Outlook included, and follow the dark mode.
In: a History. Out: the bars for templates/emails/_bars.html. Called by alerts/digests/render.py.
"""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import clock, number, short_day
from alerts.digests.history import Count, History

HEIGHT_PX = 72
MIN_BARS = 4


@dataclass(frozen=True)
class Bar:
    """Heights in pixels of the parts above the baseline, with the number of the window where it is shown."""

    space: int
    others: int
    negative: int
    is_seen: bool
    is_current: bool
    label: str = ""


@dataclass(frozen=True)
class Chart:
    """`title` says the kind of bar, `first` and `last` name the ends of the axis, `words` is a sentence."""

    title: str
    bars: tuple[Bar, ...]
    first: str
    last: str
    words: str
    has_gap: bool
    has_negative: bool


def chart_of(history: History) -> Chart | None:
    """Return the chart; None if it would show fewer than MIN_BARS windows that Vigie could see, or no mention."""
    counts = history.bars
    highest = max((count.total for count in counts), default=0)
    if not highest or sum(count.is_seen for count in counts) < MIN_BARS:
        return None
    peak = max(range(len(counts)), key=lambda place: (counts[place].total, place))
    titles = {
        "hour": _("Mentions per hour"),
        "day": _("Mentions per day"),
        "week": _("Mentions per week"),
        "month": _("Mentions per 30 days"),
    }
    first, last = _name(history, counts[0]), _name(history, counts[-1])
    return Chart(
        title=titles[history.bar],
        bars=tuple(
            _bar(count, highest, is_current=place == len(counts) - 1, is_labeled=place in (peak, len(counts) - 1))
            for place, count in enumerate(counts)
        ),
        first=first,
        last=last,
        words=_words(history, counts[peak]),
        has_gap=any(not count.is_seen for count in counts),
        has_negative=any(count.split.negative for count in counts),
    )


def _bar(count: Count, highest: int, *, is_current: bool, is_labeled: bool) -> Bar:
    height = max(round(HEIGHT_PX * count.total / highest), 2 if count.total else 0)
    negative = min(round(HEIGHT_PX * count.split.negative / highest), height)
    return Bar(
        space=HEIGHT_PX - height,
        others=height - negative,
        negative=negative,
        is_seen=count.is_seen,
        is_current=is_current,
        label=number(count.total) if is_labeled else "",
    )


def _name(history: History, count: Count) -> str:
    """Return the name of a window: the hour or the day at which it ends."""
    end = timezone.localtime(count.window.end)
    return clock(end.time()) if history.bar == "hour" else short_day(end)


def _words(history: History, peak: Count) -> str:
    """Return the chart as a sentence, for screen readers and the plain text."""
    values = [number(count.total) if count.is_seen else "?" for count in history.bars]
    text = ngettext(
        "%(values)s. Highest: %(peak)s mention on %(when)s.",
        "%(values)s. Highest: %(peak)s mentions on %(when)s.",
        peak.total,
    )
    if history.bar == "hour":
        text = ngettext(
            "%(values)s. Highest: %(peak)s mention until %(when)s.",
            "%(values)s. Highest: %(peak)s mentions until %(when)s.",
            peak.total,
        )
    return text % {"values": " · ".join(values), "peak": number(peak.total), "when": _name(history, peak)}
