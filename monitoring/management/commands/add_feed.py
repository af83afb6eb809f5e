"""`manage.py add_feed --project P URL`: add a feed by its URL or its site's, write the source as JSON."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from monitoring.management.shared import project_by_name, source_row, write_line
from monitoring.messages.source_errors import error_text
from monitoring.services.sources import add_source


class Command(BaseCommand):
    help = "Add a feed to a project, by its URL or the URL of its site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="name or number of the project")
        parser.add_argument("url")
        parser.add_argument("--secret", action="store_true", help="the whole URL is secret: show its host only")

    def handle(self, project: str, url: str, secret: bool, **options: object) -> None:
        result = add_source(project_by_name(project), None, url, is_secret=secret)
        if result.candidates:
            choices = ", ".join(feed.url for feed in result.candidates)
            raise CommandError(f"this page has several feeds; add one of these: {choices}")
        if result.source is None:
            raise CommandError(f"{error_text(result.error).message} {error_text(result.error).advice}")
        if result.error:
            self.stderr.write(str(error_text(result.error).message))
        write_line(self.stdout, source_row(result.source))
