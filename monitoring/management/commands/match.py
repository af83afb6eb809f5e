"""`manage.py match QUERY [QUERY ...]` or `--queries FILE`: documents as JSON Lines in, matching pairs out.

A filter: it needs no database. A malformed query ends it with one line on stderr and status 1; a document that cannot
be read is named on stderr, the others are matched all the same, and the status is 1 at the end.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitoring.query import Index
from monitoring.query.lines import BadInput, index_of, match_lines, read_queries


class Command(BaseCommand):
    help = "Match documents (JSON Lines on stdin) against queries."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("query", nargs="*", metavar="QUERY", help="a query; put -- before one that begins with -")
        parser.add_argument("--queries", metavar="FILE", help="queries in lines of id<TAB>query")

    def handle(self, query: list[str], queries: str | None, **options: object) -> None:
        if bool(query) == bool(queries):
            raise CommandError("give either queries or --queries FILE", returncode=2)
        index = _from_file(queries) if queries else index_of(query)
        if isinstance(index, BadInput):
            raise CommandError(index.message, returncode=1)
        failed = False
        # Written past Django's wrapper, whose work on every line the matcher would wait for.
        out = sys.stdout.buffer
        try:
            for line in match_lines(index, sys.stdin.buffer):
                if isinstance(line, BadInput):
                    failed = True
                    self.stderr.write(line.message)
                else:
                    out.write(line.encode(errors="backslashreplace") + b"\n")
            out.flush()
        except BrokenPipeError:
            # Whoever read has seen enough; pointing stdout elsewhere keeps Python from complaining at exit.
            sys.stdout = Path("/dev/null").open("w")  # noqa: SIM115
        if failed:
            sys.exit(1)


def _from_file(name: str) -> Index | BadInput:
    try:
        with Path(name).open(encoding="utf-8") as lines:
            return read_queries(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name}: {error}", returncode=2) from error
