"""The page of a story: its spread as a chart, its items with their delay, and what a person has just changed.

In: rows of monitoring/insights/story.py, entries of the activity log. Out: frozen values for templates/stories/ and
templates/mentions/_story.html. Called by views/story.py and views/mentions.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import duration, number, percent
from accounts.models import ActivityEntry, User
from dashboards import charts
from dashboards.presenters.mention_rows import ShownMention, shown_mentions, shown_with_work
from dashboards.presenters.volume_chart import chart_buckets
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow
from monitoring.insights.story import SameTexts, StoryFacts, others_of
from monitoring.insights.volume import volume
from monitoring.messages.labels import platform_name
from monitoring.models import Document
from monitoring.services.stories import SPLIT, UNDOABLE
from monitoring.services.triage_log import UNDONE

MAX_OTHERS = 5  # in the reading pane
AT_ONCE = timedelta(minutes=1)


@dataclass(frozen=True)
class StoryItem:
    """An item of a story. `delay` is how much later than the first one it was published, "" for the first itself.

    `text` says whether its text is that of the first item, "" where it was not compared. `has_own_title` unless its
    title is that of the first item.
    """

    row: ShownMention
    is_first: bool
    delay: str
    text: str
    has_own_title: bool


@dataclass(frozen=True)
class SpreadChart:
    """Items over time: the chart's configuration, and its table as (title, URL, items), oldest first."""

    config: dict[str, object]
    rows: list[tuple[str, str, int]]


@dataclass(frozen=True)
class ShownFacts:
    """The facts of a story with what takes words: `speed` and `texts` are sentences, "" if there is nothing to say.

    `platforms` and `sentiments` are (name, items, query of the list); an item with two labels counts toward both.
    """

    found: StoryFacts
    speed: str
    texts: str
    platforms: list[tuple[str, int, str]]
    sentiments: list[tuple[str, int, str]]


@dataclass(frozen=True)
class SharedStory:
    """The other items of a mention's story: their number, and the first of them."""

    id: int
    others: int
    rows: list[ShownMention]


@dataclass(frozen=True)
class LastChange:
    """A change of a story that a person has just made, with the entry that undoes it and the story of split items."""

    entry_id: int
    text: str
    new_story: int | None


def shown_facts(f: MentionFilter, found: StoryFacts, texts: SameTexts) -> ShownFacts:
    platforms = [
        (platform_name(name), items, f.replace(platforms=(name,)).to_query()) for name, items in found.platforms
    ]
    sentiments = [
        (str(row.label), row.count, f.replace(sentiments=(str(row.key),)).to_query())
        for row in facet_rows(f, "sentiments")
    ]
    return ShownFacts(found, _speed(found), _texts(texts), platforms, sentiments)


def story_items(rows: Iterable[MentionRow], first: Document, texts: SameTexts, now: datetime) -> list[StoryItem]:
    """Return the items with the team's work on them, in a fixed number of queries."""
    return [
        StoryItem(
            row=row,
            is_first=row.document.pk == first.pk,
            delay="" if row.document.pk == first.pk else _delay(row.document.published - first.published),
            text=_text(row.document.pk, texts),
            has_own_title=row.document.pk == first.pk or row.document.title != first.title or not first.title,
        )
        for row in shown_with_work(rows, now)
    ]


def spread_chart(f: MentionFilter, url: str) -> SpreadChart:
    """Return the chart of all items of the story; each bar links to its list on the page at `url`."""
    series = volume(f)
    buckets = chart_buckets(f, series.starts, series.bucket, url)
    items = charts.Dataset(_("Items"), "--who-1", series.totals)
    rows = [(bucket.title, bucket.url, total) for bucket, total in zip(buckets, series.totals, strict=True)]
    return SpreadChart(charts.volume(buckets, [items]), rows)


def shared_story(document: Document) -> SharedStory | None:
    """Return the other items of a document's story, None if there are none; in two queries."""
    if document.story_id is None:
        return None
    others, rows = others_of(document.project_id, document.story_id, document.pk, MAX_OTHERS)
    return SharedStory(document.story_id, others, shown_mentions(rows)) if others else None


def last_change(project_id: int, entry_id: int | None, user: User) -> LastChange | None:
    """Return a person's own change of a story, None if there is no such entry or it has been undone."""
    entries = ActivityEntry.objects.filter(project=project_id, user=user)
    entry = entries.filter(pk=entry_id, action__in=UNDOABLE, detail__has_key="moved").first() if entry_id else None
    if entry is None or entries.filter(action=UNDONE, detail__undone=entry.pk).exists():
        return None
    count = len(entry.detail["documents"])
    if entry.action == SPLIT:
        words = ngettext("%(number)s item split from this story.", "%(number)s items split from this story.", count)
        return LastChange(
            entry.pk, words % {"number": number(count)}, next(iter(entry.detail["moved"].values()), None)
        )
    words = ngettext("%(number)s item joined to this story.", "%(number)s items joined to this story.", count)
    return LastChange(entry.pk, words % {"number": number(count)}, None)


def joins_with(rows: Iterable[ShownMention], sizes: Mapping[int | None, int]) -> list[tuple[ShownMention, int]]:
    """Return rows with the number of items that join with each: those of its story, or itself alone."""
    return [(row, max(sizes.get(row.story_id, 1), 1)) for row in rows]


def _speed(found: StoryFacts) -> str:
    span = found.last_published - found.first_published
    if found.items < 2:
        return ""
    if span < AT_ONCE:
        return _("All items were published within a minute.")
    words = _("Half of the items appeared within %(half)s, %(percent)s within %(most)s, the last one after %(last)s.")
    return words % {
        "half": duration((found.half - found.first_published).total_seconds()),
        "percent": percent(90),
        "most": duration((found.most - found.first_published).total_seconds()),
        "last": duration(span.total_seconds()),
    }


def _delay(delay: timedelta) -> str:
    if delay < AT_ONCE:
        return _("at the same time")
    return _("%(duration)s later") % {"duration": duration(delay.total_seconds())}


def _text(document_id: int, texts: SameTexts) -> str:
    if document_id in texts.same:
        return _("same text")
    return _("adapted text") if document_id in texts.adapted else ""


def _texts(texts: SameTexts) -> str:
    compared = len(texts.same) + len(texts.adapted)
    if not compared:
        return ""
    share = {"percent": percent(round(100 * len(texts.same) / compared)), "number": number(compared)}
    if not texts.is_complete:
        words = _("%(percent)s of the first %(number)s reprints have the same text, the others an adapted one.")
        return words % share
    one = _("The other item has the same text.") if texts.same else _("The other item has an adapted text.")
    many = _("%(percent)s of the %(number)s reprints have the same text, the others an adapted one.")
    if not texts.adapted:
        many = _("All %(number)s reprints have the same text.")
    elif not texts.same:
        many = _("All %(number)s reprints have an adapted text.")
    return one if compared == 1 else many % share
