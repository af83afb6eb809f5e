"""`manage.py add_topic --project P --name N --kind K --query Q`: a watched keyword, matched at once."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from monitoring.command import project_named, refused, topic_row, write_line
from monitoring.models import Topic
from monitoring.topics import create_topic


class Command(BaseCommand):
    help = "Add a watched keyword to a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="name or number of the project")
        parser.add_argument("--name", required=True)
        parser.add_argument("--kind", default=Topic.Kind.BRAND, choices=Topic.Kind.values)
        parser.add_argument("--query", required=True)

    def handle(self, project: str, name: str, kind: str, query: str, **options: object) -> None:
        try:
            topic = create_topic(project_named(project), None, name=name, kind=kind, query=query)
        except ValidationError as error:
            raise refused(error) from error
        write_line(self.stdout, topic_row(topic))
