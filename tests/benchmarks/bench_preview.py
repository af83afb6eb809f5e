"""Time previews and backfills over stored documents: python -m tests.benchmarks.bench_preview [DOCUMENTS]

Generates French and English documents of 200 words on average in an embedded Postgres. First backfills with the
matcher alone, while nothing is searchable; then makes all searchable, and times the previews of the keyword form,
including edits, and backfills.
"""

import argparse
import random
import uuid
from datetime import UTC, datetime, timedelta
from statistics import median

from tests.benchmarks.bench_query import ENGLISH, FRENCH, SEED, Language
from tests.benchmarks.services import print_machine, timed, vigie

ROUNDS = 5
SENTENCE, SENTENCES, DAYS, PAGE = 20, 8000, 90, 1000
QUERIES = (
    "lumen",
    "the",
    '"maison lumen"',
    '"de la"',
    "the NEAR/5 of",
    "lum*",
    "pét*",
    "site:site7.example",
    "lang:fr",
    "author:author",
    "MIN/2(la, the, de)",
    "the -of",
)
EDITS = (("lumen", "lumen -lampe"), ("the", "the -of"), ('"de la"', "the NEAR/2 of"))
BACKFILLS = ("lumen", '"maison lumen"', '"de la"', "the")


def texts(rng, count):
    """Yield (title, text, language); one text in five hundred names the brand."""
    languages = [Language(rng, FRENCH, elided=True), Language(rng, ENGLISH, elided=False)]
    sentences = [[language.text(rng, SENTENCE) for _ in range(SENTENCES)] for language in languages]
    for number in range(count):
        spoken = sentences[number % 2]
        text = " ".join(rng.choices(spoken, k=rng.randint(4, 16)))
        brand = "Maison Lumen " if number % 500 == 0 else ""
        lamp = " lampe" if number % 40 == 0 else ""
        yield rng.choice(spoken)[:60], f"{brand}{text}{lamp}", ("fr", "en")[number % 2]


def fill(project, count):
    from monitoring.models import Document

    now, rng = datetime.now(UTC), random.Random(SEED)
    page = []
    for number, (title, text, language) in enumerate(texts(rng, count)):
        published = now - timedelta(days=DAYS * (1 - number / count))
        url = f"https://site{number % 500}.example/{number}"
        fields = {"title": title, "text": text, "language": language, "url": url, "author": "Author"}
        page.append(Document(project=project, address_key=uuid.uuid4(), published=published, **fields))
        if len(page) == PAGE or number == count - 1:
            Document.objects.bulk_create(page)
            page.clear()
    vacuum()


def vacuum():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure_previews(project):
    from monitoring.models import Keyword
    from monitoring.query_tools.preview import preview

    cases = [(query, None) for query in QUERIES] + [(query, Keyword(query=saved)) for saved, query in EDITS]
    preview(project, "lumen", [], UTC)
    for query, saved in cases:
        times, result = [], None
        for _ in range(ROUNDS):
            seconds, result = timed(preview, project, query, [], UTC, saved)
            times.append(1000 * seconds)
        found = result.found
        how = "exact" if found.is_exact else f"from {found.checked:,} of {found.to_check:,}"
        name = f"{saved.query} → {query}" if saved else query
        print(f"{name:32}{median(times):7.0f} ms (max {max(times):.0f}){found.count:>9,} {how}", flush=True)


def measure_backfill(project, query):
    from monitoring.ingest.backfill import backfill_all, start_backfill
    from monitoring.models import Keyword

    keyword = Keyword(project=project, name="Bench", query=query)
    start_backfill(keyword)
    keyword.save()
    took, _ = timed(backfill_all, 3600)
    print(f"backfill of {query:20}{took:8.2f} s {keyword.mentions.count():>9,} mentions", flush=True)
    keyword.delete()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="?", type=int, default=100_000)
    documents = parser.parse_args().documents
    with vigie():
        from accounts.models import Project
        from monitoring.ingest.search_index import index_documents

        print_machine()
        project = Project.objects.create(name="Bench")
        took, _ = timed(fill, project, documents)
        print(f"{documents:,} documents stored in {took:.0f} s; nothing searchable yet", flush=True)
        measure_backfill(project, BACKFILLS[0])
        took, _ = timed(index_documents, 3600)
        vacuum()
        print(f"made searchable in {took:.0f} s; median of {ROUNDS}", flush=True)
        measure_previews(project)
        for query in BACKFILLS:
            measure_backfill(project, query)


if __name__ == "__main__":
    main()
