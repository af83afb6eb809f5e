"""Which topics of a project a document matches, with the compiled queries kept from batch to batch.

In: documents as `query.Doc`s. Out: topic ids. Called by ingest.py (new documents) and backfill.py (kept ones). The
caller holds the project's discovery lock (discoveries.py), so no topic changes between reading and storing.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitoring.models import Document, Topic
from monitoring.query import Doc, Index, QueryError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """A topic as the matcher needs it."""

    id: int
    version: int
    query: str
    languages: frozenset[str]
    platforms: frozenset[str]

    def wants(self, language: str, platform: str) -> bool:
        """A document whose language is unknown is wanted whatever the languages: nothing relevant may be missing."""
        speaks = not self.languages or not language or language.partition("-")[0] in self.languages
        return speaks and (not self.platforms or platform in self.platforms)


@dataclass(slots=True)
class _Compiled:
    index: Index = field(default_factory=Index)
    topics: dict[int, Watched] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_compiled: dict[int, _Compiled] = defaultdict(_Compiled)


def doc_of(document: Document) -> Doc:
    """A stored document as the matcher sees it."""
    return Doc(
        document.title,
        document.text,
        url=document.url,
        author=document.author,
        language=document.language,
        platform=document.platform,
    )


def watched(project_ids: Iterable[int]) -> dict[int, list[Watched]]:
    """The unpaused topics of these projects, in one query."""
    found: dict[int, list[Watched]] = {project_id: [] for project_id in project_ids}
    rows = Topic.objects.filter(project_id__in=found, is_paused=False).order_by("id")
    for project_id, topic_id, version, query, languages, platforms in rows.values_list(
        "project_id", "id", "version", "query", "languages", "platforms"
    ):
        found[project_id].append(Watched(topic_id, version, query, frozenset(languages), frozenset(platforms)))
    return found


def watched_languages(project_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The languages that topics of these projects ask for: likelier than others in what the projects read."""
    found: dict[int, set[str]] = {project_id: set() for project_id in project_ids}
    rows = Topic.objects.filter(project_id__in=found, is_paused=False).exclude(languages=[])
    for project_id, languages in rows.values_list("project_id", "languages"):
        found[project_id].update(languages)
    return {project_id: frozenset(languages) for project_id, languages in found.items()}


class Matcher:
    """The topics of one project, as they stand in the database now. Recompiles only what changed since last time."""

    def __init__(self, project_id: int, topics: list[Watched]) -> None:
        compiled = _compiled[project_id]
        wanted = {topic.id: topic for topic in topics}
        with compiled.lock:
            for topic_id in [known for known, topic in compiled.topics.items() if wanted.get(known) != topic]:
                compiled.index.remove(topic_id)
                del compiled.topics[topic_id]
            for topic in topics:
                if topic.id not in compiled.topics:
                    compiled.topics[topic.id] = topic
                    try:
                        compiled.index.add(topic.id, topic.query)
                    except QueryError:
                        # Saved under the grammar of an earlier version: it finds nothing, and stops no other.
                        log.exception("event=query_unreadable topic=%s", topic.id)
        self._index = compiled.index
        self._topics = wanted

    def topics_of(self, doc: Doc) -> list[int]:
        """The ids of the topics that this document matches."""
        return [
            topic_id
            for topic_id in self._index.keys_of(doc)
            if (topic := self._topics.get(topic_id)) and topic.wants(doc.language, doc.platform)
        ]
