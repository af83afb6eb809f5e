"""`manage.py match QUERY [QUERY ...]` or `--queries FILE`: documents as JSON Lines in, matching pairs out.

A filter without a database. A malformed query ends it with one line on stderr and status 1. Invalid documents are
reported on stderr and skipped, and the status is 1 at the end.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitoring.jsonl import BadInput
from monitoring.management.shared import filter_lines
from monitoring.query import Index
from monitoring.query.jsonl import index_of, match_lines, read_queries


class Command(BaseCommand):
    help = "Match documents (JSON Lines on stdin) against queries."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("query", nargs="*", metavar="QUERY", help="a query; precede one that starts with - by --")
        parser.add_argument("--queries", metavar="FILE", help="queries, one per line: id<TAB>query")

    def handle(self, query: list[str], queries: str | None, **options: object) -> None:
        if bool(query) == bool(queries):
            raise CommandError("give either queries or --queries FILE", returncode=2)
        index = _from_file(queries) if queries else index_of(query)
        if isinstance(index, BadInput):
            raise CommandError(index.message, returncode=1)
        filter_lines(match_lines(index, sys.stdin.buffer), self.stderr)


def _from_file(name: str) -> Index[str] | BadInput:
    try:
        with Path(name).open(encoding="utf-8") as lines:
            return read_queries(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name}: {error}", returncode=2) from error
