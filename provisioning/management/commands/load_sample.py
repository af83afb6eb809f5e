"""`manage.py load_sample [EMAIL]`: the sample project, with that person (or the first operator) as its admin."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from provisioning.sample.load import load_sample


class Command(BaseCommand):
    help = "Load the sample project: an invented brand, two competitors, 90 days of mentions, feeds that go on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", help="who becomes its admin; the first operator unless given")

    def handle(self, email: str | None, **options: object) -> None:
        people = User.objects.filter(email__iexact=email) if email else User.objects.filter(is_superuser=True)
        user = people.order_by("id").first()
        if user is None:
            raise CommandError(
                f"nobody has the address {email}" if email else "there is no operator yet: run first_admin"
            )
        project = load_sample(user)
        self.stdout.write(f"{project.name}: {project.documents.count()} documents")
