"""`manage.py poll [--source ID]`: poll the due sources, or one source now, in this process."""

from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from monitoring.management.shared import write_line
from monitoring.models import Source
from monitoring.platforms.registry import streamed_platforms
from monitoring.polling.poller import poll_due, poll_one


class Command(BaseCommand):
    help = "Poll the sources that are due, or one source now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", type=int, help="number of a source to poll now, due or not")

    def handle(self, source: int | None, **options: object) -> None:
        if source is None:
            for result in poll_due():
                write_line(self.stdout, asdict(result))
            return
        platform = Source.objects.filter(pk=source).values_list("platform", flat=True).first()
        if platform is None:
            raise CommandError(f"there is no source {source}")
        if platform in streamed_platforms():
            raise CommandError(f"source {source} is a stream, which the command read_jetstream reads")
        saved = poll_one(source)
        if saved is None:
            raise CommandError(f"source {source} is being polled by a worker now")
        write_line(self.stdout, asdict(saved))
