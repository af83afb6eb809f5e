"""The columns page in Chromium: its refresh, and the order that dragging stores."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.factories import make_mention
from workplace.columns import columns_of, set_columns
from workplace.models import SavedView


@pytest.fixture
def columns(open_as, owner, brand, page):
    """Open two columns; `page.clock` moves the time of the refresh."""
    project = brand.project
    views = [
        SavedView.objects.create(project=project, owner=owner, name=name, query=query)
        for name, query in (("All", "period=7d"), ("Replied", "period=7d&status=replied"))
    ]
    set_columns(project, owner, [view.pk for view in views])
    page.clock.install()
    return open_as(owner, f"/p/{project.pk}/columns")


def test_new_mention_appears_in_its_column(columns, brand):
    expect(columns.locator(".post")).not_to_have_count(0)
    make_mention(brand, title="Lumen opens a shop")
    columns.clock.fast_forward("00:16")
    expect(columns.locator('.post[data-new="yes"]')).to_contain_text("Lumen opens a shop")


def test_columns_show_sign_in_page_when_session_has_ended(columns):
    Session.objects.all().delete()
    columns.clock.fast_forward("00:16")
    expect(columns).to_have_url(re.compile("/accounts/login/"))


def test_dragged_column_keeps_its_place(columns, owner, project):
    with columns.expect_response(re.compile("/columns/change")):
        columns.locator(".wall-head").last.drag_to(columns.locator("[data-column]").first)
    assert [column.view.name for column in columns_of(owner, project.pk)] == ["Replied", "All"]
