"""`manage.py create_token EMAIL [--name NAME]`: create an API token and print it."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import ApiToken, User
from accounts.tokens import create_token

NAME_LENGTH = ApiToken._meta.get_field("name").max_length


class Command(BaseCommand):
    help = "Create an API token for a user and print it. It is shown only once, because only its hash is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="email address of the user")
        parser.add_argument("--name", default="create_token", help="name of the token on the account page")

    def handle(self, *args: object, email: str, name: str, **options: object) -> None:
        user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if user is None:
            raise CommandError(f"no active account has the email address {email}")
        self.stdout.write(create_token(user, name[:NAME_LENGTH]))
