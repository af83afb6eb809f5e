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


def test_the_first_admin_is_made_and_can_sign_in_with_what_was_printed(db):
    email, password = credentials(output_of("first_admin"))
    admin = User.objects.get()
    assert (admin.email, admin.is_superuser) == ("admin@vigie.local", True)
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    assert "Create a project" in client.get("/").content.decode()


def test_a_second_start_prints_nothing_and_makes_nobody(db):
    output_of("first_admin")
    assert output_of("first_admin") == ""
    assert User.objects.count() == 1


def test_where_people_have_accounts_no_admin_is_made(owner):
    assert output_of("first_admin") == ""
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_address_of_the_first_admin_can_be_set(db, settings):
    settings.FIRST_ADMIN_EMAIL = "Boss@Example.com"
    output_of("first_admin")
    assert User.objects.get().email == "boss@example.com"


def test_an_impossible_address_is_refused_before_anything_is_made(db, settings):
    settings.FIRST_ADMIN_EMAIL = "admin@localhost nonsense"
    with pytest.raises(CommandError, match="FIRST_ADMIN_EMAIL"):
        output_of("first_admin")
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_first_starts_at_once_make_one_admin():
    printed = race(*[lambda: output_of("first_admin")] * 4)
    assert sorted(map(bool, printed)) == [False, False, False, True]
    assert User.objects.count() == 1


def test_passwords_of_two_installations_differ(db):
    _, first = credentials(output_of("first_admin"))
    User.objects.all().delete()
    _, second = credentials(output_of("first_admin"))
    assert first != second and len(first) == 19


def test_a_token_is_printed_once_and_kept_as_a_digest(owner):
    token = output_of("create_token", "ADA@example.com", name="backup").strip()
    stored = ApiToken.objects.get()
    assert (stored.user, stored.name, stored.digest) == (owner, "backup", token_digest(token))


def test_a_token_for_nobody_is_refused(owner):
    with pytest.raises(CommandError, match="nobody signs in with"):
        output_of("create_token", "x@example.com")


def test_the_operator_closes_an_account_and_deletes_none(owner, as_person):
    operator = User.objects.create_superuser("op@example.com", "x")
    client = as_person(operator)
    assert client.post(f"/operator/accounts/user/{owner.id}/delete/", {"post": "yes"}).status_code == 403
    form = {"first_name": "Ada", "language": "en", "time_zone": "Europe/Paris"}  # is_active not ticked
    client.post(f"/operator/accounts/user/{owner.id}/change/", form)
    owner.refresh_from_db()
    assert not owner.is_active
    assert as_person(owner).get("/account").status_code == 302
