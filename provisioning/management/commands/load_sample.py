"""`manage.py load_sample [EMAIL]`: load the sample project of a person, by default the first server admin."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from provisioning.sample.load import load_sample


class Command(BaseCommand):
    help = "Load the sample project: an invented brand, two competitors, 90 days of mentions, and active feeds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", help="email address of its owner; the first server admin by default")

    def handle(self, email: str | None, **options: object) -> None:
        people = User.objects.filter(is_active=True).order_by("id")
        user = (people.filter(email__iexact=email.strip()) if email else people.filter(is_superuser=True)).first()
        if user is None:
            missing = f"account has the email address {email}" if email else "server admin exists: run first_admin"
            raise CommandError(f"no active {missing}")
        project = load_sample(user)
        self.stdout.write(f"{project.name} (project {project.pk}): {project.documents.count()} documents")
