"""How every item of a source becomes a mention, for platforms of reviews, which rarely name what they are about.

In: a project, a platform and the settings of a source, stored or not. Out: an `AllItems` in one query, None for other
platforms. Called by dashboards/views/sources.py and platform_add.py; templates/sources/_all_items.html shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Project
from monitoring.platforms.registry import PLATFORMS

SHOWN = 10


@dataclass(frozen=True)
class AllItems:
    """`query` matches all items of the source. `counted` are the names of the keywords whose queries contain it.

    `offers` are names of others and links to their forms, with it added to their queries; brands come first. `new` is
    the form of a keyword that has nothing else.
    """

    query: str
    counted: tuple[str, ...]
    offers: tuple[tuple[str, str], ...]
    new: str


def all_items(project: Project, platform_name: str, settings: Mapping[str, str]) -> AllItems | None:
    """Return how every item of such a source becomes a mention. One that was deleted meanwhile has no settings."""
    platform = PLATFORMS.get(platform_name)
    query = platform.query_for_all(settings) if platform and settings else ""
    if not query:
        return None
    keywords = list(project.keywords.order_by("type", "name").values_list("pk", "name", "query"))
    return AllItems(
        query=query,
        counted=tuple(name for _pk, name, own in keywords if query in own),
        offers=tuple(
            (name, _form(reverse("keyword_edit", args=[project.pk, pk]), f"{own} OR ({query})"))
            for pk, name, own in keywords
            if query not in own
        )[:SHOWN],
        new=_form(reverse("keyword_new", args=[project.pk]), query),
    )


def _form(address: str, query: str) -> str:
    return f"{address}?{urlencode({'query': query})}"
