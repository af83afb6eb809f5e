"""Read what is posted to mute items: a kind, and the ids of mentions. Called by dashboards/views/mutes.py."""

from django.core.exceptions import BadRequest
from django.http import QueryDict

from monitoring.content.values import read_ids
from monitoring.models import Mute

MAX_SELECTED = 200  # mentions or mutes of one request


def read_kind(data: QueryDict) -> str:
    """Return the kind of a mute. Raises BadRequest for another value, which no form has."""
    kind = data.get("kind", "")
    if kind not in Mute.Kind.values:
        raise BadRequest
    return kind


def read_selected(data: QueryDict, name: str) -> list[int]:
    """Return the posted ids under a name; none for all of a view, which can't be muted."""
    return [] if data.get("scope") == "view" else read_ids(data.getlist(name)[:MAX_SELECTED])
