"""The visits by the links of a post on the project’s websites, as its page shows them.

In: a post. Out: frozen rows in the active language. Called by dashboards/views/posts.py.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import ngettext

from accounts.formats import number
from workplace.models import Post
from workplace.post_texts import visits_of


@dataclass(frozen=True)
class VisitRow:
    """Visits on a website, with the page of its figures."""

    website: str
    visits: str
    url: str


def visit_rows(post: Post) -> list[VisitRow]:
    """Return a row per website with figures, for posts that are out or have visits already."""
    found = visits_of(post)
    if post.status != Post.Status.PUBLISHED and not any(one.sessions for one in found):
        return []
    page = reverse("website", args=[post.project_id])
    return [
        VisitRow(
            one.website,
            ngettext("%(number)s visit", "%(number)s visits", one.sessions) % {"number": number(one.sessions)},
            f"{page}?{urlencode({'site': one.id})}",
        )
        for one in found
    ]
