"""The sentences of a summary as members may see them now: without what rests on items that no longer exist.

In: a finished request. Out: sentences, each with at least one mention of the project. Called by the pages and the API.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.models import AssistantRequest
from monitoring.models import Mention

MAX_TITLE = 80  # characters of a text in place of a title


@dataclass(frozen=True, slots=True)
class Cited:
    """A mention that a sentence rests on."""

    mention_id: int
    title: str


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence with its mentions."""

    text: str
    cited: tuple[Cited, ...]


def shown_sentences(request: AssistantRequest) -> list[ShownSentence]:
    """Return the sentences whose mentions still exist; one query."""
    rows = request.result["sentences"]
    titles = _titles(request.project_id, {pk for row in rows for pk in row["mentions"]})
    shown = (
        ShownSentence(row["text"], tuple(Cited(pk, titles[pk]) for pk in row["mentions"] if pk in titles))
        for row in rows
    )
    return [sentence for sentence in shown if sentence.cited]


def _titles(project_id: int, mention_ids: Iterable[int]) -> dict[int, str]:
    """Return the titles of the mentions of a project that exist and whose items were not deleted."""
    rows = Mention.objects.filter(pk__in=mention_ids, keyword__project=project_id, document__deleted_at=None)
    found = rows.values_list("pk", "document__title", "document__text")
    return {pk: title or text[:MAX_TITLE] for pk, title, text in found}
