"""The searches of a source: the keywords' queries in the platform's language, the one that waited longest first. Pure.

In: the queries of a job, a dialect, and the state of each search. Out: `Search`es. Called by platforms/paging.py.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitoring.platforms.dialects import Dialect, translate
from monitoring.records import TrackedQuery

# How much sooner the searches of a keyword are due again, by its type.
WEIGHTS = {"brand": 3.0, "competitor": 1.5, "topic": 1.0}
NEVER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Search:
    """One search at a platform. `key` names its state; `weight` is that of its most important keyword.

    `languages` are those of all its keywords, empty if one of them has no restriction. A timeline is a `Search` whose
    text is "". `kind` is for platforms with separate searches for different items.
    """

    key: str
    text: str
    weight: float = 1.0
    languages: frozenset[str] = frozenset()
    kind: str = ""


TIMELINE = Search("", "")


@dataclass(frozen=True, slots=True)
class Plan:
    """The searches of a source, and the ids of the keywords it searches more widely, or cannot search for at all."""

    searches: tuple[Search, ...]
    wider: tuple[int, ...] = ()
    unsearchable: tuple[int, ...] = ()


def plan_searches(queries: tuple[TrackedQuery, ...], dialect: Dialect) -> Plan:
    """Return one search for each text; keywords whose queries become the same text share it."""
    found: dict[str, Search] = {}
    wider, unsearchable = [], []
    for query in queries:
        translation = translate(query.query, dialect)
        if not translation.texts:
            unsearchable.append(query.keyword_id)
        elif translation.is_wider:
            wider.append(query.keyword_id)
        for text in translation.texts:
            own = Search(_key(text), text, WEIGHTS.get(query.type, 1.0), query.languages)
            found[text] = _shared(found[text], own) if text in found else own
    return Plan(tuple(found.values()), tuple(wider), tuple(unsearchable))


def in_turn(searches: tuple[Search, ...], states: Mapping[str, Any], now: datetime) -> list[Search]:
    """Return the searches by how long they have waited times their weight; those never made come first.

    So with a budget for some of them only, each gets its turn, and brands get theirs more often than topics.
    """

    def waited(search: Search) -> float:
        at = (states.get(search.key) or {}).get("at")
        return (now - datetime.fromisoformat(at) if at else NEVER).total_seconds() * search.weight

    return sorted(searches, key=waited, reverse=True)


def _shared(first: Search, second: Search) -> Search:
    both = first.languages and second.languages
    languages = first.languages | second.languages if both else frozenset()
    return Search(first.key, first.text, max(first.weight, second.weight), languages)


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
