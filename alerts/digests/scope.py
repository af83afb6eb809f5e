"""Which mentions a digest is about: a project, or the filter of keywords or a saved view in it, and languages.

In: a Scope and a window. Out: the MentionFilter that the digest counts by, and that its links open.
"""

from dataclasses import dataclass
from datetime import UTC, tzinfo

from django.http import QueryDict

from accounts.models import Project
from delivery.message import Window
from monitoring.insights.filters import MentionFilter
from monitoring.messages.labels import UNKNOWN_LANGUAGE


@dataclass(frozen=True)
class Scope:
    """`query` is the query string of a list of mentions, whose period does not matter; "" is the whole project.

    `languages` are codes such as "fr", () for all; `is_best` if only the best items are listed. `person_id` is who is
    "me" in the query. `name` is that of the keywords or the view, "" for the whole project.
    """

    project: Project
    name: str = ""
    query: str = ""
    languages: tuple[str, ...] = ()
    person_id: int | None = None
    is_best: bool = False

    @property
    def title(self) -> str:
        return f"{self.project.name} · {self.name}" if self.name else self.project.name


def filter_of(scope: Scope, window: Window, zone: tzinfo = UTC) -> MentionFilter:
    """Return the mentions that a window covers: found in it, neither backlog nor ignored.

    `zone` is the time zone of the person who receives the filter's URL. Every item counts, those of a story too. An
    item whose language is unknown may be in any.
    """
    f = MentionFilter.from_query(
        scope.project, QueryDict(scope.query), window.end, zone, person_id=scope.person_id
    ).replace(since=window.start, until=window.end, by="found", stories="", order="")
    return f.replace(languages=(*scope.languages, UNKNOWN_LANGUAGE)) if scope.languages else f
