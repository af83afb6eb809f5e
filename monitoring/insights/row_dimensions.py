"""The dimensions whose values are rows of the project: keywords, sources, authors, mutes, stories, themes.

Registered in dimensions.py.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from monitoring.content.values import read_id
from monitoring.insights.dimension import Condition, Dimension, GroupKey, Key, Selection
from monitoring.insights.filter_parser import QueryReader
from monitoring.insights.story_redirects import present_stories
from monitoring.models import Author, Document, DocumentTheme, Keyword, Mute, Source, Story, Theme

if TYPE_CHECKING:
    from monitoring.insights.filters import MentionFilter


class RowDimension(Dimension):
    """A foreign key to a row of the project."""

    model: type[Keyword] | type[Source] | type[Mute] | type[Story] | type[Author] | type[Theme]
    column: str
    description = "ids"

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.many(self.parameter, lambda values: self._project_rows(reader, project, values))

    def _project_rows(self, reader: QueryReader, project: Project, values: list[str]) -> dict[str, int]:
        numbers = {value: number for value in values if (number := read_id(value)) is not None}
        known = reader.known.get(self.name)
        if known is None:
            known = self.present(project.pk, set(numbers.values()))
        return {value: known[number] for value, number in numbers.items() if number in known}

    def present(self, project_id: int, ids: Collection[int]) -> Mapping[int, int]:
        """Return the rows of the project that these ids stand for, by id; those that don't exist are left out."""
        rows = self.model.objects.filter(project=project_id, pk__in=ids)
        return {pk: pk for pk in rows.values_list("pk", flat=True)} if ids else {}

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

    def present(self, project_id: int, ids: Collection[int]) -> Mapping[int, int]:
        """Return the stories; one whose items another story took in stands for that one."""
        found = super().present(project_id, ids)
        gone = set(ids) - found.keys()
        return {**found, **present_stories(project_id, gone)} if gone else found

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        """Return the title of each story's first item, "" if it has none."""
        first = Document.objects.filter(story_id__in=list(keys)).order_by("story_id", "published", "id")
        return dict(first.distinct("story_id").values_list("story_id", "title"))


class _EqualsAny(Func):
    """Whether a value equals an element of an array."""

    arg_joiner, template = " = ANY(", "(%(expressions)s))"
    output_field = BooleanField()


class AuthorRowDimension(RowDimension):
    """An account, or a name at a site; its items may carry several names."""

    name, parameter, label, description = "authors", "author_id", _("Author"), "ids of authors"
    model, column = Author, ""

    def condition(self, f: "MentionFilter") -> Condition | None:
        """Return the condition that the document is one of an array, which Postgres reads before the mentions.

        With IN it takes the documents of an author for too many to look up one by one, and reads all mentions.
        """
        if not f.authors:
            return None
        documents = Document.objects.filter(written_by__in=f.authors)
        if f.clock == "published":
            documents = documents.filter(published__gte=f.since, published__lt=f.until)
        return Q(_EqualsAny(F("document_id"), ArraySubquery(documents.values("pk"))))

    def facet_key(self) -> None:
        """Return None: the facet of names reads the covering index."""


class ThemeDimension(RowDimension):
    """The theme of an item, as ingest/themes.py found it; items in no theme have none."""

    name, parameter, label, description = "themes", "theme", _("Theme"), "ids of themes"
    model, column = Theme, ""

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.themes:
            return None
        return Q(document_id__in=DocumentTheme.objects.filter(theme__in=f.themes).values("document_id"))

    def facet_key(self) -> None:
        """Return None: the page of themes counts them."""
