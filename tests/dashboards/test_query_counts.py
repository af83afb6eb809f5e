"""Every page costs the same number of queries with a few rows and with several times as many.

Pages are collected by tests/access/urls.py, so a page added later is measured by itself. What it needs
then is at most a line below: a value for a new kind of id, or a reason in NOT_MEASURED.
"""

import pytest
from django.db import transaction
from django.utils import timezone

from monitoring.models import Document, FetchRequest
from tests.access.urls import GUARDED
from tests.dashboards.world import World

FEW, MANY = 2, 12
NOT_MEASURED = {
    "home": "redirects to a project",
    "credential_callback": "redirects to the pages of credentials",
    "website_callback": "redirects to the pages of websites",
    "mention_reply": "redirects to the page of the mention, which has the reply field",
    "sent_replies": "for htmx: the page of the mention has the same list",
}
NOT_MEASURED_PREFIXES = ("mfa_", "account_")  # signing in: these pages have no lists


@pytest.fixture
def world(project, owner, settings):
    settings.ASSISTANT_URL, settings.ASSISTANT_MODEL = "http://127.0.0.1:11434/v1", "lumen-7b"
    return World(project, owner)


def answers_get(page):
    """False for views that only accept POST."""
    view, closures = page.view, []
    while view is not None:
        closures += [cell.cell_contents for cell in view.__closure__ or () if isinstance(cell.cell_contents, list)]
        view = getattr(view, "__wrapped__", None)
    return ["POST"] not in closures


MEASURED = [
    page
    for page in GUARDED
    if page.name not in NOT_MEASURED and not page.name.startswith(NOT_MEASURED_PREFIXES) and answers_get(page)
]


@pytest.mark.timeout(600)
def test_pages_cost_the_same_queries_with_few_and_many_rows(world, as_person, queries):
    client = as_person(world.owner)
    world.grow(FEW)
    few = count_all(world, client, queries)
    world.grow(MANY)
    assert count_all(world, client, queries) == few
    assert Document.objects.count() > MANY


def count_all(world, client, queries):
    """Return the number of queries of each page. What a page writes is rolled back, and no request is ever late."""
    counts = {}
    for page in MEASURED:
        path = page.path(world.ids_of(page)) + world.query_string(page.name)
        with transaction.atomic():
            FetchRequest.objects.update(created_at=timezone.now())
            counts[page.name] = queries(client, path)
            transaction.set_rollback(True)
    return counts


def test_query_counts_are_measured_for_the_main_pages():
    names = {page.name for page in MEASURED}
    assert {"overview", "mentions", "keywords", "sources", "search", "rules", "incidents", "outbox", "digest"} <= names
