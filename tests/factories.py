"""Insert rows directly into the database, for tests of what happens to them later.

`make_mention(keyword, title="...", status="needs_reply")` creates the document too; the plural forms take many rows
and cost a fixed number of queries. Fields go to the document, the mention or both, by their name.
"""

import base64
import itertools
import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db.models import Func, Value
from django.utils import timezone

from monitoring.models import Document, DocumentSource, Keyword, Mention, Source, Story
from monitoring.query import search_text, stars

_numbers = itertools.count(1)
# A picture of one pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
MENTION_ONLY = {
    *("status", "muted_by", "found_at", "is_backlog", "unmatched_at"),
    *("sentiment", "negative", "positive", "analyzed_by"),
}
BOTH = {"source", "platform", "author", "language", "engagement", "kind", "country", "published"}


def make_keyword(project, name="", query="lumen", **fields):
    return Keyword.objects.create(project=project, name=name or f"Keyword {next(_numbers)}", query=query, **fields)


def make_source(project, url="", **fields):
    number = next(_numbers)
    fields.setdefault("title", f"Source {number}")
    return Source.objects.create(project=project, url=url or f"https://site{number}.example/feed", **fields)


def make_document(project, **fields):
    return make_documents(project, [fields])[0]


def make_documents(project, rows: int | Iterable[Mapping]):
    """Create documents without mentions in three queries. A number creates as many default ones, an hour apart."""
    documents = Document.objects.bulk_create(_document(project, row) for row in _rows(rows))
    DocumentSource.objects.bulk_create(
        DocumentSource(
            document=document,
            source_id=document.source_id,
            native_key=uuid.uuid4(),
            published=document.published,
        )
        for document in documents
        if document.source_id
    )
    return documents


def make_mention(keyword, document=None, **fields):
    if document is None:
        return make_mentions(keyword, [fields])[0]
    return _mentions([keyword], [(document, fields)])[0]


def make_mentions(keywords: Keyword | Iterable[Keyword], rows: int | Iterable[Mapping]):
    """Create one document per row, and a mention of it per keyword. All keywords are of one project."""
    keywords = [keywords] if isinstance(keywords, Keyword) else list(keywords)
    rows = _rows(rows)
    fields = [{key: value for key, value in row.items() if key not in MENTION_ONLY} for row in rows]
    documents = make_documents(keywords[0].project, fields)
    return _mentions(keywords, zip(documents, rows, strict=True))


def make_story(keyword, rows: int | Iterable[Mapping]):
    """Create mentions whose documents are one story."""
    mentions = make_mentions(keyword, rows)
    story = Story.objects.create(project=keyword.project)
    Document.objects.filter(pk__in=[mention.document_id for mention in mentions]).update(story=story)
    Mention.objects.filter(pk__in=[mention.pk for mention in mentions]).update(story=story)
    return story


def _rows(rows):
    if not isinstance(rows, int):
        return list(rows)
    now = timezone.now()
    return [{"published": now - timedelta(hours=number)} for number in range(rows)]


def _document(project, fields):
    number = next(_numbers)
    fields = {
        "address_key": uuid.uuid4(),
        "url": f"https://site.example/story/{number}",
        "title": f"Story {number} about Lumen",
        "text": "The lamp by Lumen lights up the whole street.",
        "published": timezone.now(),
        **fields,
    }
    words = Value(search_text(f"{fields['title']}\n{fields['text']}"))
    search = Func(words, function="to_tsvector", template="to_tsvector('simple', %(expressions)s)")
    return Document(project=project, search=search, **fields)


def _mentions(keywords, documents_and_fields):
    return Mention.objects.bulk_create(
        Mention(
            keyword=keyword,
            document=document,
            **{
                **{name: getattr(document, name) for name in BOTH},
                "rating": document.rating and stars(document.rating),
                **{key: value for key, value in fields.items() if key in MENTION_ONLY | BOTH},
            },
        )
        for document, fields in documents_and_fields
        for keyword in keywords
    )
