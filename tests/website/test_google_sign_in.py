"""Sign in with Google: the way there and back, the property, what is read with it, and what goes wrong in words."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import ActivityEntry, Membership, Role
from tests.lookalikes.platforms.base import NOW, Reply
from tests.lookalikes.website.base import make_visits
from tests.lookalikes.website.google_sign_in import CLIENT_ID, CLIENT_SECRET, GoogleSignInServer
from tests.racing import race
from tests.website.conftest import point_google_to
from tests.website.factories import make_website
from tests.website.test_reading import OLDEST, TODAY, total
from website.google_sign_in import redirect_uri, start, take
from website.models import GoogleSignIn, Website
from website.readers.google_sign_in import GoogleApp
from website.reading import read_due
from website.tasks import read_websites

pytestmark = pytest.mark.django_db


@pytest.fixture
def google(monkeypatch, settings):
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    with GoogleSignInServer() as running:
        point_google_to(running, monkeypatch)
        running.now, running.redirect_uri = NOW, redirect_uri()
        yield running


@pytest.fixture
def client(google, as_person, owner):
    return as_person(owner)


def begin(client, project, **data):
    """Return the address at Google to which the page leads."""
    response = client.post(reverse("website_google", args=[project.pk]), data)
    return response.headers["Refresh"].removeprefix("0; url=")


def come_back(client, url):
    parts = urlsplit(url)
    return client.get(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})


def sign_in(client, google, project, **data):
    return come_back(client, google.authorize(begin(client, project, **data)))


def texts(response):
    return [str(message) for message in response.context["messages"]]


def test_website_is_connected_and_read_with_a_sign_in(client, google, project, owner):
    google.visits = make_visits(OLDEST, TODAY, per_day=4)
    response = sign_in(client, google, project)
    page = client.get(response.url)
    assert "lumen.example (123456789)" in page.text and "Halo &lt;b&gt; (33)" in page.text
    assert page.text.index('"Agence"') < page.text.index('label="Maison Lumen"') and "Empty" not in page.text
    connected = client.post(response.url, {"property": "123456789"})
    assert connected.url == reverse("website", args=[project.pk])
    website = Website.objects.get()
    assert (website.name, website.settings) == ("lumen.example", {"property": "123456789"})
    assert set(website.secrets) == {"refresh_token"} and website.secrets["refresh_token"] not in website.sealed
    assert not GoogleSignIn.objects.exists()
    assert ActivityEntry.objects.filter(action="website.connected", user=owner).exists()
    Website.objects.update(next_read_at=NOW)
    read_due(lambda: NOW)
    website.refresh_from_db()
    assert website.error_code == "" and total() > 0


def test_removed_access_says_to_sign_in_again_and_a_new_sign_in_repairs_it(client, google, project):
    response = sign_in(client, google, project)
    client.post(response.url, {"property": "123456789"})
    google.is_revoked = True
    Website.objects.update(next_read_at=NOW)
    read_due(lambda: NOW)
    website = Website.objects.get()
    assert (website.error_code, website.error_detail) == ("reconnect", "invalid_grant")
    assert "Sign in with Google again." in client.get(reverse("websites", args=[project.pk])).text
    form = client.get(reverse("website_key", args=[project.pk, website.pk])).text
    assert f'name="website" value="{website.pk}"' in form
    google.is_revoked = False
    response = sign_in(client, google, project, website=website.pk)
    assert response.url == reverse("websites", args=[project.pk])
    assert "connected again" in texts(client.get(response.url))[0]
    website.refresh_from_db()
    assert website.error_code == "" and Website.objects.count() == 1
    assert ActivityEntry.objects.filter(action="website.key_replaced").exists()


def test_account_without_access_to_the_property_does_not_replace_the_key(client, google, project):
    website = make_website(project, google, error_code="reconnect")
    before = website.sealed
    google.has_access = False
    response = sign_in(client, google, project, website=website.pk)
    assert "no access to the website" in texts(client.get(response.url))[0]
    website.refresh_from_db()
    assert website.sealed == before


def test_person_who_does_not_allow_access_is_told(client, google, project):
    google.says_no = True
    response = sign_in(client, google, project)
    assert texts(client.get(response.url)) == ["You didn’t allow access."]
    assert not Website.objects.exists()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"has_admin_api": False}, "An API of Google Analytics is not enabled."),
        ({"codes": {}}, "Sign in with Google again."),
    ],
)
def test_failed_sign_in_says_what_to_do(client, google, project, change, text):
    url = google.authorize(begin(client, project))
    for name, value in change.items():
        setattr(google, name, value)
    response = come_back(client, url)
    assert text in texts(client.get(response.url))[0]


def test_rejected_client_names_the_settings(client, google, project, settings):
    settings.GOOGLE_CLIENT_SECRET = "another"
    response = sign_in(client, google, project)
    assert "GOOGLE_CLIENT_SECRET" in texts(client.get(response.url))[0]


@pytest.mark.parametrize("error", ["deleted_client", "invalid_client"])
def test_deleted_client_names_the_settings(client, google, project, error):
    url = google.authorize(begin(client, project))
    google.fail_with(Reply({"error": error, "error_description": "The OAuth client was deleted."}, 401))
    response = come_back(client, url)
    assert "GOOGLE_CLIENT_SECRET" in texts(client.get(response.url))[0]


@pytest.mark.parametrize("name", ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"])
def test_website_is_not_read_without_a_client(client, google, project, settings, name):
    client.post(sign_in(client, google, project).url, {"property": "123456789"})
    setattr(settings, name, "")
    Website.objects.update(next_read_at=NOW)
    before = len(google.requests)
    read_due(lambda: NOW)
    assert Website.objects.get().error_code == "app_rejected" and len(google.requests) == before


@pytest.mark.parametrize("body", [b"", b"[]", b"no JSON", {"access_token": 3, "refresh_token": None}, {}])
def test_odd_token_responses_are_errors(client, google, project, body):
    url = google.authorize(begin(client, project))
    google.fail_with(Reply(body))
    response = come_back(client, url)
    assert "responds in a way that Vigie doesn’t know" in texts(client.get(response.url))[0]


@pytest.mark.parametrize("body", [[], {"accountSummaries": 3}, {"accountSummaries": [{"propertySummaries": [{}]}]}])
def test_odd_lists_of_properties_are_errors(client, google, project, body, monkeypatch):
    monkeypatch.setattr(google, "_summaries", lambda request: Reply(body))
    response = sign_in(client, google, project)
    assert "responds in a way that Vigie doesn’t know" in texts(client.get(response.url))[0]


def test_account_without_properties_says_whom_to_ask(client, google, project):
    google.summaries = []
    page = client.get(sign_in(client, google, project).url)
    assert "Ask its administrator for access" in page.text and "<select" not in page.text


def test_property_that_is_connected_already_or_unknown_is_refused(client, google, project):
    client.post(sign_in(client, google, project).url, {"property": "123456789"})
    url = sign_in(client, google, project).url
    assert "This website is connected already." in client.post(url, {"property": "123456789"}).text
    assert "Select a valid choice" in client.post(url, {"property": "4"}).text
    assert Website.objects.count() == 1


def test_state_works_once_for_its_person_and_not_for_ever(client, google, project, owner, manager, as_person):
    url = google.authorize(begin(client, project))
    Membership.objects.filter(user=manager, project=project).update(role=Role.ADMIN)
    assert come_back(as_person(manager), url).url == reverse("home")
    assert "google" in come_back(client, url).url
    assert come_back(client, url).url == reverse("home")
    url = google.authorize(begin(client, project))
    GoogleSignIn.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert come_back(client, url).url == reverse("home")


def test_sign_in_of_another_person_is_not_found(client, google, project, manager, as_person):
    url = sign_in(client, google, project).url
    Membership.objects.filter(user=manager, project=project).update(role=Role.ADMIN)
    assert as_person(manager).get(url).status_code == 404
    GoogleSignIn.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert client.get(url).status_code == 404


def test_sign_in_that_nobody_finished_is_deleted_with_its_token(client, google, project):
    sign_in(client, google, project)
    read_websites()
    assert GoogleSignIn.objects.exists()
    GoogleSignIn.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    read_websites()
    assert not GoogleSignIn.objects.exists()


def test_person_who_is_no_admin_any_more_connects_nothing(client, google, project, owner):
    url = google.authorize(begin(client, project))
    Membership.objects.filter(user=owner, project=project).update(role=Role.VIEWER)
    assert come_back(client, url).status_code == 403
    assert not Website.objects.exists()


def test_form_says_what_the_server_admin_enters_without_a_client(as_person, owner, project, settings):
    settings.GOOGLE_CLIENT_ID = ""
    page = as_person(owner).get(reverse("website_new", args=[project.pk, "google_analytics"])).text
    assert "GOOGLE_CLIENT_ID" in page and redirect_uri() in page
    assert as_person(owner).post(reverse("website_google", args=[project.pk])).status_code == 404
    assert "GOOGLE_CLIENT_ID" not in as_person(owner).get(reverse("website_new", args=[project.pk, "matomo"])).text


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_state_take_it_once(project, owner):
    url = start(project, owner, GoogleApp("id", "secret"))
    state = parse_qs(urlsplit(url).query)["state"][0]
    taken = race(lambda: take(owner, state), lambda: take(owner, state))
    assert sorted(one is None for one in taken) == [False, True]
