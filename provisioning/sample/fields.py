"""The fields of items of the sample platforms beyond the texts: author, counts, rating, country, thread. Pure.

`fields_of` gives the fields of an item when it is made, `as_of` its counts at some moment: they grow for a few hours.
"""

import math
import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitoring.platforms.app_store import review_url
from monitoring.records import Entry
from provisioning.sample.texts import COUNTRIES

# The share of its final counts that an item has when it appears, and how long the others take to come.
FIRST_SHARE, GROWTH = 0.3, timedelta(hours=1)
_COUNTS = ("likes", "replies", "shares")


def fields_of(platform: str, settings: dict[str, str], site: str, entry: Entry, place: str) -> dict[str, Any]:
    """Return the fields that a platform adds to an entry; the same for the same entry. `site` starts its URLs."""
    rng = random.Random(f"vigie {entry.native_id}")
    if platform == "mastodon":
        return _post(entry, rng)
    if platform == "lemmy":
        return _forum_post(entry, rng)
    return _review(settings, site, entry, place, rng) if platform == "appstore" else {}


def as_of(entry: Entry, now: datetime) -> Entry:
    """Return an entry with the counts that it has at a moment."""
    assert entry.published is not None
    age = max((now - entry.published) / GROWTH, 0)
    share = FIRST_SHARE + (1 - FIRST_SHARE) * (1 - math.exp(-age))
    counts = {name: round(count * share) for name in _COUNTS if (count := getattr(entry, name)) is not None}
    return replace(entry, **counts, engagement=sum(counts.values()) if counts else None)


def _post(entry: Entry, rng: random.Random) -> dict[str, Any]:
    """Few people have many followers, and few posts many reactions."""
    counts = {name: _pareto(size, rng) for name, size in (("likes", 3), ("replies", 1), ("shares", 1))}
    followers = int(rng.paretovariate(0.9) * 40)
    return _counted("post", counts) | {"author_handle": f"@{_handle(entry.author)}", "followers": followers}


def _forum_post(entry: Entry, rng: random.Random) -> dict[str, Any]:
    counts = {name: _pareto(size, rng) for name, size in (("likes", 4), ("replies", 2))}
    # The platform identifies posts by their URL.
    own = {"author_handle": f"@{_handle(entry.author)}", "native_id": entry.url}
    return _counted("post", counts) | own


def _review(settings: dict[str, str], site: str, entry: Entry, place: str, rng: random.Random) -> dict[str, Any]:
    country = COUNTRIES.get(place, settings["countries"][:2].upper())
    number = str(int.from_bytes(rng.randbytes(5)) + 10**12)
    stars, _, title = entry.title.partition("/5 · ")
    return _counted("review", {"likes": _pareto(1, rng)}) | {
        "native_id": number,
        "url": review_url(settings["app"], country.lower(), number, site),
        "title": title,
        "rating": float(stars),
        "country": country,
    }


def _counted(kind: str, counts: dict[str, int]) -> dict[str, Any]:
    return {"kind": kind, "engagement": sum(counts.values()), **counts}


def _pareto(size: int, rng: random.Random) -> int:
    return int(rng.paretovariate(1.2) * size) - size


def _handle(author: str) -> str:
    return "".join(letter for letter in author.lower() if letter.isalnum() or letter in "._")
