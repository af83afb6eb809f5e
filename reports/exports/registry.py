"""The lists that people can export: each reads the query string of its page, so the file has the rows of the page.

In: the name of a list, a member and the query string. Out: an Export. A new list needs a file with its columns and
batches, and an entry in LISTS. Called by the page of exports and by the API.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.formats import long_date
from accounts.models import Project, User
from monitoring.content.values import iso_utc, read_id
from monitoring.insights import documents
from monitoring.insights.authors import AuthorQuery, author_count
from monitoring.insights.documents import DocumentSearch
from monitoring.insights.filter_parser import MAX_VALUE_LENGTH
from monitoring.insights.filters import MentionFilter
from monitoring.insights.meaning import error_in
from monitoring.insights.mentions import Count, count
from monitoring.insights.periods import DAYS, named_period
from monitoring.insights.time_limit import time_limit
from monitoring.query_tools.near_misses import near_misses as search_near_misses
from reports.exports import authors, incidents, items, mentions, near_misses, posts, response_times, website
from reports.exports.filter_words import Fact, filter_facts
from reports.exports.table import Column, Export, Row
from website.connecting import websites_of
from website.periods import chosen, period_of, read_days


class InvalidFilter(Exception):
    """A part of the query string cannot be used: the file would have other rows than the person expects."""


@dataclass(frozen=True)
class Asked:
    """The request of a member; `params` is the query string of the page of the list."""

    project: Project
    user: User
    params: Mapping[str, str]
    now: datetime

    def mention_filter(self) -> MentionFilter:
        """Return the filter. Raises InvalidFilter for parts that pages only report and skip."""
        zone = self.user.zone
        f = MentionFilter.from_query(self.project, self.params, self.now, zone, person_id=self.user.pk)
        if f.problems:
            raise InvalidFilter(f.problems[0].message)
        return f

    def export(
        self,
        name: str,
        query: str,
        facts: list[Fact],
        columns: tuple[Column, ...],
        batches: Iterator[list[Row]],
        count: Callable[[], Count],
    ) -> Export:
        """Return the export of a list with what all lists share."""
        title = str(LISTS[name].title)
        about = {"project": self.project.name, "list": name, "query": query, "exported_at": iso_utc(self.now)}
        shared = [(_("Project"), self.project.name), (_("List"), title)]
        end = [(_("Exported"), long_date(timezone.localtime(self.now, self.user.zone).date()))]
        end += [(_("Exported by"), self.user.name), (_("Time zone"), str(self.user.zone))]
        return Export(
            name=name,
            title=title,
            facts=(*shared, *facts, *end),
            about=about,
            columns=columns,
            batches=batches,
            count=count,
            language=self.user.language,
            zone=self.user.zone,
        )


def _mentions(asked: Asked) -> Export:
    f = asked.mention_filter()
    rows = mentions.batches(f)
    return asked.export(
        "mentions",
        f.to_query(),
        filter_facts(f),
        mentions.columns(f),
        rows,
        lambda: count(f),
    )


def _items(asked: Asked) -> Export:
    q, period, within = (asked.params.get(name, "").strip() for name in ("q", "period", "in"))
    if len(q) > MAX_VALUE_LENGTH:
        raise InvalidFilter(_("This value is too long."))
    if q and (error := error_in(q)):
        raise InvalidFilter(error.message)
    since = named_period(period, asked.now, asked.user.zone)[0] if period in ("24h", *DAYS) else None
    search = DocumentSearch(asked.project.pk, q, since, mentioned=within == "mentions")
    facts = [(_("Search"), q)] if q else []
    if since:
        facts.append((_("Published since"), long_date(since.astimezone(asked.user.zone))))
    if search.mentioned:
        facts.append((_("Search in"), _("Mentions only")))
    query = urlencode({name: value for name, value in (("q", q), ("period", period), ("in", within)) if value})
    return asked.export(
        "items",
        query,
        facts,
        items.columns(),
        items.batches(search),
        lambda: documents.page(search, size=1).count or Count(0, False),
    )


def _authors(asked: Asked) -> Export:
    query = AuthorQuery.read(asked.project.pk, asked.params)
    return asked.export(
        "authors",
        query.to_query(),
        authors.facts(query),
        authors.columns(),
        authors.batches(query),
        lambda: Count(author_count(query), False),
    )


def _incidents(asked: Asked) -> Export:
    return asked.export(
        "incidents",
        "",
        [],
        incidents.columns(),
        incidents.batches(asked.project),
        lambda: Count(incidents.rows_of(asked.project).count(), False),
    )


def _response_times(asked: Asked) -> Export:
    f = asked.mention_filter()
    return asked.export(
        "response-times",
        f.to_query(),
        filter_facts(f),
        response_times.columns(),
        response_times.batches(f, asked.now),
        lambda: Count(sum(map(len, response_times.batches(f, asked.now))), False),
    )


def _posts(asked: Asked) -> Export:
    rows = posts.rows_of(asked.project)
    batches = posts.batches(asked.project)
    return asked.export("posts", "", [], posts.columns(), batches, lambda: Count(rows.count(), False))


def _near_misses(asked: Asked) -> Export:
    """The search ends by itself after some seconds, so its few rows are read before the file begins."""
    keyword = asked.project.keywords.filter(pk=read_id(asked.params.get("keyword", "")) or 0).first()
    if keyword is None:
        raise InvalidFilter(_("Choose a keyword of this project."))
    with time_limit():
        found = search_near_misses(keyword, asked.user.zone, asked.now)
    rows = near_misses.rows(found)
    export = asked.export(
        "near-misses",
        urlencode({"keyword": keyword.pk}),
        near_misses.facts(keyword, found),
        near_misses.columns(),
        iter([rows]),
        lambda: Count(len(rows), False),
    )
    searched = {"items": found.total, "sampled": found.sampled, "is_complete": found.is_complete}
    return replace(export, about={**export.about, **searched})


def _website(asked: Asked) -> Export:
    site = chosen(list(websites_of(asked.project)), asked.params)
    period = period_of(site, read_days(asked.params)) if site else None
    if site is None or period is None:
        raise InvalidFilter(_("This project has no website with figures yet."))
    return asked.export(
        "website",
        urlencode({"site": site.pk, "days": read_days(asked.params)}),
        website.facts(site, period),
        website.columns(),
        website.batches(site, period),
        lambda: Count(sum(map(len, website.batches(site, period))), False),
    )


@dataclass(frozen=True)
class ListKind:
    """A list: `page` is the URL name of its page, whose query string `build` reads.

    `keyword_page` is that of a page of one keyword, whose id `build` reads as `keyword` in the query string.
    """

    title: str | Promise
    page: str
    build: Callable[[Asked], Export]
    keyword_page: str = ""

    def url(self, project: Project, params: QueryDict) -> str:
        """Return the URL of the page with these parameters."""
        if not self.keyword_page:
            return f"{reverse(self.page, args=[project.pk])}?{params.urlencode()}".rstrip("?")
        keyword_id = read_id(params.get("keyword", ""))
        is_known = keyword_id is not None and project.keywords.filter(pk=keyword_id).exists()
        return (
            reverse(self.keyword_page, args=[project.pk, keyword_id])
            if is_known
            else reverse(self.page, args=[project.pk])
        )


# By the name in URLs, in file names and in the API.
LISTS = {
    "mentions": ListKind(gettext_lazy("Mentions"), "mentions", _mentions),
    "items": ListKind(gettext_lazy("All content"), "search", _items),
    "authors": ListKind(gettext_lazy("Authors"), "authors", _authors),
    "incidents": ListKind(gettext_lazy("Incidents"), "incidents", _incidents),
    "posts": ListKind(gettext_lazy("Posts"), "calendar", _posts),
    "response-times": ListKind(gettext_lazy("Response times"), "response_times", _response_times),
    "website": ListKind(gettext_lazy("Website"), "website", _website),
    "near-misses": ListKind(gettext_lazy("Near misses"), "keywords", _near_misses, "keyword_near_misses"),
}
