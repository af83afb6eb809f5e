"""The management commands first_admin and create_token, and account management by server admins."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiToken, User, token_digest
from tests.racing import race


def output_of(*command, **options):
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


def credentials(printed):
    lines = dict(line.split(":", 1) for line in printed.strip().splitlines())
    return lines["First admin"].strip(), lines["Password"].strip()


def test_first_admin_prints_credentials_that_sign_in(db):
    email, password = credentials(output_of("first_admin"))
    admin = User.objects.get()
    assert (admin.email, admin.is_superuser) == ("admin@vigie.local", True)
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    assert "Create a project" in client.get("/").content.decode()


def test_first_admin_does_nothing_when_run_again(db):
    output_of("first_admin")
    assert output_of("first_admin") == ""
    assert User.objects.count() == 1


def test_first_admin_does_nothing_when_account_exists(owner):
    assert output_of("first_admin") == ""
    assert not User.objects.filter(is_superuser=True).exists()


def test_first_admin_uses_address_from_settings(db, settings):
    settings.FIRST_ADMIN_EMAIL = "Boss@Example.com"
    output_of("first_admin")
    assert User.objects.get().email == "boss@example.com"


@pytest.mark.parametrize(
    "email", ["admin@localhost nonsense", f"admin@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.fr"]
)
def test_first_admin_rejects_invalid_address(db, settings, email):
    settings.FIRST_ADMIN_EMAIL = email
    with pytest.raises(CommandError, match="FIRST_ADMIN_EMAIL"):
        output_of("first_admin")
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_concurrent_first_starts_create_one_admin():
    printed = race(*[lambda: output_of("first_admin")] * 4)
    assert sorted(map(bool, printed)) == [False, False, False, True]
    assert User.objects.count() == 1


def test_first_admin_password_is_random(db):
    _, first = credentials(output_of("first_admin"))
    User.objects.all().delete()
    _, second = credentials(output_of("first_admin"))
    assert first != second and len(first) == 19


def test_create_token_prints_token_and_stores_hash(owner):
    token = output_of("create_token", "ADA@example.com", name="backup").strip()
    stored = ApiToken.objects.get()
    assert (stored.user, stored.name, stored.digest) == (owner, "backup", token_digest(token))


def test_create_token_fails_when_account_is_unknown(owner):
    with pytest.raises(CommandError, match="no active account has the email address"):
        output_of("create_token", "x@example.com")


def test_server_admin_deactivates_account_but_cannot_delete_it(owner, as_person):
    operator = User.objects.create_superuser("op@example.com", "x")
    client = as_person(operator)
    assert client.post(f"/operator/accounts/user/{owner.id}/delete/", {"post": "yes"}).status_code == 403
    form = {"first_name": "Ada", "language": "en", "time_zone": "Europe/Paris"}  # is_active not ticked
    client.post(f"/operator/accounts/user/{owner.id}/change/", form)
    owner.refresh_from_db()
    assert not owner.is_active
    assert as_person(owner).get("/account").status_code == 302
