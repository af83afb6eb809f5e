"""Time one evaluation of many rules: python -m tests.benchmarks.bench_rules_pass [MENTIONS] [RULES]

Fills an embedded Postgres with mentions of 50 keywords over 90 days, from 1,000 sources, a tenth of them in stories.
The rules are of every kind that a project would have: thresholds, increases, shares, "unusual" with each author once.
Processor time of Python and of the Postgres process of the connection, median of the rounds, which are a minute apart
as Beat has them, and after the first minutes of the incidents that the first pass opens. Reading the parallel workers
of Postgres would need its own statistics, so they are off. The first pass of an hour also reads the past that the
others of this hour use (alerts/baselines.py), so it is shown by itself.
"""

import argparse
import time
from datetime import timedelta
from statistics import median

from tests.benchmarks.services import backend_s, print_machine, vigie

KEYWORDS, SOURCES, AUTHORS, DAYS, ROUNDS = 50, 1_000, 20_000, 90, 7
LATER = 20  # minutes: the severity of an incident is measured again in the first 15

DOCUMENTS = """
INSERT INTO monitoring_document (
    project_id, platform, address_key, url, title, text, html, author, author_url, language, published,
    published_is_known, fetched_at, is_truncated, source_id, story_id, followers, rating
)
SELECT %(project)s, 'feed', md5(n::text)::uuid, '', 'Mention ' || n, '', '',
    'Author ' || n::bigint * 7919 %% %(authors)s, '', 'fr', t, true, t, false, %(source)s + n %% %(sources)s,
    CASE WHEN n %% 10 = 0 THEN n / 40 + 1 END, n %% 5000, 1 + n %% 5
FROM (
    SELECT n, now() - n * interval '1 second' * %(gap)s AS t FROM generate_series(0, %(mentions)s - 1) n
) AS numbers
"""
MENTIONS = """
INSERT INTO monitoring_mention (
    keyword_id, document_id, source_id, published, found_at, platform, author, language, status, is_backlog,
    sentiment, story_id, rating, analyzed_by
)
SELECT %(keyword)s + (d.id * 31) %% %(keywords)s, d.id, d.source_id, d.published, d.published, 'feed', d.author, 'fr',
    'to_review', false, (ARRAY['negative', 'neutral', 'neutral', 'positive', 'uncertain'])[1 + d.id %% 5],
    d.story_id, d.rating, 'model'
FROM monitoring_document d
"""


def fill(mentions):
    """Create a project with its keywords, sources, documents and mentions; return it."""
    from django.db import connection
    from django.utils import timezone

    from accounts.models import Project
    from monitoring.models import Keyword, Source, SourcePeriod

    project, created = Project.objects.create(name="Bench"), timezone.now() - timedelta(days=DAYS)
    types = ["brand"] * 5 + ["competitor"] * 15 + ["topic"] * 30
    keywords = Keyword.objects.bulk_create(
        Keyword(project=project, name=f"Keyword {n}", query="lumen", type=types[n], created_at=created)
        for n in range(KEYWORDS)
    )
    sources = Source.objects.bulk_create(
        Source(project=project, url=f"https://site{n}.example/feed", created_at=created) for n in range(SOURCES)
    )
    SourcePeriod.objects.bulk_create(
        SourcePeriod(source=source, state="working", started_at=created) for source in sources
    )
    values = {"project": project.pk, "keyword": keywords[0].pk, "keywords": KEYWORDS, "source": sources[0].pk}
    values |= {"sources": SOURCES, "authors": AUTHORS, "mentions": mentions, "gap": DAYS * 86400 / mentions}
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(DOCUMENTS, values)
        cursor.execute(MENTIONS, values)
        cursor.execute("VACUUM ANALYZE")
    return project, keywords, sources


def make_rules(project, keywords, count):
    from alerts.models import Rule
    from alerts.ready_made import BAD_BUZZ

    kinds = [
        *({"threshold": 10**6, "window_s": window} for window in (900, 3600, 21600, 86400, 604800)),
        *({"threshold": 10**6, "sentiment": "negative", "window_s": window} for window in (900, 3600, 21600, 86400)),
        *({"condition": "increase", "percent": 900, "minimum": 10**6, "window_s": window} for window in (3600, 86400)),
        *({"condition": "below", "threshold": 1, "window_s": window} for window in (86400, 604800)),
        *({**BAD_BUZZ, "window_s": window} for window in (21600, 86400)),
        {**BAD_BUZZ, "sentiment": "", "minimum": 10, "window_s": 21600},
        {"measure": "negative_share", "threshold": 99, "minimum": 10, "window_s": 86400},
        {"measure": "net_sentiment", "condition": "below", "threshold": -99, "minimum": 10, "window_s": 86400},
        {"measure": "rating", "threshold": 10**6, "parameter": 2, "window_s": 86400},
        {"measure": "authors", "threshold": 10**6, "window_s": 3600},
    ]
    Rule.objects.bulk_create(
        Rule(project=project, keyword=keywords[n % KEYWORDS], **kinds[n // KEYWORDS % len(kinds)])
        for n in range(count)
    )


def measure(name, evaluate, now):
    """Print the processor time of the first pass of an hour, and the median of those of the next minutes."""
    from alerts.baselines import baselines

    baselines.clear()
    python, postgres = [], []
    hour = now.replace(minute=0, second=0, microsecond=0)
    for minute in (0, *range(LATER, LATER + ROUNDS)):
        began, backend = time.process_time(), backend_s()
        evaluate(hour + timedelta(minutes=minute))
        python.append(1000 * (time.process_time() - began))
        postgres.append(1000 * (backend_s() - backend))
    first, *totals = map(sum, zip(python, postgres, strict=True))
    parts = f"Python {median(python[1:]):.0f}, Postgres {median(postgres[1:]):.0f}"
    print(f"{name:60} {median(totals):6.0f} ms: {parts}; the first of the hour {first:.0f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mentions", nargs="?", type=int, default=1_000_000)
    parser.add_argument("rules", nargs="?", type=int, default=1_000)
    arguments = parser.parse_args()
    with vigie():
        from django.db import connection
        from django.utils import timezone

        from alerts.evaluate import evaluate_all
        from alerts.models import Incident, Rule
        from monitoring.models import SourcePeriod

        print_machine()
        project, keywords, _sources = fill(arguments.mentions)
        make_rules(project, keywords, arguments.rules)
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
            cursor.execute("VACUUM ANALYZE")
        print(
            f"{arguments.mentions:,} mentions, {Rule.objects.count():,} rules, "
            f"{KEYWORDS} keywords, {SOURCES:,} sources"
        )
        now = timezone.now()
        measure("one pass over all rules", evaluate_all, now)
        print(f"open incidents: {Incident.objects.count()}")
        unusual = Rule.objects.filter(condition="unusual")
        plain = Rule.objects.exclude(condition="unusual")
        unusual.update(is_paused=True)
        measure(f"one pass over the {plain.count()} rules without “unusual”", evaluate_all, now)
        unusual.update(is_paused=False)
        plain.update(is_paused=True)
        measure(f"one pass over the {unusual.count()} rules “unusual”", evaluate_all, now)
        day = unusual.filter(window_s=86400)
        day.update(is_paused=True)
        measure("one pass over those with a time window of 6 hours", evaluate_all, now)
        day.update(is_paused=False)
        plain.update(is_paused=False)
        SourcePeriod.objects.update(started_at=now - timedelta(days=2))
        measure("one pass, all sources new for two days", evaluate_all, now)


if __name__ == "__main__":
    main()
