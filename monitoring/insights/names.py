"""The people, brands, places and products that the mentions under a filter name more often than earlier ones.

In: a MentionFilter. Out: frozen counts of a bounded sample, the newest mentions; where that is all of them, each
equals the length of the list under the filter with the name as its search. Called by the page of themes and the API.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Left

from monitoring.entities.distinctive import Name, Text, distinctive_names
from monitoring.insights.breakdown import Tally, document_rows, tally
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import newest_documents
from monitoring.insights.search import document_in
from monitoring.insights.terms import before, compared_with
from monitoring.matching.candidates import candidate_query
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.matching.scan import candidate_documents, read_docs
from monitoring.models import Document, Keyword, Source
from monitoring.query import QueryError, Term, compile_query, parse, terms
from monitoring.query.document import View

SAMPLE = 500  # newest mentions read
MAX_CHARS = 600  # of a text: what is said first
MAX_NAMES = 10


@dataclass(frozen=True, slots=True)
class CountedName:
    """A name with the documents of the sample that a search for it finds; `query` is that search."""

    name: Name
    query: str
    total: Tally


@dataclass(frozen=True, slots=True)
class Names:
    """The distinctive names among the `sampled` newest documents. `is_complete` if these are all of them."""

    names: tuple[CountedName, ...] = ()
    sampled: int = 0
    is_complete: bool = True


def names(f: MentionFilter) -> Names:
    """Return the distinctive names against those of the four weeks before."""
    newest = newest_documents(f, SAMPLE + 1)
    here = newest[:SAMPLE]
    if not here:
        return Names()
    earlier = compared_with(here, before(f))
    found = distinctive_names(_texts(here, earlier), _own_names(f.project_id), MAX_NAMES)
    return Names(tuple(_counted(f, here, found)), len(here), is_complete=len(newest) <= SAMPLE)


def search_for(name: str) -> str:
    """Return the query that finds a name: as it is if that is one term, otherwise in quotation marks."""
    try:
        return name if isinstance(parse(name), Term) else f'"{name}"'
    except QueryError:
        return f'"{name}"'


def _texts(here: Sequence[int], earlier: Sequence[int]) -> list[Text]:
    columns = ("pk", "title", "start", "author", "story_id")
    rows = Document.objects.filter(pk__in=[*here, *earlier], deleted_at=None).annotate(start=Left("text", MAX_CHARS))
    old = set(earlier)
    return [
        Text(f"{title}\n{start}", story_id or -pk, author, is_earlier=pk in old)
        for pk, title, start, author, story_id in rows.values_list(*columns).order_by("pk")
    ]


def _own_names(project_id: int) -> set[str]:
    """Return the names of the keywords, the terms of their queries, and the names of the sources."""
    own = set(Source.objects.filter(project=project_id).exclude(title="").values_list("title", flat=True))
    for name, query in Keyword.objects.filter(project=project_id).values_list("name", "query"):
        own.add(name)
        try:
            own.update(term.text for term in terms(parse(query, saved=True))[0])
        except QueryError:
            continue
    return own


def _counted(f: MentionFilter, here: Sequence[int], found: Sequence[Name]) -> Iterator[CountedName]:
    """Yield the names with the documents that a search for each finds, by sentiment."""
    queries = [search_for(one.name) for one in found]
    documents = _documents(f.project_id, here, queries)
    labels: dict[int, int] = {}
    if found:
        mentions = f.mentions().filter(document_in(list(here)))
        labels = {row["pk"]: row["labels"] for row in document_rows(f, mentions, pk=F("document_id"))}
    for name, query, ids in zip(found, queries, documents, strict=True):
        yield CountedName(name, query, tally([(labels[pk], 1) for pk in ids if pk in labels]))


def _documents(project_id: int, here: Sequence[int], queries: Sequence[str]) -> list[list[int]]:
    """Return for each query the documents of the sample that match it."""
    if not queries:
        return []
    any_of_them = candidate_query(TrackedKeyword.unsaved(" OR ".join(queries)))
    candidates = candidate_documents(project_id, any_of_them.candidates).filter(pk__in=here)
    views = [(stored.id, View(stored.doc)) for stored in read_docs(candidates.values_list("pk", flat=True))]
    compiled = [compile_query(query) for query in queries]
    return [[pk for pk, view in views if query.matcher.matches(view)] for query in compiled]
