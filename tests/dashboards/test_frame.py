"""The frame of every page: navigation, project switcher, language and theme."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.insights.urgency import MAX_COUNTED
from monitoring.models import Triage
from tests.factories import make_keyword, make_mentions


@pytest.fixture
def home(project):
    return reverse("overview", args=[project.id])


def test_navigation_marks_current_page(as_person, viewer, project, home):
    page = as_person(viewer).get(home).content.decode()
    assert f'href="{home}" aria-current="page"' in page
    assert "Maison Lumen" in page


def test_navigation_hides_pages_without_permission(as_person, viewer, manager, owner, project, home):
    outbox = f'href="{reverse("outbox", args=[project.id])}"'
    assert outbox in as_person(owner).get(home).content.decode()
    for person in (viewer, manager):
        assert outbox not in as_person(person).get(home).content.decode()


def test_navigation_counts_items_that_need_a_reply_now(as_person, viewer, project):
    client, home = as_person(viewer), reverse("saved_views_rail", args=[project.id])
    keyword = make_keyword(project)
    assert "a reply" not in client.get(home).content.decode()
    waiting = make_mentions([keyword, make_keyword(project)], [{"status": "needs_reply"}] * 3)
    snoozed = waiting[-1].document
    Triage.objects.create(document=snoozed, project=project, snoozed_until=timezone.now() + timedelta(days=1))
    make_mentions(keyword, 2)
    assert "2 need a reply" in client.get(home).content.decode()
    make_mentions(keyword, [{"status": "needs_reply"}] * MAX_COUNTED)
    assert re.search(r">(1\d\d|200)\+<", client.get(home).content.decode())


def test_preferences_store_language_on_account(as_person, viewer, home):
    client = as_person(viewer)
    client.post(reverse("preferences"), {"language": "fr", "next": home})
    viewer.refresh_from_db()
    assert viewer.language == "fr"
    assert '<html lang="fr"' in client.get(home).content.decode()


def test_preferences_ignore_unknown_language(as_person, viewer, home):
    as_person(viewer).post(reverse("preferences"), {"language": "xx", "next": home})
    viewer.refresh_from_db()
    assert viewer.language == "en"


def test_preferences_store_theme_in_cookie(as_person, viewer, home):
    client = as_person(viewer)
    client.post(reverse("preferences"), {"theme": "dark", "next": home})
    assert 'data-theme="dark"' in client.get(home).content.decode()
    client.post(reverse("preferences"), {"theme": '"><script>', "next": home})
    assert 'data-theme="dark"' in client.get(home).content.decode()


def test_preferences_reject_redirect_to_other_site(as_person, viewer):
    answer = as_person(viewer).post(reverse("preferences"), {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer.url == "/"


def test_preferences_redirect_when_next_is_not_a_url(as_person, viewer):
    assert as_person(viewer).post(reverse("preferences"), {"theme": "dark", "next": "nowhere"}).status_code == 302


def test_project_switcher_lists_only_own_projects(as_person, viewer, stranger, home):
    assert "Ailleurs" not in as_person(viewer).get(home).content.decode()
