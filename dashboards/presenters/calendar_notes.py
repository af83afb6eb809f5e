"""The sentences above the calendar: what comes next, what is late, gaps, busy stretches, and the variety of types.

In: the posts around today and facts of workplace/calendar/rhythm.py. Out: texts in the active language, with the links
behind them. Called by presenters/calendar.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.formats import date_range, long_date, number
from dashboards.presenters.dates import planned_time
from workplace.calendar.rhythm import Busy, Dominant, Gap, busy, dominant, gaps
from workplace.calendar.statuses import OPEN
from workplace.models import Post

BEHIND, AHEAD = timedelta(days=14), timedelta(days=28)  # the stretch that the sentences are about
MAX_NOTES = 3  # of each sort
COUNTED = (*sorted(OPEN), Post.Status.PUBLISHED)


@dataclass(frozen=True)
class Note:
    """A remark; `day` is where the calendar shows it, `fills` whether a post there would help."""

    icon: str
    text: str
    day: date | None = None
    fills: bool = False


@dataclass(frozen=True)
class Heading:
    """The first sentence of the page; `post_id` is the post that it is about."""

    tone: str
    icon: str
    text: str
    post_id: int | None = None


@dataclass(frozen=True)
class Rhythm:
    """The posts around today, read once: the heading, the remarks, and the days that are hatched."""

    heading: Heading
    notes: list[Note]
    gaps: list[Gap]


def rhythm(posts: Sequence[Post], late: int, now: datetime, zone: tzinfo) -> Rhythm:
    """Return the sentences; `posts` are those from BEHIND before now until AHEAD after it, the earliest first."""
    today = now.astimezone(zone).date()
    counted = [one for one in posts if one.status in COUNTED and one.due_at]
    local = [(one, one.due_at.astimezone(zone)) for one in counted if one.due_at]
    empty = gaps({at.date() for _post, at in local}, today, today + AHEAD) if counted else []
    crowded = busy(at for _post, at in local if at.date() >= today)
    most = dominant([one.kind for one in counted])
    notes = [Note("calendar-days", _gap_words(gap), gap.first, fills=True) for gap in empty[:MAX_NOTES]]
    notes += [Note("clock", _busy_words(one), one.day) for one in crowded[:MAX_NOTES]]
    if most:
        notes.append(Note("scale", _dominant_words(most)))
    return Rhythm(_heading(counted, late, now), notes, empty)


def _heading(posts: Sequence[Post], late: int, now: datetime) -> Heading:
    if late:
        text = ngettext(
            "%(number)s scheduled post is past its time. Publish it and enter its link.",
            "%(number)s scheduled posts are past their time. Publish them and enter their links.",
            late,
        )
        return Heading("", "triangle-alert", text % {"number": number(late)})
    ahead = [one for one in posts if one.due_at and one.due_at >= now and one.status != Post.Status.PUBLISHED]
    if not ahead:
        return Heading("calm", "calendar-days", _("Nothing is planned for the next four weeks."))
    first = ahead[0]
    values = {"title": first.title, "time": planned_time(first.due_at, now)} if first.due_at else {}
    return Heading("calm", "clock", _("Next post: %(time)s, “%(title)s”.") % values, first.pk)


def _gap_words(gap: Gap) -> str:
    if gap.is_open:
        return _("Nothing is planned from %(day)s on.") % {"day": long_date(gap.first)}
    text = ngettext(
        "Nothing is planned for %(number)s day: %(dates)s.",
        "Nothing is planned for %(number)s days: %(dates)s.",
        gap.days,
    )
    return text % {"number": number(gap.days), "dates": date_range(gap.first, gap.last)}


def _busy_words(one: Busy) -> str:
    texts = {
        "night": ngettext(
            "%(number)s post in the night of %(day)s.", "%(number)s posts in the night of %(day)s.", one.posts
        ),
        "morning": ngettext(
            "%(number)s post on the morning of %(day)s.", "%(number)s posts on the morning of %(day)s.", one.posts
        ),
        "afternoon": ngettext(
            "%(number)s post on the afternoon of %(day)s.", "%(number)s posts on the afternoon of %(day)s.", one.posts
        ),
        "evening": ngettext(
            "%(number)s post on the evening of %(day)s.", "%(number)s posts on the evening of %(day)s.", one.posts
        ),
    }
    return texts[one.part] % {"number": number(one.posts), "day": long_date(one.day)}


def _dominant_words(most: Dominant) -> str:
    label = Post.Kind(most.kind).label
    # Translators: posts of one type among all posts of about six weeks, such as “8 of 10 posts are of type Offer”.
    text = pgettext("types of posts", "%(posts)s of %(total)s posts are of type “%(type)s”. Vary the types.")
    return text % {"posts": number(most.posts), "total": number(most.total), "type": label}
