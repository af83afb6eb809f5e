"""`manage.py sentiment`: documents as JSON Lines in, their sentiment out.

A filter: it needs no database. A document that cannot be read is named on stderr, the others are judged all the same,
and the status is 1 at the end.
"""

import sys

from django.core.management.base import BaseCommand

from monitoring.management.shared import filter_lines
from monitoring.sentiment import load
from monitoring.sentiment.jsonl import judged_lines


class Command(BaseCommand):
    help = "Judge the sentiment of documents (JSON Lines on stdin) by the built-in model."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        filter_lines(judged_lines(load(), sys.stdin.buffer), self.stderr)
