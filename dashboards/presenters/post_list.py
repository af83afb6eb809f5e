"""The list of posts: its rows, its filter, and the links to its parts.

In: a project and the query string. Out: what templates/calendar/_list.html shows. Called by views/calendar.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import pgettext_lazy

from accounts.models import Project
from dashboards.presenters.posts import Tile, tile_of
from workplace import post_reads
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import Post
from workplace.models.posts import MAX_CAMPAIGN
from workplace.post_reads import LISTS, PAST, UNDATED, UPCOMING, PostFilter
from workplace.post_words import place_name

LABELS = {
    UPCOMING: pgettext_lazy("posts", "Upcoming"),
    PAST: pgettext_lazy("posts", "Past"),
    UNDATED: pgettext_lazy("posts", "Without a date"),
}


@dataclass(frozen=True)
class ListPage:
    """A page of the list; `tabs` are (name, label, query), `next_query` leads to the next page."""

    which: str
    tabs: list[tuple[str, str, str]]
    rows: list[Tile]
    filter: PostFilter
    is_filtered: bool
    next_query: str
    statuses: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    platforms: list[tuple[str, str]]


def list_page(project: Project, params: Mapping[str, str], now: datetime) -> ListPage:
    """Return the page of a query string; unknown values of the filter are left out."""
    which = params.get("which", "")
    which = which if which in LISTS else UPCOMING
    f = read_filter(params)
    found = post_reads.page(project, which, f, now, params.get("cursor", ""))
    query = {name: value for name, value in vars(f).items() if value}
    return ListPage(
        which=which,
        tabs=[(name, str(LABELS[name]), urlencode({"view": "list", "which": name, **query})) for name in LISTS],
        rows=[tile_of(post, now) for post in found.posts],
        filter=f,
        is_filtered=bool(query),
        next_query=urlencode({"view": "list", "which": which, **query, "cursor": found.cursor})
        if found.cursor
        else "",
        statuses=[(value, str(label)) for value, label in Post.Status.choices],
        kinds=[(value, str(label)) for value, label in Post.Kind.choices],
        platforms=[(name, place_name(name)) for name in PLATFORMS],
    )


def read_filter(params: Mapping[str, str]) -> PostFilter:
    """Return the filter of a query string."""
    known = {"status": Post.Status.values, "kind": Post.Kind.values, "platform": PLATFORMS}
    chosen = {name: params.get(name, "") for name in known}
    campaign = params.get("campaign", "").replace("\x00", "").strip()[:MAX_CAMPAIGN]
    return PostFilter(**{name: value for name, value in chosen.items() if value in known[name]}, campaign=campaign)
