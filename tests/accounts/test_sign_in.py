import json
import os
import re
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import User

PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"


def sign_in(client, email="ada@example.com", password=PASSWORD, **data):
    return client.post(LOGIN, {"login": email, "password": password, **data})


def is_signed_in(client):
    return client.get("/account").status_code == 200


def test_a_person_signs_in_by_email_and_comes_to_their_project(owner, project, client):
    response = sign_in(client)
    assert response.url == "/"
    assert client.get("/").url == f"/p/{project.id}/"


def test_the_case_of_the_address_does_not_matter(owner, client):
    assert sign_in(client, "Ada@Example.COM").status_code == 302
    assert is_signed_in(client)


def test_a_wrong_password_says_so_and_lets_nobody_in(owner, client):
    response = sign_in(client, password="wrong")
    assert "The email address and/or password you specified are not correct." in response.content.decode()
    assert not is_signed_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(owner, client):
    def words(response):
        return re.sub(r'value="[^"]*"', "", response.content.decode())

    assert words(sign_in(client, password="wrong")) == words(sign_in(client, "nobody@example.com", "wrong"))


def test_guessing_a_password_is_stopped_even_for_the_right_one(owner, client):
    for _ in range(5):
        sign_in(client, password="wrong")
    response = sign_in(client)
    assert "Too many failed login attempts" in response.content.decode()
    assert not is_signed_in(client)


def test_naming_other_hosts_gives_a_guesser_no_more_attempts(owner):
    client = Client(REMOTE_ADDR="192.0.2.1")
    for number in range(5):
        client.post(
            LOGIN, {"login": "ada@example.com", "password": "wrong"}, headers={"host": f"host{number}.example"}
        )
    sign_in(client)
    assert not is_signed_in(client)


def test_too_many_requests_get_a_page_that_says_what_to_do(owner, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    client = Client()
    answers = [sign_in(client, password="wrong") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", r"/\evil.example", "javascript:alert(1)", "http://[x"]
)
def test_signing_in_never_leads_to_another_site(owner, client, target):
    assert sign_in(client, next=target).url == "/"


def test_signing_in_leads_back_to_the_page_that_asked_for_it(owner, project, client):
    asked = client.get(f"/p/{project.id}/settings")
    assert asked.url == f"{LOGIN}?next=/p/{project.id}/settings"
    assert sign_in(client, next=f"/p/{project.id}/settings").url == f"/p/{project.id}/settings"


def test_signing_out_takes_a_button_and_ends_the_session(owner, as_person):
    client = as_person(owner)
    assert "Sign out of Vigie in this browser?" in client.get("/accounts/logout/").content.decode()
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    assert not is_signed_in(client)


def test_a_closed_account_cannot_sign_in_and_is_told_nothing_about_the_password(owner, client):
    User.objects.update(is_active=False)
    sign_in(client)
    assert not is_signed_in(client)
    assert "deactivated" in client.get("/accounts/inactive/").content.decode()


def test_a_forgotten_password_is_replaced_through_the_mailbox(owner, client, mailoutbox, link_in):
    asked = client.post("/accounts/password/reset/", {"email": "ADA@example.com"}, follow=True)
    assert "Check your email" in asked.content.decode()
    (message,) = mailoutbox
    assert message.to == ["ada@example.com"]
    form = client.get(link_in(message), follow=True)
    assert "Choose a new password" in form.content.decode()
    new = "purple lantern seven"
    done = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    assert "Your password has been changed" in done.content.decode()
    assert sign_in(client, password=new).status_code == 302 and is_signed_in(client)
    assert "reset using a link" in mailoutbox[-1].body
    again = Client().get(link_in(message), follow=True)
    assert "This link no longer works" in again.content.decode()


def test_the_reset_link_leads_to_vigie_whatever_host_the_request_named(owner, client, mailoutbox, settings):
    settings.BASE_URL = "https://vigie.example"
    client.post("/accounts/password/reset/", {"email": "ada@example.com"}, headers={"host": "evil.example"})
    assert "https://vigie.example/accounts/password/reset/key/" in mailoutbox[0].body
    assert "evil.example" not in mailoutbox[0].body


def test_asking_for_an_unknown_address_answers_the_same_and_sends_nothing(owner, client, mailoutbox):
    known = client.post("/accounts/password/reset/", {"email": "ada@example.com"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert [message.to for message in mailoutbox] == [["ada@example.com"]]


def test_changing_the_password_signs_the_other_browsers_out_and_sends_a_notice(owner, mailoutbox):
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    new = "purple lantern seven"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", form).url == "/account"
    assert is_signed_in(here) and not is_signed_in(there)
    assert "Your password was changed." in mailoutbox[0].body


def test_a_weak_password_is_refused_beside_its_field(owner, as_person):
    form = {"oldpassword": PASSWORD, "password1": "password", "password2": "password"}
    page = as_person(owner).post("/accounts/password/change/", form).content.decode()
    assert "This password is too common." in page
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_account_mail_is_in_the_language_of_its_reader(manager, client, mailoutbox, link_in):
    client.post("/accounts/password/reset/", {"email": "marc@example.com"})
    form = client.get(link_in(mailoutbox[0]), follow=True)
    new = "purple lantern seven"
    assert '<html lang="en"' in form.content.decode()
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    written = mailoutbox[1].body
    with translation.override("fr"):
        assert date_format(timezone.localdate(), "F Y") in written


def test_there_is_no_page_to_add_an_address_or_to_sign_in_by_code(owner, as_person):
    for name in ("account_email", "account_confirm_login_code", "account_email_verification_sent"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert as_person(owner).get("/accounts/email/").status_code == 404


def test_the_sign_in_page_changes_its_language(client, db):
    assert '<html lang="en"' in client.get(LOGIN).content.decode()
    client.post("/preferences", {"language": "fr", "next": LOGIN})
    assert '<html lang="fr"' in client.get(LOGIN).content.decode()


def test_the_first_admin_keeps_the_language_in_which_they_first_sign_in(client, db):
    User.objects.create_superuser("root@example.com", PASSWORD, language="en")
    for language in ("fr", "en"):
        client.post(LOGIN, {"login": "root@example.com", "password": PASSWORD}, headers={"accept-language": language})
        client.logout()
        assert User.objects.get().language == "fr"


def test_the_operator_pages_ask_for_the_ordinary_sign_in(owner, client, as_person):
    answer = client.get("/operator/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(LOGIN)
    assert as_person(owner).get("/operator/", follow=True).status_code == 403


@pytest.mark.parametrize(
    "address", ["login", "signup", "password/reset", "password/reset/done", "password/reset/key/done", "inactive"]
)
def test_every_page_before_sign_in_has_the_frame_of_vigie(client, db, address):
    html = client.get(f"/accounts/{address}/").content.decode()
    assert 'class="bare"' in html and "css/tokens.css" in html


def test_cookies_and_headers_keep_strangers_away_behind_tls():
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "ALLAUTH_TRUSTED_PROXY_COUNT"]
    code = f"import json; from config import settings; print(json.dumps([getattr(settings, n) for n in {names}]))"
    for url, expected in {"https://v.example": [True, True, 15552000, 1], "http://v": [False, False, 0, 0]}.items():
        env = {**os.environ, "BASE_URL": url}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == expected
