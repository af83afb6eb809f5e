"""Find the keywords of a project that a document matches; compiled queries are reused from batch to batch.

In: documents as `query.Doc`s. Out: keyword ids. Called by ingest/store.py for new documents. The caller holds the
project lock of ingest/project_lock.py, so no keyword changes between reading and storing. `TrackedKeyword` and
`doc_of` are what every caller of the matcher builds from rows of the database.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitoring.models import Document, Keyword
from monitoring.query import Doc, Index, QueryError, parse
from monitoring.records import Item

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrackedKeyword:
    """The columns of a keyword that decide what it matches."""

    id: int
    version: int
    query: str
    languages: frozenset[str]
    platforms: frozenset[str]

    @classmethod
    def of(cls, keyword: Keyword) -> "TrackedKeyword":
        """Return a stored keyword."""
        languages, platforms = frozenset(keyword.languages), frozenset(keyword.platforms)
        return cls(keyword.pk, keyword.version, keyword.query, languages, platforms)

    @classmethod
    def unsaved(cls, query: str, languages: Iterable[str] = (), platforms: Iterable[str] = ()) -> "TrackedKeyword":
        """Return a keyword that is not stored: a search, or a query being edited."""
        return cls(0, 0, query, frozenset(languages), frozenset(platforms))

    @property
    def is_saved(self) -> bool:
        """Whether the query was accepted once and may contain what is rejected today."""
        return self.id != 0

    def accepts(self, language: str, platform: str) -> bool:
        """Return whether the keyword tracks this language and platform. An unknown language is always accepted."""
        has_language = not self.languages or not language or language.partition("-")[0] in self.languages
        return has_language and (not self.platforms or platform in self.platforms)


@dataclass(slots=True)
class _Compiled:
    index: Index[int] = field(default_factory=Index)
    keywords: dict[int, TrackedKeyword] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_compiled: dict[int, _Compiled] = defaultdict(_Compiled)


def doc_of(document: Document) -> Doc:
    """Return a stored document in the matcher's form."""
    return doc_of_item(document, document.platform)


def doc_of_item(item: Item | Document, platform: str) -> Doc:
    """Return an item of a platform in the matcher's form: all fields that queries compare."""
    return Doc(
        item.title,
        item.text,
        url=item.url,
        author=item.author,
        language=item.language,
        platform=platform,
        country=item.country,
        kind=item.kind,
        rating=item.rating,
    )


def tracked_keywords(project_ids: Iterable[int]) -> dict[int, list[TrackedKeyword]]:
    """Return the keywords of these projects that are not paused, with one query."""
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
    """Return the languages that keywords of each project track; language detection favors them."""
    found: dict[int, set[str]] = {project_id: set() for project_id in project_ids}
    rows = Keyword.objects.filter(project_id__in=found, is_paused=False).exclude(languages=[])
    for project_id, languages in rows.values_list("project_id", "languages"):
        found[project_id].update(languages)
    return {project_id: frozenset(languages) for project_id, languages in found.items()}


class Matcher:
    """The compiled keywords of one project. Compiles only the keywords that changed since the last batch."""

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
                        compiled.index.add(keyword.id, parse(keyword.query, saved=True))
                    except QueryError:
                        # Saved under an earlier grammar: this keyword matches nothing, the others still match.
                        log.exception("event=query_unreadable keyword=%s", keyword.id)
        self._index = compiled.index
        self._keywords = wanted

    def keywords_of(self, doc: Doc) -> list[int]:
        """Return the ids of the keywords that a document matches."""
        return [
            keyword_id
            for keyword_id in self._index.keys_of(doc)
            if (keyword := self._keywords.get(keyword_id)) and keyword.accepts(doc.language, doc.platform)
        ]
