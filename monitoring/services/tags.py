"""Tags of sources: words by which people sort and filter them; the folders of an OPML file."""

import re
from collections.abc import Iterable

from django.db import transaction

from accounts.activity_log import record
from accounts.models import User
from monitoring.models import Source

# Between the folders of an OPML file (feeds/opml.py).
TAG_SEPARATOR = " / "
MAX_TAGS = 10
MAX_TAG = 50


def read_tags(text: str) -> list[str]:
    """Return the tags in a text, separated by commas or " / ", each once, in its order."""
    return unique_tags(re.split(r",|\s/\s", text))


def unique_tags(given: Iterable[str]) -> list[str]:
    """Return tags without further spaces, each once in any case, as many as a source may have."""
    found: dict[str, str] = {}
    for tag in (" ".join(one.split())[:MAX_TAG].strip() for one in given):
        if tag:
            found.setdefault(tag.casefold(), tag)
    return list(found.values())[:MAX_TAGS]


def set_tags(source: Source, user: User | None, tags: Iterable[str]) -> Source:
    """Replace the tags of a source."""
    with transaction.atomic():
        new = unique_tags(tags)
        Source.objects.filter(pk=source.pk).update(tags=new)
        record(source.project, user, "source.tagged", source, tags=new)
    source.refresh_from_db()
    return source
