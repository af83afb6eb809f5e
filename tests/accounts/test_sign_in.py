"""Sign-in, sign-out, and changing or resetting a password."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import PasswordResetRequest, User
from accounts.password_reset import send_requested_links
from accounts.tokens import create_token

PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"


def sign_in(client, email="ada@example.com", password=PASSWORD, **data):
    return client.post(LOGIN, {"login": email, "password": password, **data})


def ask_for_reset(client, email, **options):
    """Ask for a link to reset a password, as on the page, and let a worker send it."""
    response = client.post("/accounts/password/reset/", {"email": email}, follow=True, **options)
    send_requested_links(timezone.now())
    return response


def is_signed_in(client):
    return client.get("/account").status_code == 200


def test_sign_in_leads_to_project(owner, project, client):
    response = sign_in(client)
    assert response.url == "/"
    assert client.get("/").url == f"/p/{project.id}/"


def test_sign_in_ignores_case_of_address(owner, client):
    assert sign_in(client, "Ada@Example.COM").status_code == 302
    assert is_signed_in(client)


def test_sign_in_rejects_wrong_password(owner, client):
    response = sign_in(client, password="wrong")
    assert "The email address and/or password you specified are not correct." in response.content.decode()
    assert not is_signed_in(client)


def test_sign_in_does_not_reveal_whether_account_exists(owner, client):
    def text_without_values(response):
        return re.sub(r'value="[^"]*"', "", response.content.decode())

    wrong_password = text_without_values(sign_in(client, password="wrong"))
    assert wrong_password == text_without_values(sign_in(client, "nobody@example.com", "wrong"))


def test_sign_in_is_blocked_after_failed_attempts(owner, client):
    for _ in range(5):
        sign_in(client, password="wrong")
    response = sign_in(client)
    assert "Too many failed login attempts" in response.content.decode()
    assert not is_signed_in(client)


def test_sign_in_attempts_are_counted_across_hosts(owner, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(REMOTE_ADDR="192.0.2.1")
    for number in range(5):
        client.post(
            LOGIN, {"login": "ada@example.com", "password": "wrong"}, headers={"host": f"host{number}.example"}
        )
    sign_in(client)
    assert not is_signed_in(client)


def test_rate_limit_shows_page_with_advice(owner, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/d/ip"}
    client = Client()
    responses = [sign_in(client, password="wrong") for _ in range(3)]
    assert responses[-1].status_code == 429
    assert "Too many attempts" in responses[-1].content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", r"/\evil.example", "javascript:alert(1)", "http://[x"]
)
def test_sign_in_never_redirects_to_another_site(owner, client, target):
    assert sign_in(client, next=target).url == "/"


def test_sign_in_redirects_to_requested_page(owner, project, client):
    response = client.get(f"/p/{project.id}/settings")
    assert response.url == f"{LOGIN}?next=/p/{project.id}/settings"
    assert sign_in(client, next=f"/p/{project.id}/settings").url == f"/p/{project.id}/settings"


def test_sign_out_requires_post_and_ends_session(owner, as_person):
    client = as_person(owner)
    assert "Sign out of Vigie in this browser?" in client.get("/accounts/logout/").content.decode()
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    assert not is_signed_in(client)


def test_deactivated_account_cannot_sign_in(owner, client):
    User.objects.update(is_active=False)
    sign_in(client)
    assert not is_signed_in(client)
    assert "deactivated" in client.get("/accounts/inactive/").content.decode()


def test_password_reset_by_email(owner, client, mailoutbox, link_of):
    requested = ask_for_reset(client, "ADA@example.com")
    assert "Check your email" in requested.content.decode()
    (message,) = mailoutbox
    assert message.to == ["ada@example.com"]
    form = client.get(link_of(message), follow=True)
    assert "Choose a new password" in form.content.decode()
    new = "purple lantern seven"
    done = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    assert "Your password has been changed" in done.content.decode()
    assert sign_in(client, password=new).status_code == 302 and is_signed_in(client)
    assert "reset using a link" in mailoutbox[-1].body
    again = Client().get(link_of(message), follow=True)
    assert "This link no longer works" in again.content.decode()


def test_password_reset_link_ignores_host_header(owner, client, mailoutbox, settings):
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://vigie.example", ["*"]
    ask_for_reset(client, "ada@example.com", headers={"host": "evil.example"})
    assert "https://vigie.example/accounts/password/reset/key/" in mailoutbox[0].body
    assert "evil.example" not in mailoutbox[0].body


def test_password_reset_does_not_reveal_whether_account_exists(owner, client, mailoutbox):
    known = ask_for_reset(client, "ada@example.com")
    unknown = ask_for_reset(client, "nobody@example.com")
    assert known.redirect_chain == unknown.redirect_chain
    assert [message.to for message in mailoutbox] == [["ada@example.com"]]
    assert not PasswordResetRequest.objects.exists()


def work_of(django_capture_on_commit_callbacks, client, path, form):
    """Return the statements of a request without their values, and what it does after the commit."""
    with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks() as callbacks:
        client.post(path, form)
    statements = [re.sub(r"'[^']*'|\b\d+\b|s\d+_x\d+", "?", query["sql"]) for query in queries.captured_queries]
    return statements, [callback.__name__ for callback in callbacks]


def test_password_reset_does_the_same_work_for_every_address(
    owner, manager, client, mailoutbox, django_capture_on_commit_callbacks
):
    User.objects.filter(pk=manager.pk).update(is_active=False)
    client.get(LOGIN)
    works = [
        work_of(django_capture_on_commit_callbacks, client, "/accounts/password/reset/", {"email": email})
        for email in ("ada@example.com", "nobody@example.com", "marc@example.com")
    ]
    assert works[0] == works[1] == works[2]
    assert PasswordResetRequest.objects.count() == 3 and not mailoutbox
    assert not [statement for statement in works[0][0] if "accounts_user" in statement]


def test_failed_sign_in_hashes_one_password_for_every_address(owner, manager, client, monkeypatch):
    User.objects.filter(pk=manager.pk).update(is_active=False)
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
    for email in ("ada@example.com", "nobody@example.com", "marc@example.com"):
        sign_in(client, email, "wrong")
    assert len(hashed) == 3


def test_password_reset_request_expires(owner, mailoutbox):
    PasswordResetRequest.objects.create(email="ada@example.com", created_at=timezone.now() - timedelta(days=2))
    assert send_requested_links(timezone.now()) == 0
    assert not mailoutbox and not PasswordResetRequest.objects.exists()


@pytest.mark.parametrize("length", [254, 255, 320])
def test_password_reset_does_the_same_for_a_long_address(owner, client, mailoutbox, length):
    host = (("a" * 60 + ".") * 6)[: length - len("somebody@.fr")]
    email = f"somebody@{host}.fr"
    asked = client.post("/accounts/password/reset/", {"email": email}, follow=True)
    assert asked.redirect_chain == ask_for_reset(client, "nobody@example.com").redirect_chain
    assert not PasswordResetRequest.objects.exists() and not mailoutbox


def test_failing_password_reset_request_does_not_block_later_ones(owner, manager, mailoutbox, caplog):
    refused = "marc@example.com\nBcc: everybody@example.com"
    User.objects.filter(pk=manager.pk).update(email=refused)
    for email in (refused, "ada@example.com"):
        PasswordResetRequest.objects.create(email=email)
    assert send_requested_links(timezone.now()) == 1
    assert [message.to for message in mailoutbox] == [["ada@example.com"]]
    assert not PasswordResetRequest.objects.exists()
    (line,) = [record for record in caplog.records if record.name == "accounts.password_reset"]
    assert "status=failed" in line.getMessage() and "marc" not in line.getMessage()


def test_password_change_signs_out_other_browsers_and_sends_email(owner, mailoutbox):
    browser, other_browser = Client(), Client()
    sign_in(browser)
    sign_in(other_browser)
    new = "purple lantern seven"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post("/accounts/password/change/", form).url == "/account"
    assert "your API tokens revoked" in browser.get("/account").content.decode()
    assert not is_signed_in(other_browser)
    assert "Your password was changed." in mailoutbox[0].body
    assert "all API tokens revoked" in mailoutbox[0].body


def test_password_change_and_reset_revoke_api_tokens(owner, manager, client, mailoutbox, link_of):
    def is_valid(token):
        return Client().get("/api/v1/projects", headers={"authorization": f"Bearer {token}"}).status_code == 200

    changed, reset, other = create_token(owner, "a"), create_token(owner, "b"), create_token(manager, "c")
    sign_in(client)
    new = "purple lantern seven"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert not is_valid(changed) and not is_valid(reset) and is_valid(other)
    reset = create_token(owner, "b")
    assert is_valid(reset) and is_signed_in(client)
    ask_for_reset(Client(), "ada@example.com")
    visitor = Client()
    form = visitor.get(link_of(mailoutbox[-1]), follow=True)
    newer = "green lantern eight"
    visitor.post(form.request["PATH_INFO"], {"password1": newer, "password2": newer})
    assert not is_valid(reset) and is_valid(other) and not is_signed_in(client)


def test_signing_in_and_saving_the_account_keep_api_tokens(owner, client, settings):
    create_token(owner, "a")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    sign_in(client)  # stores the password with the new hasher
    owner.refresh_from_db()
    assert owner.password.startswith("pbkdf2")
    owner.save()
    assert owner.api_tokens.count() == 1


def test_changepassword_command_revokes_api_tokens(owner):
    create_token(owner, "a")
    owner.set_password("purple lantern seven")
    owner.save()
    assert not owner.api_tokens.exists()


def test_deactivation_ends_tokens_and_sessions_even_after_reactivation(owner, manager, as_person):
    token = create_token(owner, "a")
    browser, other = as_person(owner), as_person(manager)
    for is_active in (False, True):
        owner.is_active = is_active
        owner.save()
    assert not is_signed_in(browser) and is_signed_in(other)
    assert Client().get("/api/v1/projects", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_password_change_rejects_weak_password(owner, as_person):
    form = {"oldpassword": PASSWORD, "password1": "password", "password2": "password"}
    page = as_person(owner).post("/accounts/password/change/", form).content.decode()
    assert "This password is too common." in page
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_account_email_uses_language_of_recipient(manager, client, mailoutbox, link_of):
    ask_for_reset(client, "marc@example.com")
    form = client.get(link_of(mailoutbox[0]), follow=True)
    new = "purple lantern seven"
    assert '<html lang="en"' in form.content.decode()
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    written = mailoutbox[1].body
    with translation.override("fr"):
        assert date_format(timezone.localdate(), "F Y") in written


def test_unused_allauth_pages_do_not_exist(owner, as_person):
    for name in ("account_email", "account_confirm_login_code", "account_email_verification_sent"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert as_person(owner).get("/accounts/email/").status_code == 404


def test_sign_in_page_switches_language(client, db):
    assert '<html lang="en"' in client.get(LOGIN).content.decode()
    client.post("/preferences", {"language": "fr", "next": LOGIN})
    assert '<html lang="fr"' in client.get(LOGIN).content.decode()


def test_first_admin_keeps_language_of_first_sign_in(client, db):
    User.objects.create_superuser("root@example.com", PASSWORD, language="en")
    for language in ("fr", "en"):
        client.post(LOGIN, {"login": "root@example.com", "password": PASSWORD}, headers={"accept-language": language})
        client.logout()
        assert User.objects.get().language == "fr"


def test_server_admin_pages_use_regular_sign_in(owner, client, as_person):
    response = client.get("/operator/", follow=True)
    assert response.redirect_chain[-1][0].startswith(LOGIN)
    assert as_person(owner).get("/operator/", follow=True).status_code == 403


@pytest.mark.parametrize(
    "address", ["login", "signup", "password/reset", "password/reset/done", "password/reset/key/done", "inactive"]
)
def test_pages_before_sign_in_use_vigie_layout(client, db, address):
    html = client.get(f"/accounts/{address}/").content.decode()
    assert 'class="bare"' in html and "/tokens.css" in html


def test_https_settings_secure_cookies_and_headers():
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "ALLAUTH_TRUSTED_PROXY_COUNT"]
    code = f"import json; from config import settings; print(json.dumps([getattr(settings, n) for n in {names}]))"
    for url, expected in {"https://v.example": [True, True, 15552000, 1], "http://v": [False, False, 0, 0]}.items():
        env = {**os.environ, "BASE_URL": url}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == expected
