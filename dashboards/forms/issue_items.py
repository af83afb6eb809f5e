"""The forms of a draft and its items: what was posted in, the values of workplace/curation/ out."""

from collections.abc import Iterable

from django.http import QueryDict

from monitoring.content.values import read_id

FIELDS = ("title", "url", "source", "excerpt", "published_on", "comment")


def issue_values(post: QueryDict) -> dict[str, object]:
    """Return the posted fields of an issue; a box that isn't checked is not posted."""
    values: dict[str, object] = {name: post[name] for name in ("title", "intro") if name in post}
    return values | {"shows_gaps": "shows_gaps" in post} if values else {}


def item_values(post: QueryDict) -> dict[str, object]:
    """Return the posted fields of an item; its section only if the person changed it: it had a `former_section`."""
    values: dict[str, object] = {name: post[name] for name in FIELDS if name in post}
    section = read_id(post.get("section", ""))
    is_former = section == read_id(post.get("former_section", ""))
    return values if section is None or is_former else values | {"section": section}


def read_places(texts: Iterable[str]) -> list[tuple[int, int]]:
    """Return (section, item id) of texts like "2:17", without those that are none."""
    pairs = ((read_id(section), read_id(item)) for section, _colon, item in (text.partition(":") for text in texts))
    return [(section, item) for section, item in pairs if section is not None and item is not None]
