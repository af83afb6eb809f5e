"""Time making documents searchable and searching them: python -m tests.benchmarks.bench_search [DOCUMENTS]

Generates French and English texts of 215 words on average; one in twenty is a mention. Prints documents per second,
bytes per document, and milliseconds for a first page with its count.
"""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.benchmarks.bench_insights import measure
from tests.benchmarks.bench_query import ENGLISH, FRENCH, SEED, Language, documents
from tests.benchmarks.services import run_with, timed

TEXTS, MENTIONED, DAYS = 5000, 20, 90
NOW = datetime(2026, 11, 1, 10, 20, tzinfo=UTC)


def fill(number):
    """Store each text many times, with a rare word that one document in a thousand has."""
    from accounts.models import Project
    from monitoring.models import Document, Keyword, Mention

    rng = random.Random(SEED)
    texts = documents([Language(rng, FRENCH, True), Language(rng, ENGLISH, False)], TEXTS)
    project = Project.objects.create(name="Bench")
    made = []
    for place in range(number):
        doc = texts[place % TEXTS]
        made.append(
            Document(
                project=project,
                address_key=UUID(int=place),
                url=f"{doc.url}/{place}",
                title=doc.title,
                text=f"{doc.text} rare{place % 1000}",
                published=NOW - timedelta(days=DAYS) * rng.random(),
            )
        )
    Document.objects.bulk_create(made, batch_size=2000)
    keyword = Keyword.objects.create(project=project, name="T", query="lamp")
    Mention.objects.bulk_create(
        Mention(keyword=keyword, document=document, published=document.published) for document in made[::MENTIONED]
    )
    return project


def size():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT pg_total_relation_size('monitoring_document'), avg(pg_column_size(search)) FROM"
            " monitoring_document"
        )
        return cursor.fetchone()


def run(number):
    from monitoring.ingest.search_index import index_documents
    from monitoring.insights.documents import DocumentSearch, page

    project = fill(number)
    before, _ = size()

    def first(q, **more):
        return page(DocumentSearch(project.pk, q, **more))

    measure("rare word, nothing searchable yet", lambda: first("rare17"))
    took, done = timed(index_documents, 3600)
    after, words = size()
    print(
        f"{done / took:.0f} documents/s made searchable; {words:.0f} bytes of words per document,"
        f" {(after - before) / done:.0f} more bytes on disk with the index, free space included"
    )
    for q in (
        "rare17",
        "rare17 OR rare18",
        "the",
        "the of",
        "la -le",
        "the rare17",
        "rare1*",
        '"of the" rare17',
        '"of the"',
        "the NEAR/3 rare17",
        "site:site17.example",
        "nowhere",
        "la NEAR/2 xaxaxa",
    ):
        found = first(q)
        count = found.count
        shown = f"{count.value}{'+' if count.capped else ''}"
        measure(f"{q} ({shown}, {len(found.rows)} rows)", lambda q=q: first(q))
    measure("the, mentions only", lambda: first("the", mentioned=True))
    measure("rare17, mentions only", lambda: first("rare17", mentioned=True))
    second = first("the").next_cursor
    measure("the, second page", lambda: page(DocumentSearch(project.pk, "the"), second))


if __name__ == "__main__":
    run_with(run, 100_000, __doc__, "documents")
