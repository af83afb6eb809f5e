"""Which keywords of a project a document matches, with the compiled queries kept from batch to batch.

In: documents as `query.Doc`s. Out: keyword ids. Called by ingest.py (new documents) and backfill.py (kept ones). The
caller holds the project's discovery lock (discoveries.py), so no keyword changes between reading and storing.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitoring.models import Document, Keyword
from monitoring.query import Doc, Index, QueryError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrackedKeyword:
    """A keyword as the matcher needs it."""

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
    keywords: dict[int, TrackedKeyword] = field(default_factory=dict)
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


def tracked_keywords(project_ids: Iterable[int]) -> dict[int, list[TrackedKeyword]]:
    """The unpaused keywords of these projects, in one query."""
    found: dict[int, list[TrackedKeyword]] = {project_id: [] for project_id in project_ids}
    rows = Keyword.objects.filter(project_id__in=found, is_paused=False).order_by("id")
    for project_id, keyword_id, version, query, languages, platforms in rows.values_list(
        "project_id", "id", "version", "query", "languages", "platforms"
    ):
        found[project_id].append(
            TrackedKeyword(keyword_id, version, query, frozenset(languages), frozenset(platforms))
        )
    return found


def tracked_languages(project_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The languages that keywords of these projects ask for: likelier than others in what the projects read."""
    found: dict[int, set[str]] = {project_id: set() for project_id in project_ids}
    rows = Keyword.objects.filter(project_id__in=found, is_paused=False).exclude(languages=[])
    for project_id, languages in rows.values_list("project_id", "languages"):
        found[project_id].update(languages)
    return {project_id: frozenset(languages) for project_id, languages in found.items()}


class Matcher:
    """The keywords of one project, as they stand in the database now. Recompiles only what changed since last time."""

    def __init__(self, project_id: int, keywords: list[TrackedKeyword]) -> None:
        compiled = _compiled[project_id]
        wanted = {keyword.id: keyword for keyword in keywords}
        with compiled.lock:
            for keyword_id in [known for known, keyword in compiled.keywords.items() if wanted.get(known) != keyword]:
                compiled.index.remove(keyword_id)
                del compiled.keywords[keyword_id]
            for keyword in keywords:
                if keyword.id not in compiled.keywords:
                    compiled.keywords[keyword.id] = keyword
                    try:
                        compiled.index.add(keyword.id, keyword.query)
                    except QueryError:
                        # Saved under the grammar of an earlier version: it finds nothing, and stops no other.
                        log.exception("event=query_unreadable keyword=%s", keyword.id)
        self._index = compiled.index
        self._keywords = wanted

    def keywords_of(self, doc: Doc) -> list[int]:
        """The ids of the keywords that this document matches."""
        return [
            keyword_id
            for keyword_id in self._index.keys_of(doc)
            if (keyword := self._keywords.get(keyword_id)) and keyword.wants(doc.language, doc.platform)
        ]
