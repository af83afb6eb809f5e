"""`manage.py sentiment`: documents as JSON Lines in, their sentiment out.

A filter without a database. Invalid documents are reported on stderr and skipped, and the status is 1 at the end.
"""

import sys

from django.core.management.base import BaseCommand

from monitoring.enrichment.analyzer import missing_encoder, model
from monitoring.management.shared import filter_lines
from monitoring.sentiment.jsonl import sentiment_lines


class Command(BaseCommand):
    help = "Analyze the sentiment of documents (JSON Lines on stdin) with the model of the settings."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        if reason := missing_encoder():
            self.stderr.write(f"using the small model alone: {reason}")
        filter_lines(sentiment_lines(model(), sys.stdin.buffer), self.stderr)
