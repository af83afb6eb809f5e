"""Time exports against COPY: python -m tests.benchmarks.bench_exports [MENTIONS]

Generates mentions over two years, by default 1,000,000 of 800,000 items, and exports all of them as CSV and JSON
Lines, and as many as a workbook takes as XLSX. Prints rows per second, the memory that the process gained while it
wrote, and the ratio to the floor: Postgres writing the same columns of the same rows as CSV by COPY.
"""

import os
import time
from dataclasses import replace
from datetime import timedelta
from itertools import islice

import psutil

from tests.benchmarks.bench_insights import NOW, fill
from tests.benchmarks.services import run_with

COPY = """
COPY (SELECT d.published, d.platform, s.title, d.title, d.text, d.url, d.kind, d.author, d.author_handle, d.author_url,
    d.followers, d.language, d.country, d.rating, d.likes, d.replies, d.shares, d.views, d.engagement, m.found_at,
    k.name, m.status, m.sentiment, m.id
  FROM monitoring_mention m JOIN monitoring_keyword k ON k.id = m.keyword_id
  JOIN monitoring_document d ON d.id = m.document_id LEFT JOIN monitoring_source s ON s.id = d.source_id
  WHERE k.project_id = {project} AND m.status <> 'ignored' ORDER BY d.published DESC, d.id DESC {limit})
TO STDOUT (FORMAT csv)
"""


class Sink:
    """Counts what is written to it, like a client that reads immediately."""

    def __init__(self):
        self.bytes = 0

    def write(self, piece):
        self.bytes += len(piece)


def copy(project, limit=""):
    from django.db import connection

    sink = Sink()
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY.format(project=project.pk, limit=limit), sink)
        return cursor.rowcount, time.perf_counter() - began, sink.bytes


def write(export, file_format):
    """Return (seconds to the first piece, seconds in all, bytes, gained MB of memory)."""
    from reports.exports.formats import FORMATS

    process, sink, first = psutil.Process(os.getpid()), Sink(), 0.0
    began, before, peak = time.perf_counter(), process.memory_info().rss, 0
    for piece in FORMATS[file_format].write(export, ";"):
        first = first or time.perf_counter() - began
        sink.write(piece)
        peak = max(peak, process.memory_info().rss - before)
    return first, time.perf_counter() - began, sink.bytes, peak / 1e6


def run(size):
    from accounts.models import User
    from reports.exports.registry import LISTS, Asked
    from reports.exports.xlsx_file import MAX_ROWS

    project, _ = fill(size)
    user = User.objects.create_user("bench@example.com")
    query = {"from": (NOW - timedelta(days=731)).date().isoformat(), "to": NOW.date().isoformat()}
    rows, floor, size_bytes = copy(project)
    print(f"COPY {rows:27} mentions {rows / floor:9.0f} per s {size_bytes / 1e6:23.0f} MB")
    for file_format in ("csv", "jsonl", "xlsx"):
        export = LISTS["mentions"].build(Asked(project, user, query, NOW))
        items, limit = export.count().value, MAX_ROWS if file_format == "xlsx" else None
        if limit:
            items = min(items, limit)
            export = replace(export, batches=islice(export.batches, limit // 500))
            rows, floor, _ = copy(project, f"LIMIT {limit}")
        first, elapsed, written, gained = write(export, file_format)
        ratio = (items / elapsed) / (rows / floor)
        print(
            f"{file_format:6} first piece {1000 * first:8.0f} ms {items:9} items    {items / elapsed:9.0f} per s"
            f" {ratio:5.2f} of COPY {written / 1e6:7.0f} MB, +{gained:.0f} MB of memory",
            flush=True,
        )


if __name__ == "__main__":
    run_with(run, 1_000_000, __doc__)
