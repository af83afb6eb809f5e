"""`manage.py sentiment`: documents as JSON Lines in, their sentiment out.

A filter: it needs no database. A document that cannot be read is named on stderr, the others are judged all the same,
and the status is 1 at the end.
"""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from monitoring.sentiment import load
from monitoring.sentiment.lines import BadInput, judged_lines


class Command(BaseCommand):
    help = "Judge the sentiment of documents (JSON Lines on stdin) by the built-in model."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        failed = False
        out = sys.stdout.buffer
        try:
            for line in judged_lines(load(), sys.stdin.buffer):
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
