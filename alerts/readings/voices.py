"""Mentions of a keyword, and those of all brands and competitors of its project, for the share of voice."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from alerts.readings.base import Counts, Request
from alerts.readings.rows import items, stories
from monitoring.models import Keyword

OWN, ALL = 1, 0  # the keys
COMPARED = (Keyword.Type.BRAND, Keyword.Type.COMPETITOR)


def voices(request: Request) -> Counts:
    """Count each item once per keyword: its own and all of them."""
    return _shares(request, folded=False)


def story_voices(request: Request) -> Counts:
    """Count each story once per keyword."""
    return _shares(request, folded=True)


def _shares(request: Request, *, folded: bool) -> Counts:
    compared: dict[int, set[int]] = {}
    rows = Keyword.objects.filter(project__in=request.project_ids, type__in=COMPARED)
    for pk, project_id in rows.values_list("pk", "project_id"):
        compared.setdefault(project_id, set()).add(pk)
    found = _by_keyword(request, compared, folded=folded)
    shares: dict[tuple[int, int], Counter[int]] = {}
    for scope in request.scopes:
        group = scope.keywords[0] if request.is_shared and scope.keywords else 0
        everything = compared.get(scope.project_id, set())
        for number in range(request.windows.number):
            own = _sum(found, everything.intersection(scope.keywords), number)
            shares[group, number] = Counter({OWN: own, ALL: _sum(found, everything, number)})
    return shares


def _by_keyword(request: Request, compared: dict[int, set[int]], *, folded: bool) -> Counts:
    """Count all compared keywords, each by itself, under the filter of the scopes."""
    keywords = sorted({pk for ids in compared.values() for pk in ids})
    wide = replace(request, scopes=(replace(request.scopes[0], keywords=tuple(keywords)),), by_keyword=True)
    return stories(wide) if folded else items(wide)


def _sum(found: Counts, keywords: Iterable[int], number: int) -> int:
    return sum(sum(found.get((pk, number), Counter()).values()) for pk in keywords)
