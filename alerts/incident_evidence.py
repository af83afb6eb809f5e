"""The evidence of an incident: the top posts, the theme, the terms, who started it, and how much of it is syndicated.

In: the filter of an incident (alerts/incident_filters.py). Out: frozen rows. All numbers are of the mentions from the
window that triggered the first rule to the end of the incident, in every status. Called by the incident pages and
messages.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from alerts.incident_filters import counts_rows, is_falling
from alerts.models import Incident
from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, rows_of_documents
from monitoring.insights.terms import Term, distinctive_terms
from monitoring.insights.theme_rise import ThemeRise, theme_rise
from monitoring.models import Mention, Triage

TOP_POSTS = 5
CANDIDATES = 50  # items with most reactions, of which each story is listed once
MAX_REPLIES = 20  # replies in the timeline: the first ones


@dataclass(frozen=True)
class Syndication:
    """How many items an incident has, and how many stories they are: the rest picked one of these up."""

    items: int
    stories: int

    @property
    def pickups(self) -> int:
        return self.items - self.stories

    @property
    def percent(self) -> int:
        """The share of pick-ups in percent, rounded."""
        return round(100 * self.pickups / self.items) if self.items else 0


@dataclass(frozen=True)
class Tally:
    """The items of an incident by what people need to know. `needs_reply` are those that wait for one now."""

    items: int
    stories: int
    negative: int
    analyzed: int
    authors: int
    needs_reply: int
    replied: int

    @property
    def syndication(self) -> Syndication:
        return Syndication(self.items, self.stories)


@dataclass(frozen=True)
class Reply:
    """When somebody replied to an item of the incident, and who, if Vigie knows."""

    at: datetime
    person: str
    title: str
    mention_id: int


def first_mention(f: MentionFilter) -> Mention | None:
    """Return the mention that was published first; of items without a readable date, none."""
    rows = f.mentions().filter(document__deleted_at=None)
    dated = rows.filter(document__published_is_known=True).select_related("document", "source")
    return dated.order_by("published", "document_id").first()


def tally(f: MentionFilter) -> Tally:
    """Return the numbers of an incident in one query; each item counts, reprints included."""
    status, sentiment = Mention.Status, Mention.Sentiment
    counted = (
        f.replace(stories="")
        .mentions()
        .aggregate(
            items=Count("document_id", distinct=True),
            stories=Count(f.replace(stories=FOLD).row_key, distinct=True),
            negative=Count("document_id", distinct=True, filter=Q(sentiment=sentiment.NEGATIVE)),
            analyzed=Count("document_id", distinct=True, filter=~Q(sentiment="")),
            authors=Count("author", distinct=True, filter=~Q(author="")),
            needs_reply=Count("document_id", distinct=True, filter=Q(status=status.NEEDS_REPLY)),
            replied=Count("document_id", distinct=True, filter=Q(status=status.REPLIED)),
        )
    )
    return Tally(**counted)


def top_posts(f: MentionFilter) -> tuple[MentionRow, ...]:
    """Return the items with most reactions, each story once; then those of the authors with most followers."""
    f = f.replace(stories="")
    rows = (
        f.mentions()
        .filter(document__deleted_at=None)
        .order_by(
            F("engagement").desc(nulls_last=True), F("document__followers").desc(nulls_last=True), "-published", "-pk"
        )
    )
    best: dict[int, int] = {}
    for document_id, story_id in rows.values_list("document_id", "story_id")[:CANDIDATES]:
        best.setdefault(story_id or -document_id, document_id)
    ids = list(best.values())[:TOP_POSTS]
    return tuple(sorted(rows_of_documents(f, ids), key=lambda row: ids.index(row.document.pk)))


def terms_of(peak: MentionFilter) -> tuple[tuple[Term, ...], MentionFilter]:
    """Return the distinctive terms of the peak, and the filter that they search in."""
    scope = peak.replace(statuses=())
    return tuple(distinctive_terms(scope).words), scope


def theme_of(incident: Incident, peak: MentionFilter) -> ThemeRise | None:
    """Return the theme that most of the rise to the peak is about; None for rules that count no mentions, or few."""
    return theme_rise(peak) if counts_rows(incident) and not is_falling(incident) else None


def replies_of(incident: Incident, f: MentionFilter, now: datetime) -> list[Reply]:
    """Return the first replies to items of the incident, oldest first."""
    mentions = f.mentions()
    end = incident.closed_at or now
    found = Triage.objects.filter(
        document__in=mentions.values("document_id"),
        first_replied_at__gte=incident.opened_at,
        first_replied_at__lte=end,
    )
    rows = list(found.select_related("document", "replied_by").order_by("first_replied_at", "pk")[:MAX_REPLIES])
    first = dict(mentions.filter(document__in=[row.pk for row in rows]).values_list("document_id", "pk"))
    return [
        Reply(
            at=row.first_replied_at,
            person=row.replied_by.name if row.replied_by else "",
            title="" if row.document.deleted_at else str(row.document),
            mention_id=first.get(row.pk, 0),
        )
        for row in rows
        if row.first_replied_at
    ]
