"""The facts about a post beyond its texts: counts, rating, author, and the posts that it responds to.

In: a document. Out: texts and frozen rows for templates/components/_post_facts.html and the mention's page. What the
platform doesn't give is left out, since an unknown count is not 0.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from monitoring.content.native_keys import key_of
from monitoring.models import Document, DocumentSource
from monitoring.query import MAX_STARS
from monitoring.query import stars as whole_stars


@dataclass(frozen=True)
class Rating:
    """A rating as stars ("★★★★☆"), and as words for screen readers."""

    stars: str
    words: str


@dataclass(frozen=True)
class PostFacts:
    """The rating of a post, its author's handle where it isn't the shown name, and its counts in words."""

    rating: Rating | None
    handle: str
    counts: list[str]


@dataclass(frozen=True)
class Conversation:
    """The posts that a post responds to, where Vigie has stored them. `is_reply` also where it has not."""

    is_reply: bool
    parent: Document | None
    first: Document | None


def post_facts(document: Document) -> PostFacts:
    """Return the facts of a post for a row of a list."""
    handle = document.author_handle
    return PostFacts(
        rating=_rating(document.rating),
        handle="" if handle.lstrip("@") == document.author.lstrip("@") else handle,
        counts=count_words(document.likes, document.replies, document.shares, document.views),
    )


def followers(document: Document) -> str:
    """Return "1,200 followers", "" if unknown."""
    count = document.followers
    if count is None:
        return ""
    return ngettext("%(number)s follower", "%(number)s followers", count) % {"number": number(count)}


def conversation(document: Document) -> Conversation:
    """Return what a post responds to, with one query if it is part of a conversation."""
    # Native ids are unique within a source only.
    ids = {name: key_of(value) for name in ("reply_to", "thread") if (value := getattr(document, name))}
    found: dict[object, Document] = {}
    if ids and document.source_id:
        existing = DocumentSource.objects.filter(source_id=document.source_id, document__deleted_at=None)
        sightings = existing.filter(native_key__in=ids.values())
        for sighting in sightings.exclude(document_id=document.pk).select_related("document"):
            found[sighting.native_key] = sighting.document
    parent, first = found.get(ids.get("reply_to")), found.get(ids.get("thread"))
    return Conversation(bool(document.reply_to), parent, None if first == parent else first)


def _rating(stars: float | None) -> Rating | None:
    if stars is None:
        return None
    filled = whole_stars(stars)
    shown = number(stars, 0 if stars == int(stars) else 1)
    words = _("Rating: %(rating)s out of %(max)s") % {"rating": shown, "max": number(MAX_STARS)}
    return Rating("★" * filled + "☆" * (MAX_STARS - filled), words)


def count_words(likes: int | None, replies: int | None, shares: int | None, views: int | None = None) -> list[str]:
    """Return the known counts of an item or a post in words."""
    counts = []
    if likes is not None:
        counts.append(ngettext("%(number)s like", "%(number)s likes", likes) % {"number": number(likes)})
    if replies is not None:
        counts.append(ngettext("%(number)s reply", "%(number)s replies", replies) % {"number": number(replies)})
    if shares is not None:
        counts.append(ngettext("%(number)s share", "%(number)s shares", shares) % {"number": number(shares)})
    if views is not None:
        counts.append(ngettext("%(number)s view", "%(number)s views", views) % {"number": number(views)})
    return counts
