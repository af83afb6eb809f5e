"""Feeds in the API: what they are about."""

import pytest

from tests.api.test_access import assert_problem
from tests.factories import make_keyword
from workplace.models import FeedAddress, SavedView

pytestmark = pytest.mark.django_db


def test_feed_is_about_a_keyword_or_a_view_that_exists(program, viewer, project):
    keyword = make_keyword(project, "Lumen")
    view = SavedView.objects.create(project=project, owner=viewer, name="All", query="")
    caller, path = program(viewer), f"/projects/{project.pk}/feeds"
    for body in (
        {},
        {"keyword_id": keyword.pk, "view_id": view.pk},
        {"keyword_id": keyword.pk, "view_id": 999_999},
        {"keyword_id": 999_999, "view_id": view.pk},
        {"view_id": 999_999},
    ):
        assert_problem(caller("POST", path, body), 422)
    assert not FeedAddress.objects.exists()
    for body in ({"keyword_id": keyword.pk}, {"view_id": view.pk}):
        assert caller("POST", path, body).status_code == 201
