import base64
import hmac
import re
import struct
import time

import pytest
from django.test import Client

PASSWORD = "correct horse battery"


def code_for(secret):
    """What the app on the phone shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def sign_in(client):
    return client.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})


def open_guarded(client, address):
    """What protects the account asks for the password again, once in a while."""
    asked = client.get(address, follow=True)
    assert "Confirm it’s you" in asked.content.decode()
    form = f"/accounts/reauthenticate/?next={address}"
    assert "Incorrect password." in client.post(form, {"password": "wrong"}).content.decode()
    assert client.post(form, {"password": PASSWORD}).url == address
    return client.get(address).content.decode()


@pytest.fixture
def known_to_allauth(owner):
    """allauth writes the address of whoever signs up or asks for a new password down as not verified."""
    from allauth.account.models import EmailAddress

    return EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)


def test_an_address_that_allauth_has_not_verified_is_no_obstacle(owner, known_to_allauth):
    assert len(switch_on()) > 1


def is_signed_in(client):
    return client.get("/account").status_code == 200


def switch_on():
    """Ada switches two-step sign-in on: the recovery codes she is shown."""
    client = Client()
    sign_in(client)
    page = open_guarded(client, "/accounts/2fa/totp/activate/")
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
    return switch_on()


def test_the_password_alone_no_longer_opens_the_account(codes):
    client = Client()
    assert sign_in(client).url == "/accounts/2fa/authenticate/"
    assert "Two-factor authentication" in client.get("/accounts/2fa/authenticate/").content.decode()
    assert not is_signed_in(client)
    assert "Incorrect code." in client.post("/accounts/2fa/authenticate/", {"code": "123"}).content.decode()
    assert not is_signed_in(client)


def test_a_recovery_code_opens_it_once(codes):
    client, other = Client(), Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert is_signed_in(client)
    sign_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_signed_in(other)


def test_guessing_the_code_is_stopped(codes):
    client = Client()
    sign_in(client)
    for number in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": f"00000{number}"})
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_signed_in(client)


def test_new_codes_end_the_old_ones_and_can_be_downloaded(codes):
    client = Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert "Your current codes will stop working." in open_guarded(client, "/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/recovery-codes/generate/")
    fresh = client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    other = Client()
    sign_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": codes[1]})
    assert not is_signed_in(other)


def test_switching_it_off_asks_who_it_is_and_the_password_is_enough_again(codes, mailoutbox):
    hasty, client = Client(), Client()
    for browser, code in zip((hasty, client), codes, strict=False):
        sign_in(browser)
        browser.post("/accounts/2fa/authenticate/", {"code": code})
    hasty.post("/accounts/2fa/totp/deactivate/")
    assert "Two-factor authentication is on" in hasty.get("/account").content.decode()
    assert "Turn off two-factor authentication?" in open_guarded(client, "/accounts/2fa/totp/deactivate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert "Two-factor authentication was turned off" in mailoutbox[-1].body
    other = Client()
    sign_in(other)
    assert is_signed_in(other)


def test_an_invited_person_can_switch_it_on(project, owner, as_person, mailoutbox, link_in):
    as_person(owner).post(f"/p/{project.id}/invitations", {"email": "nina@example.com", "role": "viewer"})
    client = Client()
    client.get(link_in(mailoutbox[-1]))
    form = {"name": "Nina", "password1": PASSWORD, "password2": PASSWORD, "time_zone": "UTC"}
    client.post("/accounts/signup/", form)
    assert "Scan this code" in open_guarded(client, "/accounts/2fa/totp/activate/")


def test_the_account_page_says_whether_it_is_on(owner, as_person, codes):
    assert "Two-factor authentication is on" in as_person(owner).get("/account").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_notice_says_that_it_was_switched_on(owner, mailoutbox):
    switch_on()
    assert mailoutbox[0].to == ["ada@example.com"]
    assert "Two-factor authentication was turned on" in mailoutbox[0].body
