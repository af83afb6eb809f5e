"""The account page: name, language, time zone, theme and API tokens."""

import html
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.forms import find_time_zone
from accounts.models import ApiToken, User, token_digest
from dashboards.presenters.dates import full_time
from tests.factories import make_keyword, make_mention


def save(client, **changes):
    form = {"name": "Ada", "language": "en", "time_zone": "Europe/Paris"}
    return client.post("/account", {**form, **changes}, follow=True).content.decode()


def test_account_page_saves_name_and_language(owner, as_person):
    client = as_person(owner)
    page = save(client, name="Ada  Lovelace", language="fr")
    assert '<html lang="fr"' in page
    owner.refresh_from_db()
    assert (owner.name, owner.language) == ("Ada Lovelace", "fr")
    # The sign-in page of this browser keeps the language.
    client.post("/accounts/logout/")
    assert '<html lang="fr"' in client.get("/accounts/login/").content.decode()


def test_pages_show_times_in_time_zone_of_user(project, owner, as_person):
    client = as_person(owner)
    published = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    mention = make_mention(make_keyword(project), published=published)
    seen = set()
    for zone, typed in {"Asia/Tokyo": "Asia/Tokyo", "America/New_York": "new york"}.items():
        account = save(client, time_zone=typed)
        assert re.search(r"It is (.+?) in (\S+)\.", account).group(2) == zone
        page = client.get(f"/p/{project.id}/mentions/{mention.id}").content.decode()
        local = full_time(published.astimezone(ZoneInfo(zone)))
        assert local in html.unescape(page)
        seen.add(local)
    assert len(seen) == 2


def test_account_page_rejects_unknown_time_zone(owner, as_person):
    page = save(as_person(owner), time_zone="Mars/Olympus", language="fr", name="X")
    assert "“Mars/Olympus” isn’t a time zone" in page
    assert '<html lang="en"' in page
    owner.refresh_from_db()
    assert (owner.language, owner.time_zone, owner.first_name) == ("en", "Europe/Paris", "")


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("Paris", "Europe/Paris"),
        (" new  york ", "America/New_York"),
        ("utc", "UTC"),
        ("Atlantis", "Atlantis"),
        ("", ""),
    ],
)
def test_find_time_zone(typed, zone):
    assert find_time_zone(typed) == zone


def test_theme_is_stored_in_cookie_of_browser(owner, as_person):
    client = as_person(owner)
    client.post("/preferences", {"theme": "dark", "next": "/account"})
    assert 'data-theme="dark"' in client.get("/account").content.decode()
    assert "data-theme=" not in as_person(owner).get("/account").content.decode().split("<body")[0]


def test_token_is_shown_once_and_stored_as_hash(owner, as_person):
    client = as_person(owner)
    page = client.post("/account/tokens", {"name": "reports"}).content.decode()
    token = re.search(r'id="new-token" value="([^"]+)"', page).group(1)
    stored = ApiToken.objects.get()
    assert (stored.name, stored.user, stored.digest) == ("reports", owner, token_digest(token))
    again = client.get("/account").content.decode()
    assert "reports" in again and token not in again


def test_page_with_token_is_not_cached(owner, as_person):
    response = as_person(owner).post("/account/tokens", {"name": "reports"})
    assert "no-store" in response.headers["Cache-Control"]


def test_revoked_token_is_deleted(owner, as_person):
    client = as_person(owner)
    client.post("/account/tokens", {"name": "reports"})
    client.post(f"/account/tokens/{ApiToken.objects.get().id}/revoke")
    assert not ApiToken.objects.exists()


def test_revoking_token_of_another_user_returns_404(owner, stranger, as_person):
    as_person(owner).post("/account/tokens", {"name": "reports"})
    assert as_person(stranger).post(f"/account/tokens/{ApiToken.objects.get().id}/revoke").status_code == 404
    assert ApiToken.objects.exists()


def test_token_requires_name(owner, as_person):
    assert "This field is required." in as_person(owner).post("/account/tokens", {"name": " "}).content.decode()
    assert not ApiToken.objects.exists()


def test_forms_reject_cross_site_posts(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post("/account", {"name": "X"}).status_code == 403
    assert client.post("/account/tokens", {"name": "X"}).status_code == 403
    assert User.objects.get(pk=owner.pk).first_name == "" and not ApiToken.objects.exists()
