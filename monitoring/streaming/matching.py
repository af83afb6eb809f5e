"""Decide which sources of a stream want a post: those of the projects that have a keyword that matches it.

In: the sources of a platform. Out: for each post the ids of sources. Called by streaming/reader.py before anything is
stored: a stream has far more posts than anybody searches for. ingest/store.py matches the few that remain once more,
under the lock of their project.
"""

from collections import defaultdict
from dataclasses import replace

from monitoring.content.clean import clean
from monitoring.content.language import with_language
from monitoring.matching.keyword_index import Matcher, doc_of_item, tracked_keywords, tracked_languages
from monitoring.models import Source
from monitoring.platforms.registry import item_platform
from monitoring.query import Doc
from monitoring.records import Entry


class StreamMatcher:
    """The keywords of all projects with an active source of a platform, as they were when it was made: two queries."""

    def __init__(self, platform: str) -> None:
        self._platform = item_platform(platform)
        self._sources: dict[int, list[int]] = defaultdict(list)
        active = Source.objects.filter(platform=platform, state=Source.State.ACTIVE).order_by("pk")
        for pk, project_id in active.values_list("pk", "project_id"):
            self._sources[project_id].append(pk)
        keywords, self._languages = tracked_keywords(self._sources), tracked_languages(self._sources)
        # The language of a post takes longer than all else, and most posts match nothing in any language: where no
        # query has a field (`lang:`), it is identified only for those that match without.
        self._asks_language = {
            project_id: any(":" in keyword.query for keyword in tracked) for project_id, tracked in keywords.items()
        }
        # A project without keywords costs nothing.
        self._matchers = {
            project_id: Matcher(project_id, tracked) for project_id, tracked in keywords.items() if tracked
        }

    @property
    def is_idle(self) -> bool:
        """Whether no project has an active source."""
        return not self._sources

    def wanting(self, entry: Entry) -> list[int]:
        """Return the ids of the sources whose project has a keyword that matches a post."""
        if not self._matchers:
            return []
        item = clean(entry)
        # As ingest/store.py compares it, but the author is still a DID, and the language follows.
        doc = replace(doc_of_item(item, self._platform), language="")
        docs: dict[frozenset[str], Doc] = {}
        found: list[int] = []
        for project_id, matcher in self._matchers.items():
            if not self._asks_language[project_id] and not matcher.keywords_of(doc):
                continue
            languages = self._languages[project_id]
            if languages not in docs:
                docs[languages] = doc_of_item(with_language(item, languages), self._platform)
            if matcher.keywords_of(docs[languages]):
                found += self._sources[project_id]
        return found
