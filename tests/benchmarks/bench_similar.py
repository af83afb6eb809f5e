"""Time similar mentions: python -m tests.benchmarks.bench_similar [VECTORS]

Generates vectors in clusters, as those of posts about a few thousand subjects. Compares them exactly in a project of
20,000, and by index in one with all others. The floor is numpy, which has all vectors in memory: one product of a
matrix and a vector. Prints milliseconds per search, the share of the ten truly nearest that the index finds, its size
and the time of its build.
"""

import time
from datetime import UTC, datetime
from io import BytesIO

import numpy as np

from tests.benchmarks.services import run_with, timed

SEED, SUBJECTS, QUERIES, CHUNK = 7, 3000, 200, 50_000
NOW = datetime(2026, 11, 1, 10, 20, tzinfo=UTC)
VERSION = "bench"

DOCUMENTS = """
INSERT INTO monitoring_document (project_id, platform, address_key, variant, url, title, text, html, author,
    author_url, language, published, fetched_at, search)
SELECT %(project)s, 'feed', md5(%(project)s || ':' || n)::uuid, 0, '', 'Item ' || n, 'A text of one line about a lamp',
    '', '', '', 'en', %(now)s::timestamptz - n * interval '30 s', %(now)s, ''::tsvector
FROM generate_series(1, %(number)s) n
"""
MENTIONS = """
INSERT INTO monitoring_mention (keyword_id, document_id, published, found_at, platform, author, language, status,
    is_backlog, sentiment, analyzed_by)
SELECT %(keyword)s, id, published, published, 'feed', '', 'en',
    CASE id %% 10 WHEN 0 THEN 'ignored' ELSE 'to_review' END, true, 'neutral', 'bench'
FROM monitoring_document WHERE project_id = %(project)s
"""
COPY = "COPY monitoring_documentvector (document_id, project_id, version, vector) FROM STDIN (FORMAT binary)"
ROW = np.dtype(
    [
        *(("fields", ">i2"), ("id_bytes", ">i4"), ("id", ">i8"), ("project_bytes", ">i4"), ("project", ">i8")),
        *(("version_bytes", ">i4"), ("version", "S5"), ("array_bytes", ">i4"), ("array", ">i4", 5)),
        ("numbers", [("bytes", ">i4"), ("value", ">f4")], 256),
    ]
)


def vectors_of(number, rng, centers):
    """Return vectors around random centers, nearer to some of them than to others."""
    spread = rng.uniform(0.02, 0.09, (number, 1)).astype(np.float32)
    made = centers[rng.integers(0, len(centers), number)] + spread * rng.standard_normal((number, 256), np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def fill(number, vectors):
    """Store a project of `number` documents, each with a mention and a vector. Return it with the ids."""
    from django.db import connection

    from accounts.models import Project
    from monitoring.models import Document, Keyword

    project = Project.objects.create(name="Bench")
    keyword = Keyword.objects.create(project=project, name="T", query="lamp")
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS, {"project": project.pk, "number": number, "now": NOW})
        cursor.execute(MENTIONS, {"project": project.pk, "keyword": keyword.pk})
        ids = np.array(Document.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))
        for start in range(0, number, CHUNK):
            part = slice(start, start + CHUNK)
            rows = np.zeros(len(ids[part]), ROW)
            rows["fields"], rows["id_bytes"], rows["project_bytes"], rows["version_bytes"] = 4, 8, 8, 5
            rows["array_bytes"], rows["array"] = 20 + 256 * 8, (1, 0, 700, 256, 1)
            rows["id"], rows["project"], rows["version"] = ids[part], project.pk, VERSION
            rows["numbers"]["bytes"], rows["numbers"]["value"] = 4, vectors[part]
            content = b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"
            cursor.copy_expert(COPY, BytesIO(content))
    return project, ids


def percentiles(call, queries):
    took = [timed(call, query)[0] * 1000 for query in queries]
    return f"{np.percentile(took, 50):.1f} ms, 95% below {np.percentile(took, 95):.1f} ms"


def run(number):
    from django.db import connection

    from monitoring.ingest.vector_index import prepare_search
    from monitoring.insights.nearest import EXACT_VECTORS, INDEX, nearest
    from monitoring.insights.similar import similar_mentions
    from monitoring.models import Document

    rng = np.random.default_rng(SEED)
    centers = rng.standard_normal((SUBJECTS, 256), np.float32)
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    vectors = vectors_of(number, rng, centers)
    began = time.perf_counter()
    small, small_ids = fill(EXACT_VECTORS, vectors[:EXACT_VECTORS])
    large, ids = fill(number, vectors)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_total_relation_size('monitoring_documentvector') / %s", [number + EXACT_VECTORS])
        size = cursor.fetchone()[0]
    print(f"{number:,} vectors stored in {time.perf_counter() - began:.0f} s, {size:.0f} bytes each", flush=True)
    took, _built = timed(prepare_search)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(to_regclass(%s)) / 1e6", [INDEX])
        print(f"index built in {took:.0f} s: {cursor.fetchone()[0]:.0f} MB", flush=True)

    chosen = rng.integers(0, number, QUERIES)
    queries = vectors[chosen]
    print("numpy, all vectors in memory:", percentiles(lambda query: np.argpartition(vectors @ query, -10), queries))
    in_small = small_ids[rng.integers(0, EXACT_VECTORS, QUERIES)]
    print(
        f"exact among {EXACT_VECTORS:,}:",
        percentiles(lambda query: nearest(small.pk, query, VERSION, 100), queries),
    )
    print(
        f"similar mentions, {EXACT_VECTORS:,}:",
        percentiles(similar_mentions, list(Document.objects.filter(pk__in=in_small.tolist()))),
    )
    for name in ("first pass", "second pass"):
        print(f"by index, {name}:", percentiles(lambda query: nearest(large.pk, query, VERSION, 100), queries))
    shown = list(Document.objects.filter(pk__in=ids[chosen].tolist()))
    print(f"similar mentions, {number:,}:", percentiles(similar_mentions, shown))
    found = 0
    for query in queries:
        true = set(ids[np.argpartition(vectors @ query, -10)[-10:]].tolist())
        found += len(true & {one.document_id for one in nearest(large.pk, query, VERSION, 100)[:10]})
    print(f"recall of the nearest ten: {found / (10 * QUERIES):.3f}")


if __name__ == "__main__":
    run_with(run, 100_000, __doc__, "vectors")
