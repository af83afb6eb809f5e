"""`manage.py first_admin`: create the first server admin and print the email address and password.

Called by `make run` and the containers at every start; it does nothing if an account exists.
"""

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts.models import User

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters and digits that look alike
GROUPS, GROUP_LENGTH = 4, 4  # 16 of 31 characters: 79 random bits, short enough to type
LOCK = 0x56494749  # "VIGI": an arbitrary number, the same in every process


class Command(BaseCommand):
    help = "If no account exists, create the first server admin and print the email address and password."

    def handle(self, *args: object, **options: object) -> None:
        email = settings.FIRST_ADMIN_EMAIL.strip()
        try:
            User._meta.get_field("email").run_validators(email)
        except ValidationError as error:
            raise CommandError(f"FIRST_ADMIN_EMAIL is not a valid email address: {email}") from error
        password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
        if _create_first(email, password):
            self.stdout.write(f"First admin: {email}\nPassword:    {password}")


@transaction.atomic
def _create_first(email: str, password: str) -> bool:
    """Return False if an account exists. With the lock, the second of two concurrent starts sees the first's admin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if User.objects.exists():
        return False
    User.objects.create_superuser(email, password)
    return True
