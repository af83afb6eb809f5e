"""Two-factor authentication: turning it on and off, codes and recovery codes."""

import base64
import hmac
import re
import struct
import time

import pytest
from django.test import Client

PASSWORD = "correct horse battery"


def code_for(secret):
    """Return the code that an authenticator app shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def sign_in(client):
    return client.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})


def reauthenticate(client, address):
    """Open a page that requires the password again, and enter it. Return the page."""
    page = client.get(address, follow=True)
    assert "Confirm it’s you" in page.content.decode()
    form = f"/accounts/reauthenticate/?next={address}"
    assert "Incorrect password." in client.post(form, {"password": "wrong"}).content.decode()
    assert client.post(form, {"password": PASSWORD}).url == address
    return client.get(address).content.decode()


@pytest.fixture
def unverified_address(owner):
    """The unverified address that allauth stores when somebody signs up or resets a password."""
    from allauth.account.models import EmailAddress

    return EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)


def test_two_factor_works_with_address_unverified_in_allauth(owner, unverified_address):
    assert len(turn_on()) > 1


def is_signed_in(client):
    return client.get("/account").status_code == 200


def turn_on():
    """Turn two-factor authentication on for Ada. Return her recovery codes."""
    client = Client()
    sign_in(client)
    page = reauthenticate(client, "/accounts/2fa/totp/activate/")
    secret = re.search(r"<code[^>]*>(\w+)</code>", page).group(1)
    assert "data:image/svg+xml;base64," in page
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "Incorrect code." in wrong
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)}, follow=True)
    codes = re.search(r"<textarea[^>]*>([\d\s]+)</textarea>", done.content.decode()).group(1).split()
    assert len(codes) == 10
    return codes


@pytest.fixture
def codes(owner):
    return turn_on()


def test_sign_in_requires_code_when_two_factor_is_on(codes):
    client = Client()
    assert sign_in(client).url == "/accounts/2fa/authenticate/"
    assert "Two-factor authentication" in client.get("/accounts/2fa/authenticate/").content.decode()
    assert not is_signed_in(client)
    assert "Incorrect code." in client.post("/accounts/2fa/authenticate/", {"code": "123"}).content.decode()
    assert not is_signed_in(client)


def test_recovery_code_works_once(codes):
    client, other = Client(), Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert is_signed_in(client)
    sign_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_signed_in(other)


def test_code_entry_is_blocked_after_failed_attempts(codes):
    client = Client()
    sign_in(client)
    for number in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": f"00000{number}"})
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_signed_in(client)


def test_new_recovery_codes_replace_old_ones(codes):
    client = Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert "Your current codes will stop working." in reauthenticate(client, "/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/recovery-codes/generate/")
    fresh = client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    other = Client()
    sign_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": codes[1]})
    assert not is_signed_in(other)


def test_turning_two_factor_off_requires_reauthentication(codes, mailoutbox):
    unconfirmed, client = Client(), Client()
    for browser, code in zip((unconfirmed, client), codes, strict=False):
        sign_in(browser)
        browser.post("/accounts/2fa/authenticate/", {"code": code})
    unconfirmed.post("/accounts/2fa/totp/deactivate/")
    assert "Two-factor authentication is on" in unconfirmed.get("/account").content.decode()
    assert "Turn off two-factor authentication?" in reauthenticate(client, "/accounts/2fa/totp/deactivate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert "Two-factor authentication was turned off" in mailoutbox[-1].body
    other = Client()
    sign_in(other)
    assert is_signed_in(other)


def test_invited_person_can_turn_two_factor_on(project, owner, as_person, mailoutbox, link_of):
    as_person(owner).post(f"/p/{project.id}/invitations", {"email": "nina@example.com", "role": "viewer"})
    client = Client()
    client.get(link_of(mailoutbox[-1]))
    form = {"name": "Nina", "password1": PASSWORD, "password2": PASSWORD, "time_zone": "UTC"}
    client.post("/accounts/signup/", form)
    assert "Scan this code" in reauthenticate(client, "/accounts/2fa/totp/activate/")


def test_account_page_shows_two_factor_status(owner, as_person, codes):
    assert "Two-factor authentication is on" in as_person(owner).get("/account").content.decode()


@pytest.mark.django_db(transaction=True)
def test_turning_two_factor_on_sends_email(owner, mailoutbox):
    turn_on()
    assert mailoutbox[0].to == ["ada@example.com"]
    assert "Two-factor authentication was turned on" in mailoutbox[0].body
