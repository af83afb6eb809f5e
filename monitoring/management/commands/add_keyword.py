"""`manage.py add_keyword --project P --name N --type T --query Q`: create a keyword and write it as JSON."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from monitoring.management.shared import form_error, keyword_row, project_by_name, write_line
from monitoring.models import Keyword
from monitoring.services.keywords import create_keyword


class Command(BaseCommand):
    help = "Add a keyword to a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="name or number of the project")
        parser.add_argument("--name", required=True)
        parser.add_argument("--type", default=Keyword.Type.BRAND, choices=Keyword.Type.values)
        parser.add_argument("--query", required=True)

    def handle(self, project: str, name: str, type: str, query: str, **options: object) -> None:
        try:
            keyword = create_keyword(project_by_name(project), None, name=name, type=type, query=query)
        except ValidationError as error:
            raise form_error(error) from error
        write_line(self.stdout, keyword_row(keyword))
