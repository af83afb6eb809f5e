"""Time every read of the overview and of the mention list: python -m tests.benchmarks.bench_insights [MENTIONS]

Generates mentions of twenty keywords over two years; one document in four has two keywords. Prints milliseconds.
"""

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import uuid4

from tests.benchmarks.services import run_with

KEYWORDS, SOURCES, AUTHORS, DAYS, ROUNDS = 20, 200, 500, 730, 7
TYPES = ["brand", "competitor", "topic", "topic"]  # five brands: a quarter of the mentions are the overview's subject
NOW = datetime(2026, 11, 1, 10, 20, tzinfo=UTC)

FILL = """
INSERT INTO monitoring_document (id, project_id, source_id, platform, address_key, url, title, text, html, author,
    author_url, written_by_id, language, published, fetched_at, search)
SELECT %(first)s + n, %(project)s, %(source)s + n %% %(sources)s, 'feed', gen_random_uuid(),
    'https://site.example/' || n,
    'Story ' || n || ' about Lumen', body.text, '', 'Author ' || n %% %(authors)s, '',
    %(author)s + n %% %(authors)s,
    (ARRAY['fr', 'en', 'fr-ca', ''])[1 + n %% 4], %(now)s - random() * interval '%(days)s days', now(),
    to_tsvector('simple', 'story about lumen ' || body.text)
FROM generate_series(1, %(documents)s) AS n, LATERAL (SELECT 'the lamp ' || repeat('lights up the street ', 30)
    || CASE WHEN n %% 50 = 0 THEN 'again' ELSE '' END || ' word' || n %% 1000 AS text) AS body;

INSERT INTO monitoring_mention (keyword_id, document_id, source_id, published, found_at, platform, author, language,
    status, sentiment, is_backlog)
SELECT %(keyword)s + (d.id * 7 + extra) %% %(keywords)s, d.id, d.source_id, d.published, d.published, d.platform,
d.author, d.language, CASE WHEN d.id %% 1000 = 0 THEN 'needs_reply' ELSE
    (ARRAY['to_review', 'to_review', 'to_review', 'replied', 'ignored'])[1 + d.id %% 5] END,
(ARRAY['negative', 'neutral', 'positive', 'neutral', 'uncertain', ''])[1 + d.id %% 6], false
FROM monitoring_document d, generate_series(0, CASE WHEN d.id %% 4 = 0 THEN 1 ELSE 0 END) AS extra
WHERE d.project_id = %(project)s;
"""


def fill(mentions, now=NOW):
    """Fill a new project, in addition to those that are there."""
    from django.db import connection
    from django.db.models import Max

    from accounts.models import Project
    from monitoring.models import Author, Document, Keyword, Source

    project = Project.objects.create(name="Bench")
    keywords = Keyword.objects.bulk_create(
        Keyword(project=project, name=f"T{n}", query="lumen lamp", type=TYPES[n % len(TYPES)]) for n in range(KEYWORDS)
    )
    sources = Source.objects.bulk_create(
        Source(project=project, url=f"https://site{n}.example/feed", title=f"Site {n}") for n in range(SOURCES)
    )
    authors = Author.objects.bulk_create(
        Author(
            project=project,
            platform="feed",
            key=uuid4(),
            name=f"Author {n}",
            mention_count=mentions // AUTHORS,
            last_at=now,
        )
        for n in range(AUTHORS)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "project": project.pk,
                "keyword": keywords[0].pk,
                "source": sources[0].pk,
                "sources": SOURCES,
                "author": authors[0].pk,
                "authors": AUTHORS,
                "keywords": KEYWORDS,
                "documents": int(mentions * 0.8),
                "days": DAYS,
                "now": now,
                "first": Document.objects.aggregate(last=Max("id"))["last"] or 0,
            },
        )
        cursor.execute("VACUUM ANALYZE")
    return project, keywords


def measure(name, read):
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        read()
        times.append(time.perf_counter() - began)
    print(f"{name:52} {1000 * median(times):8.1f} ms   (first {1000 * times[0]:.1f})", flush=True)


def run(size):
    from monitoring.insights import mentions, volume
    from monitoring.insights.breakdown import keyword_lines
    from monitoring.insights.facets import facet_rows
    from monitoring.insights.filters import MentionFilter

    began = time.perf_counter()
    project, keywords = fill(size)
    print(f"{size} mentions filled in {time.perf_counter() - began:.0f} s; median of {ROUNDS}")

    def make(**params):
        return MentionFilter.from_query(project, params, NOW, UTC)

    def overview(**params):
        f = make(**params)
        (
            volume.volume(f),
            volume.change(f),
            keyword_lines(f, keywords),
            mentions.page(f, size=10),
            facet_rows(f, "sources", 5),
        )

    deep = mentions.page(make(period="90d"), size=200)
    for _ in range(9):
        deep = mentions.page(make(period="90d"), deep.next_cursor, 200)
    year = {"from": (NOW - timedelta(days=365)).date().isoformat(), "to": NOW.date().isoformat()}
    for name, params in {"24 h": {"period": "24h"}, "30 d": {"period": "30d"}, "1 y": year}.items():
        measure(f"overview, {name}, all keywords", lambda params=params: overview(**params))
        measure(
            f"overview, {name}, one keyword", lambda params=params: overview(**params, keyword=str(keywords[3].pk))
        )
        measure(f"list, first page, {name}", lambda params=params: mentions.page(make(**params)))
        measure(f"count, {name}", lambda params=params: mentions.count(make(**params)))
        measure(f"volume, {name}", lambda params=params: volume.volume(make(**params)))
        for facet in ("keywords", "sources", "languages", "statuses", "author"):
            measure(f"facet of {facet}, {name}", lambda p=params, facet=facet: facet_rows(make(**p), facet))
    measure("list, page after 2,000 rows, 90 d", lambda: mentions.page(make(period="90d"), deep.next_cursor))
    for q in ("word17", "lamp", '"lamp lights" again', "lamp -word17"):
        measure(f"list for {q}, 1 y", lambda q=q: mentions.page(make(**year, q=q)))
        measure(
            f"count for {q}, 1 y ({mentions.count(make(**year, q=q)).value})",
            lambda q=q: mentions.count(make(**year, q=q)),
        )


if __name__ == "__main__":
    run_with(run, 200_000, __doc__)
