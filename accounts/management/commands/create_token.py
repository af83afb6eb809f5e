"""`manage.py create_token EMAIL [--name NAME]`: prints an API token, once."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import ApiToken, User
from accounts.tokens import create_token

NAME_LENGTH = ApiToken._meta.get_field("name").max_length


class Command(BaseCommand):
    help = "Print a new API token of a person. It is shown once: only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address the person signs in with")
        parser.add_argument("--name", default="create_token", help="what the account page calls the token")

    def handle(self, *args: object, email: str, name: str, **options: object) -> None:
        user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if user is None:
            raise CommandError(f"nobody signs in with {email}")
        self.stdout.write(create_token(user, name[:NAME_LENGTH]))
