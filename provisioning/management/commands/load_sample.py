"""`manage.py load_sample [EMAIL]`: load the sample project; the user (default: first server admin) is its admin."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from provisioning.sample.load import load_sample


class Command(BaseCommand):
    help = "Load the sample project: an invented brand, two competitors, 90 days of mentions, and active feeds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", help="email address of its admin; the first server admin by default")

    def handle(self, email: str | None, **options: object) -> None:
        users = User.objects.filter(email__iexact=email) if email else User.objects.filter(is_superuser=True)
        user = users.order_by("id").first()
        if user is None:
            raise CommandError(
                f"no account has the email address {email}" if email else "no server admin exists: run first_admin"
            )
        project = load_sample(user)
        self.stdout.write(f"{project.name}: {project.documents.count()} documents")
