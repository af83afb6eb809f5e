"""The frame around every page: rooms, projects, language and colors."""

import pytest
from django.urls import reverse


@pytest.fixture
def home(project):
    return reverse("overview", args=[project.id])


def test_the_rail_says_where_one_is(as_person, viewer, project, home):
    page = as_person(viewer).get(home).content.decode()
    assert f'href="{home}" aria-current="page"' in page
    assert "Maison Lumen" in page


def test_the_rail_offers_no_room_that_is_closed_to_the_person(as_person, viewer, manager, owner, project, home):
    outbox = f'href="{reverse("outbox", args=[project.id])}"'
    assert outbox in as_person(owner).get(home).content.decode()
    for person in (viewer, manager):
        assert outbox not in as_person(person).get(home).content.decode()


def test_a_chosen_language_stays_with_the_person(as_person, viewer, home):
    client = as_person(viewer)
    client.post(reverse("preferences"), {"language": "fr", "next": home})
    viewer.refresh_from_db()
    assert viewer.language == "fr"
    assert '<html lang="fr"' in client.get(home).content.decode()


def test_an_unknown_language_changes_nothing(as_person, viewer, home):
    as_person(viewer).post(reverse("preferences"), {"language": "xx", "next": home})
    viewer.refresh_from_db()
    assert viewer.language == "en"


def test_chosen_colors_stay_with_the_browser(as_person, viewer, home):
    client = as_person(viewer)
    client.post(reverse("preferences"), {"theme": "dark", "next": home})
    assert 'data-theme="dark"' in client.get(home).content.decode()
    client.post(reverse("preferences"), {"theme": '"><script>', "next": home})
    assert 'data-theme="dark"' in client.get(home).content.decode()


def test_preferences_never_lead_to_another_site(as_person, viewer):
    answer = as_person(viewer).post(reverse("preferences"), {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer.url == "/"


def test_a_way_back_that_is_no_address_is_no_crash(as_person, viewer):
    assert as_person(viewer).post(reverse("preferences"), {"theme": "dark", "next": "nowhere"}).status_code == 302


def test_other_peoples_projects_are_not_in_the_switcher(as_person, viewer, stranger, home):
    assert "Ailleurs" not in as_person(viewer).get(home).content.decode()
