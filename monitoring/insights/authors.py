"""Read authors: sorted and searched lists, and the welcome queue.

In: a project and what a person asks for. Out: rows and counts. Lists read the kept columns of `Author`; the page of an
author counts under a MentionFilter (author_profile.py). Called by pages and the API.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Q, QuerySet

from monitoring.content.scrub import scrub
from monitoring.content.values import MAX_ID
from monitoring.insights.cursors import EPOCH
from monitoring.models import Author, AuthorSettings, Mention
from monitoring.query import search_text

PAGE_SIZE = 50
MAX_QUERY = 100  # characters
# By its name: the column that a list is sorted by, largest first.
SORTS = {"mentions": "mention_count", "last": "last_at", "followers": "followers"}
LABELS = {"regular": "is_regular", "detractor": "is_detractor", "ambassador": "is_ambassador"}
MAX_QUEUE = 100  # a badge shows "100+"


@dataclass(frozen=True)
class AuthorQuery:
    """The selection of a list of authors; "" for anything. `sort` is one of SORTS, `label` one of LABELS."""

    project_id: int
    q: str = ""
    sort: str = "mentions"
    label: str = ""
    platform: str = ""
    tag: str = ""

    @classmethod
    def read(cls, project_id: int, params: Mapping[str, str]) -> "AuthorQuery":
        """Read the query string of the page of authors; unknown values choose nothing."""
        sort, label = params.get("sort", ""), params.get("label", "")
        return cls(
            project_id,
            q=scrub(params.get("q", ""))[:MAX_QUERY].strip(),
            sort=sort if sort in SORTS else "mentions",
            label=label if label in LABELS else "",
            platform=scrub(params.get("platform", ""))[:30],
            tag=scrub(params.get("tag", ""))[:50],
        )

    def to_query(self) -> str:
        """Return the query string that `read` reads as this query."""
        names = ("q", "sort", "label", "platform", "tag")
        return urlencode({name: value for name in names if (value := getattr(self, name))})

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves out authors, apart from its order."""
        return bool(self.q or self.label or self.platform or self.tag)


@dataclass(frozen=True)
class AuthorPage:
    """One page of authors with their tags prefetched, and the cursor of the next one, "" after the last."""

    rows: tuple[Author, ...]
    next_cursor: str = ""


@dataclass(frozen=True)
class Waiting:
    """An author on the welcome queue: since when, whether they are back, and the mention to reply to."""

    author: Author
    welcome_at: datetime
    is_return: bool
    mention: Mention | None


def author_page(query: AuthorQuery, cursor: str = "", size: int = PAGE_SIZE) -> AuthorPage:
    """Return one page by keyset; an invalid cursor gives the first."""
    column = SORTS[query.sort]
    rows = _matching(query).filter(**{f"{column}__isnull": False}).order_by(f"-{column}", "-id")
    if position := _read_cursor(query.sort, cursor):
        value, pk = position
        rows = rows.filter(Q(**{f"{column}__lt": value}) | Q(**{column: value, "id__lt": pk}))
    found = list(rows.prefetch_related("tags")[: size + 1])
    shown = found[:size]
    is_more = len(found) > size
    return AuthorPage(tuple(shown), _write_cursor(query.sort, shown[-1]) if is_more else "")


def author_count(query: AuthorQuery) -> int:
    """Return the number of authors in the list."""
    return _matching(query).filter(**{f"{SORTS[query.sort]}__isnull": False}).count()


def _matching(query: AuthorQuery) -> QuerySet[Author]:
    rows = Author.objects.filter(project_id=query.project_id, mention_count__gt=0)
    if query.platform:
        rows = rows.filter(platform=query.platform)
    if query.label:
        rows = rows.filter(**{LABELS[query.label]: True})
    if query.tag:
        rows = rows.filter(tags__tag=query.tag)
    if words := search_text(query.q).split():
        terms = " & ".join("'{}':*".format(word.replace("\\", "").replace("'", "''")) for word in words[:10])
        rows = rows.filter(search=SearchQuery(terms, config="simple", search_type="raw"))
    return rows


def is_cursor(sort: str, text: str) -> bool:
    """Return whether a text is a cursor of a list with this order."""
    return _read_cursor(sort, text) is not None


def _write_cursor(sort: str, author: Author) -> str:
    value = getattr(author, SORTS[sort])
    number = (value - EPOCH) // timedelta(microseconds=1) if sort == "last" else value
    return f"{number}.{author.pk}"


def _read_cursor(sort: str, text: str) -> tuple[datetime | int, int] | None:
    try:
        value, pk = map(int, text.split("."))
        position = EPOCH + timedelta(microseconds=value) if sort == "last" else value
    except (ValueError, OverflowError):
        return None
    return (position, pk) if 0 <= value <= MAX_ID and 0 <= pk <= MAX_ID else None


def welcome_queue(project_id: int, now: datetime, limit: int = PAGE_SIZE) -> list[Waiting]:
    """Return authors of the last days who wrote for the first time or again, and whom nobody has greeted."""
    rows = _waiting(project_id, now).order_by("-welcome_at", "-id")
    found = list(rows.prefetch_related("tags")[:limit])
    mentions = _welcome_mentions(found)
    return [
        Waiting(one, one.welcome_at, one.first_at is not None and one.welcome_at > one.first_at, mentions.get(one.pk))
        for one in found
        if one.welcome_at
    ]


def welcome_count(project_id: int, now: datetime) -> int:
    """Return the length of the welcome queue, at most MAX_QUEUE."""
    return _waiting(project_id, now)[:MAX_QUEUE].count()


def _waiting(project_id: int, now: datetime) -> QuerySet[Author]:
    days = AuthorSettings.objects.filter(project_id=project_id).values_list("welcome_days", flat=True).first()
    since = now - timedelta(days=days or AuthorSettings().welcome_days)
    rows = Author.objects.filter(project_id=project_id, welcome_at__gte=since, erased_at=None, speaks_for=None)
    return rows.filter(Q(greeted_at=None) | Q(greeted_at__lt=F("welcome_at")))


def _welcome_mentions(authors: list[Author]) -> dict[int, Mention]:
    """Return the mention that put each author on the welcome queue, by author id; in one query."""
    rows = Mention.objects.filter(document__written_by__in=authors).exclude(status=Mention.Status.IGNORED)
    rows = rows.filter(published=F("document__written_by__welcome_at")).select_related("document", "keyword", "source")
    return {one.document.written_by_id: one for one in rows.order_by("-pk") if one.document.written_by_id}


def authors_by_name(project_id: int, names: list[str]) -> dict[str, int]:
    """Return the ids of authors whose name is that of no other author of the project, by name."""
    rows = Author.objects.filter(project_id=project_id, name__in=names, mention_count__gt=0)
    found: dict[str, list[int]] = {}
    for name, pk in rows.values_list("name", "pk"):
        found.setdefault(name, []).append(pk)
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}
