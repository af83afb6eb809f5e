"""The server admin pages below /operator/: their language, their frame, and what they allow."""

import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin

from accounts.models import User

PAGES = ["/operator/", "/operator/accounts/", "/operator/accounts/user/"]
# Values, and words that are the same in both languages.
SAME = re.compile(r"[\W\d_]*|(› )?(op|ada)@example\.com( ·)?|[A-Z]\w+/\w+|Vigie|UTC|English|Français|Actions?")


@pytest.fixture
def server_admin(db):
    return User.objects.create_superuser("op@example.com", "x", language="en")


def texts(response):
    """The visible texts and labels of a page."""
    body = response.content.decode().partition("</head>")[2]
    body = re.sub(r"<(script|style|svg|datalist).*?</\1>", "", body, flags=re.S)
    labels = re.findall(r'(?:aria-label|title|placeholder)="([^"]+)"', body)
    return {" ".join(unescape(text).split()) for text in [*re.split(r"<[^>]*>", body), *labels]}


def test_pages_are_completely_in_the_language_of_the_reader(server_admin, owner, as_person):
    client = as_person(server_admin)
    account = f"/operator/accounts/user/{owner.pk}"
    for page in [*PAGES, f"{account}/change/", f"{account}/history/"]:
        shown = {}
        for language in ("en", "fr"):
            User.objects.filter(pk=server_admin.pk).update(language=language)
            response = client.get(page)
            assert response.status_code == 200
            shown[language] = texts(response)
        assert {text for text in shown["en"] & shown["fr"] if not SAME.fullmatch(text)} == set(), page


def test_pages_have_the_frame_of_vigie(server_admin, as_person):
    page = as_person(server_admin).get("/operator/").content.decode()
    assert "<title>Server admin · Vigie</title>" in page and "Vigie · Server admin" in page
    assert "css/operator.css" in page and "<svg" in page
    assert "Django" not in page


def test_only_accounts_have_pages(server_admin):
    assert list(admin.site._registry) == [User]


def test_account_menu_links_to_the_pages_for_staff_only(server_admin, owner, project, as_person):
    assert 'href="/operator/"' in as_person(server_admin).get("/account").content.decode()
    assert "/operator/" not in as_person(owner).get("/account").content.decode()


def test_password_and_sign_out_use_the_pages_of_vigie(server_admin, as_person):
    client = as_person(server_admin)
    assert client.get("/operator/password_change/").url == "/accounts/password/change/"
    assert client.get("/operator/logout/").url == "/accounts/logout/"


def test_two_factor_is_turned_off_for_people_who_lost_their_device(server_admin, owner, as_person, mailoutbox):
    Authenticator.objects.create(user=owner, type="totp", data={})
    form = {"action": "turn_off_two_factor", "_selected_action": [owner.pk, server_admin.pk]}
    page = as_person(server_admin).post("/operator/accounts/user/", form, follow=True).content.decode()
    assert "Two-factor authentication turned off for 1 account." in page
    assert not Authenticator.objects.exists()
    assert [message.to for message in mailoutbox] == [["ada@example.com"]]
