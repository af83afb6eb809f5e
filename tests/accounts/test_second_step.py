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


def is_signed_in(client):
    return client.get("/account").status_code == 200


@pytest.fixture
def phone(owner, mailoutbox):
    """Ada has switched two-step sign-in on: (secret, recovery codes)."""
    client = Client()
    sign_in(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code[^>]*>(\w+)</code>", page).group(1)
    assert "data:image/svg+xml;base64," in page
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "Incorrect code." in wrong
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)}, follow=True)
    codes = re.search(r"<textarea[^>]*>([\d\s]+)</textarea>", done.content.decode()).group(1).split()
    assert len(codes) == 10
    assert "Two-step sign-in was switched on" in mailoutbox[-1].body
    return secret, codes


def test_the_password_alone_no_longer_opens_the_account(phone):
    client = Client()
    assert sign_in(client).url == "/accounts/2fa/authenticate/"
    assert "Second step" in client.get("/accounts/2fa/authenticate/").content.decode()
    assert not is_signed_in(client)
    assert "Incorrect code." in client.post("/accounts/2fa/authenticate/", {"code": "123"}).content.decode()
    assert not is_signed_in(client)


def test_a_recovery_code_opens_it_once(phone):
    _, codes = phone
    client, other = Client(), Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert is_signed_in(client)
    sign_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_signed_in(other)


def test_guessing_the_code_is_stopped(phone):
    _, codes = phone
    client = Client()
    sign_in(client)
    for number in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": f"00000{number}"})
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_signed_in(client)


def test_new_codes_end_the_old_ones_and_can_be_downloaded(phone):
    _, codes = phone
    client = Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    client.post("/accounts/2fa/recovery-codes/generate/")
    fresh = client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    other = Client()
    sign_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": codes[1]})
    assert not is_signed_in(other)


def test_switching_it_off_asks_who_it_is_and_the_password_is_enough_again(phone, settings):
    _, codes = phone
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    client = Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    asked = client.get("/accounts/2fa/totp/deactivate/", follow=True)
    assert "Confirm that it is you" in asked.content.decode()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    client.post(asked.request["PATH_INFO"], {"password": PASSWORD})
    assert "Switch off two-step sign-in?" in client.get("/accounts/2fa/totp/deactivate/").content.decode()
    client.post("/accounts/2fa/totp/deactivate/")
    other = Client()
    sign_in(other)
    assert is_signed_in(other)


def test_the_account_page_says_whether_it_is_on(owner, as_person, phone):
    assert "two-step sign-in is on" in as_person(owner).get("/account").content.decode()
