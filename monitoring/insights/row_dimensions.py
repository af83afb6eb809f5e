"""The dimensions whose values are rows of the project: keywords, sources, authors, mutes, stories. Registered in
dimensions.py.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from monitoring.content.values import read_id
from monitoring.insights.dimension import Condition, Dimension, GroupKey, Key, Selection
from monitoring.insights.filter_parser import QueryReader
from monitoring.models import Author, Document, Keyword, Mute, Source, Story

if TYPE_CHECKING:
    from monitoring.insights.filters import MentionFilter


class RowDimension(Dimension):
    """A foreign key to a row of the project."""

    model: type[Keyword] | type[Source] | type[Mute] | type[Story] | type[Author]
    column: str
    description = "ids"

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.many(self.parameter, lambda values: self._project_rows(reader, project, values))

    def _project_rows(self, reader: QueryReader, project: Project, values: list[str]) -> dict[str, int]:
        numbers = {value: number for value in values if (number := read_id(value)) is not None}
        known = reader.known.get(self.name)
        if known is None:
            rows = self.model.objects.filter(project=project, pk__in=numbers.values())
            known = set(rows.values_list("pk", flat=True)) if numbers else set()
        return {value: number for value, number in numbers.items() if number in known}

    def facet_key(self) -> GroupKey | None:
        return F(self.column)

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {pk: str(row) for pk, row in self.model.objects.in_bulk(list(keys)).items()}


class KeywordDimension(RowDimension):
    name, parameter, label = "keywords", "keyword", _("Keyword")
    model, column = Keyword, "keyword_id"
    facet_order = 3
    has_unique_documents = True

    def condition(self, f: "MentionFilter") -> None:
        """Return None: `MentionFilter.scope` has the keywords, since every read stays within those of the project."""


class SourceDimension(RowDimension):
    """The source that a document was first found in; mentions of deleted sources have no row in the facet."""

    name, parameter, label = "sources", "source", _("Source")
    model, column = Source, "source_id"
    facet_order = 4

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(source_id__in=f.sources) if f.sources else None


class MuteDimension(RowDimension):
    """The mute that hides a mention. Hidden mentions are ignored, so the filter has to select that status too."""

    name, parameter, label = "mutes", "mute", _("Muted")
    model, column = Mute, "muted_by_id"
    description = "ids of mutes, with status=ignored"

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(muted_by_id__in=f.mutes) if f.mutes else None

    def facet_key(self) -> None:
        """Return None: the covering index doesn't have the mute, and the Muted page counts what each hides."""


class StoryDimension(RowDimension):
    """All items of a story; items without one have no row in the facet."""

    name, parameter, label = "story_ids", "story", _("Story")
    model, column = Story, "story_id"
    description = "ids of stories: all their items"

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(story_id__in=f.story_ids) if f.story_ids else None

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        """Return the title of each story's first item, "" if it has none."""
        first = Document.objects.filter(story_id__in=list(keys)).order_by("story_id", "published", "id")
        return dict(first.distinct("story_id").values_list("story_id", "title"))


class AuthorRowDimension(RowDimension):
    """An account, or a name at a site; its items may carry several names."""

    name, parameter, label, description = "authors", "author_id", _("Author"), "ids of authors"
    model, column = Author, ""

    def condition(self, f: "MentionFilter") -> Condition | None:
        documents = Document.objects.filter(written_by__in=f.authors).values("pk")
        return Q(document_id__in=documents) if f.authors else None

    def facet_key(self) -> None:
        """Return None: the facet of names reads the covering index."""
