"""`manage.py first_admin`: on an empty installation, makes the first admin and prints address and password, once.

Called by `make run` and the containers at every start; it is silent once anybody has an account.
"""

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import connection, transaction

from accounts.models import User

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without the letters and figures that look like others
GROUPS, GROUP_LENGTH = 4, 4  # 16 of 31 signs: 79 random bits, and still typed by hand
LOCK = 0x56494749  # "VIGI": any number, the same in every process


class Command(BaseCommand):
    help = "Make the first admin and print the address and password, when nobody has an account yet."

    def handle(self, *args: object, **options: object) -> None:
        email = settings.FIRST_ADMIN_EMAIL.strip()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"FIRST_ADMIN_EMAIL is not an email address: {email}") from error
        password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
        if _create_first(email, password):
            self.stdout.write(f"First admin: {email}\nPassword:    {password}")


@transaction.atomic
def _create_first(email: str, password: str) -> bool:
    """False when somebody has an account. Of two starts at once, the lock makes the second see the first's admin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if User.objects.exists():
        return False
    User.objects.create_superuser(email, password)
    return True
