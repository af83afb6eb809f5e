"""Decide whether an entry under a new id is one that its source has shown before. Pure. Called by ingest/find.py.

A wrong no shows an item twice, a wrong yes loses one: what recurs (a status, a weekly thread) stays apart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitoring.content.sameness import Texts, texts_agree
from monitoring.content.urls import address_of, canonical_url

# Words of a text by which an entry is recognized; a shorter one may be used again ("Resolved").
LONG_TEXT = 40
# A date that a site corrects changes by less than the time between two weekly entries.
MAX_CORRECTION = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as its source shows it now, or has shown it before."""

    texts: Texts
    url: str
    published: datetime
    published_is_known: bool


def is_renamed(new: Shown, stored: Shown, *, has_guid: bool, is_same_reading: bool) -> bool:
    """Return whether `stored` is the new entry. One title and one date are enough, if the texts agree.

    `has_guid`: the feed gives the new entry an id of its own. A text that was stored by another version may have less
    in it (`is_same_reading` is false).
    """
    if new.texts.title_words != stored.texts.title_words:
        return False
    words, before = new.texts.text_words, stored.texts.text_words
    if new.published_is_known and new.published == stored.published:
        return texts_agree(new.texts, stored.texts) if words and before else bool(new.texts.title_words)
    if not (words and before):
        are_bare = not (words or before or new.published_is_known or stored.published_is_known)
        return (are_bare or not is_same_reading) and _at_same_address(new, stored, has_guid)
    if words != before and (is_same_reading or not texts_agree(new.texts, stored.texts)):
        return False
    page = _page(new.url)
    at_same_page, is_long = bool(page) and page == _page(stored.url), len(words) >= LONG_TEXT
    if new.published_is_known and stored.published_is_known:
        return is_long and at_same_page and abs(new.published - stored.published) < MAX_CORRECTION
    if has_guid:
        return (is_long and at_same_page) or _at_same_address(new, stored, has_guid)
    return is_long or at_same_page or _at_same_address(new, stored, has_guid)


def _at_same_address(new: Shown, stored: Shown, has_guid: bool) -> bool:
    """Return whether both have one address; a home page is none of an entry with an id of its own."""
    address = address_of(new.url) if new.url else ""
    if has_guid and not (_page(new.url) or set("?#") & set(address)):
        return False
    return address == (address_of(stored.url) if stored.url else "")


def _page(url: str) -> str:
    """Return a URL without query and fragment, which may have tokens; "" for a home page."""
    parts = urlsplit(canonical_url(url))
    return f"{parts.netloc}{parts.path}" if parts.path else ""
