"""Every page of Vigie, requested as someone without access to it.

Pages are collected from config.urls (urls.py).
"""

import pytest
from django.test import Client

from accounts.models import ROLE_ORDER, Role
from tests.access.urls import GUARDED, OF_PROJECTS, PAGES, PERSONAL, PUBLIC, page_urls
from tests.access.visits import METHODS, leaked, visit

# Changes that viewers may make: each concerns only their own data.
OWN_MATTERS = {
    "columns_change": "own columns",
    "export": "members export what they read; each export is in the activity log",
    "presence": "says that the person has a mention open, in Redis for 40 seconds",
    "project_leave": "everyone may leave",
    "digest": "own digest; its settings are created on the first visit",
    "digest_preview": "own digest; its settings are created on the first visit",
    "digest_send": "own digest, to the own email address",
    "digest_new": "own digest",
    "feed_new": "own feeds, of what the person reads",
    "feed_revoke": "own feeds",
    "calendar_address_new": "own addresses of the calendar, which the person reads",
    "calendar_address_revoke": "own addresses of the calendar",
    "calendar_ics": "members export what they read; each export is in the activity log",
}

# Pages for all members, with rows for one member and the admins.
ROWS_OF_ONE_PERSON = {
    "delivery": "members read the messages sent to them",
    "digest_other": "own digests",
    "digest_other_preview": "own digests",
}

each = {"argvalues": GUARDED, "ids": lambda page: page.name}
each_of_projects = {"argvalues": OF_PROJECTS, "ids": lambda page: page.name}


def role_needed(page):
    return getattr(page.view, "required_role", None)


def test_walk_collects_the_main_pages():
    names = {page.name for page in PAGES}
    assert {"overview", "mentions", "keywords", "sources", "opml_export", "project_settings"} <= names
    lists = {*PUBLIC, *PERSONAL, *OWN_MATTERS}
    known = names | {page.name for page in page_urls()}
    assert lists <= known, "these lists name URLs that do not exist"


@pytest.mark.parametrize("page", OF_PROJECTS, ids=lambda page: page.name)
def test_page_belongs_to_a_project_or_has_a_reason(page):
    assert "project_id" in page.parameters, f"{page.name}: guard it by project_view, or give a reason in PERSONAL"
    assert role_needed(page), f"{page.name}: let accounts.access.project_view be the outermost decorator"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", **each)
def test_page_redirects_to_sign_in_without_account(page, method, samples):
    response, body, written = visit(Client(), method, page.path(samples))
    if response.status_code == 302:
        assert response.url.startswith(("/accounts/login/", "/accounts/reauthenticate/"))
    else:
        assert response.status_code in (401, 405)
    assert not written and not leaked(body)


@pytest.mark.parametrize("page", **each_of_projects)
def test_project_page_returns_404_to_non_members(page, samples, stranger, as_person):
    client = as_person(stranger)
    for method in METHODS:
        response, body, written = visit(client, method, page.path(samples))
        assert response.status_code == 404, method
        assert not written and not leaked(body)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", [page for page in GUARDED if page.is_personal], ids=lambda page: page.name)
def test_personal_page_shows_non_members_nothing_of_the_project(page, method, samples, stranger, as_person):
    response, body, _ = visit(as_person(stranger), method, page.path(samples))
    assert response.status_code in ((404, 405) if page.parameters else (200, 302, 403, 404, 405))
    assert not leaked(body)


@pytest.mark.parametrize("page", **each_of_projects)
def test_viewer_reads_only_pages_for_viewers(page, samples, viewer, as_person):
    response, _, written = visit(as_person(viewer), "GET", page.path(samples))
    may = ROLE_ORDER.index(role_needed(page)) == 0
    if page.name in ROWS_OF_ONE_PERSON:
        assert response.status_code in (403, 404)
    else:
        assert response.status_code in ((200, 302, 405) if may else (403, 405))
    assert not written or page.name in OWN_MATTERS


@pytest.mark.parametrize("page", **each_of_projects)
def test_viewer_changes_nothing(page, samples, viewer, as_person):
    response, _, written = visit(as_person(viewer), "POST", page.path(samples))
    if page.name in OWN_MATTERS:
        return
    assert not written
    if role_needed(page) != Role.VIEWER:
        assert response.status_code in (403, 405)


@pytest.mark.parametrize("page", **each_of_projects)
def test_sample_ids_exist_for_an_admin(page, samples, owner, as_person):
    response, _, _ = visit(as_person(owner), "GET", page.path(samples))
    assert response.status_code in (200, 302, 405)


@pytest.mark.parametrize("page", **each_of_projects)
def test_page_rejects_forms_from_other_sites(page, samples, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response, _, written = visit(client, "POST", page.path(samples))
    assert response.status_code in (403, 405) and not written
