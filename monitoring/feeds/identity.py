"""Give each entry of a feed the id by which its source is recognized at the next poll.

The guid decides; else the address with its fragment; else title and date; else everything. What several entries of
the feed share with different content decides nothing, and neither does what names no entry ("N/A", the feed's own
URL). Called by normalize.py. Pure.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby

from monitoring.content.clean import clean
from monitoring.content.sameness import Texts, texts_agree
from monitoring.content.urls import address_of
from monitoring.records import Entry

# Ids go into a unique index, whose rows Postgres limits to 2.7 kB.
MAX_ID = 500
# The start of ids that no feed has given.
HASHED = "sha256:"
# Written by software where an entry has no id or no link.
_PLACEHOLDERS = frozenset(
    ["#", "-", "0", "n/a", "na", "none", "null", "nil", "undefined", "unknown", "guid", "id", "false", "true", "nan"]
)
_ZEROS = re.compile(r"[\W_0]*")
_SCHEME = re.compile(r"^https?://(?:www\.)?", re.I)
# Revisions in one feed; more entries with one id and one address and unlike texts are entries of their own.
MAX_REVISIONS = 3


def with_ids(entries: list[Entry], own_urls: Iterable[str]) -> list[Entry]:
    """Return the entries with their final ids, without repeated entries and superseded revisions.

    Each `native_id` is the guid so far, "" for none. `own_urls` are the feed's and its site's: they name no entry.
    """
    own = {_bare(url) for url in own_urls if url}
    guids = [_guid(entry.native_id, own) for entry in entries]
    uses = Counter(guids)
    if "" not in uses and len(uses) == len(entries):
        return [_with_id(entry, entry.native_id) for entry in entries]
    certain = {n for n, guid in enumerate(guids) if guid and uses[guid] == 1}
    rest = [(n, replace(entry, native_id=guids[n])) for n, entry in enumerate(entries) if n not in certain]
    found = {n: _with_id(entries[n], guids[n]) for n in certain}
    found |= _with_distinct_ids(_newest_revisions(_without_repeats(rest)), own)
    return [found[n] for n in sorted(found)]


def hashed(*parts: str) -> str:
    """Return a stable id made of several texts."""
    return HASHED + hashlib.sha256("\n".join(parts).encode()).hexdigest()


Numbered = list[tuple[int, Entry]]


def _with_id(entry: Entry, native_id: str) -> Entry:
    native_id = native_id if len(native_id) <= MAX_ID else hashed(native_id)
    return entry if native_id == entry.native_id else replace(entry, native_id=native_id)


def _guid(given: str, own: set[str]) -> str:
    """Return the guid, "" if it names no entry."""
    if _ZEROS.fullmatch(given) or given.lower() in _PLACEHOLDERS:
        return ""
    return given if _names_entry(given, own) else ""


def _names_entry(text: str, own: set[str]) -> bool:
    """Return False for the URL of the feed or its site, and for any host's home page."""
    bare = _bare(text)
    return bare not in own and (bare == text or "/" in bare or "?" in bare or "#" in bare)


def _bare(url: str) -> str:
    """Return a URL in the form in which own URLs are compared; any other text as it is."""
    return _SCHEME.sub("", url).rstrip("/") if _SCHEME.match(url) else url


def _address(entry: Entry, own: set[str]) -> str:
    return address_of(entry.url) if entry.url and _names_entry(entry.url, own) else ""


def _without_repeats(entries: Numbered) -> Numbered:
    """Drop entries that differ from another in nothing, or only in the date if they have one guid and one text."""
    first: dict[tuple[object, ...], tuple[int, Entry]] = {}
    for number, entry in entries:
        is_known = bool(entry.native_id and entry.body)
        content = (entry.native_id, entry.url and address_of(entry.url), entry.title, entry.body, entry.other_texts)
        key = (*content, None if is_known else entry.published)
        first[key] = max(first.get(key, (number, entry)), (number, entry), key=lambda one: _time(one[1]))
    return list(first.values())


def _time(entry: Entry) -> float:
    when = entry.updated or entry.published
    return when.timestamp() if when else 0.0


def _newest_revisions(entries: Numbered) -> Numbered:
    """Keep only the newest of the entries that are revisions of one: its id and its own date, or its address."""
    # Where a feed has no other date, `published` is that of the revision; both are equal in the first one.
    own_dates = {
        (one.native_id, one.published) for _, one in entries if one.published and one.published != one.updated
    }

    def identity(numbered: tuple[int, Entry]) -> tuple[str, str, float]:
        entry = numbered[1]
        if entry.published and (entry.native_id, entry.published) in own_dates:
            return entry.native_id, "", entry.published.timestamp()
        return entry.native_id, address_of(entry.url), 0.0

    kept: Numbered = []
    for (guid, _, _), group in groupby(sorted(entries, key=identity), key=identity):
        same = list(group)
        if guid and len(same) > 1 and _are_revisions([entry for _, entry in same]):
            same = [max(same, key=lambda one: _time(one[1]))]
        kept += same
    return sorted(kept, key=lambda one: one[0])


def _are_revisions(entries: list[Entry]) -> bool:
    if len({entry.updated for entry in entries}) < len(entries) or not all(entry.updated for entry in entries):
        return False
    if len(entries) <= MAX_REVISIONS and len({address_of(entry.url) for entry in entries}) == 1:
        return True
    newest, *others = [_texts(entry) for entry in sorted(entries, key=_time, reverse=True)]
    return all(other.title_words == newest.title_words or texts_agree(other, newest) for other in others)


def _texts(entry: Entry) -> Texts:
    item = clean(entry)
    return Texts(item.title, item.text)


def _with_distinct_ids(entries: Numbered, own: set[str]) -> dict[int, Entry]:
    """Give each entry the first id that no other entry of the feed has, from the best kind of id to the last."""

    def by_address(entry: Entry) -> str:
        address = _address(entry, own)
        return hashed(address) if address else ""

    def by_title_and_date(entry: Entry) -> str:
        return hashed("", entry.title, entry.published.isoformat()) if entry.title and entry.published else ""

    def by_everything(entry: Entry) -> str:
        published = entry.published.isoformat() if entry.published else ""
        return hashed("", entry.title, published, entry.body + entry.author)

    kinds: list[Callable[[Entry], str]] = [lambda entry: entry.native_id, by_address, by_title_and_date, by_everything]
    found: dict[int, Entry] = {}
    for id_of in kinds:
        ids = {number: id_of(entry) for number, entry in entries if number not in found}
        uses = Counter(ids.values())
        found |= {n: _with_id(entry, ids[n]) for n, entry in entries if ids.get(n) and uses[ids[n]] == 1}
    left = [(number, entry) for number, entry in entries if number not in found]
    # They differ in nothing but their other texts, or the guid or the address, which others share.
    return found | {
        number: _with_id(entry, hashed(by_everything(entry), entry.native_id, entry.url, *_other_texts(entry)))
        for number, entry in left
    }


def _other_texts(entry: Entry) -> list[str]:
    return [text for text, _ in entry.other_texts]
