"""Official accounts and their replies in the API."""

import pytest
from django.utils import timezone

from tests.factories import make_keyword, make_source
from tests.stored_posts import store_post


@pytest.fixture
def halo(project):
    make_keyword(project, "Lumen", "lumen", type="brand")
    return make_keyword(project, "Halo", "halo", type="competitor")


@pytest.fixture
def account(project, halo):
    """The author of a reply to a mention of the competitor."""
    source = make_source(project, "https://social.example/", platform="mastodon", last_success_at=timezone.now())
    store_post(source, "p1", "Halo is late", 5)
    return store_post(source, "r1", "Your parcel left today", 3, "Halo Help", reply_to="p1")


def test_replies_of_an_official_account_are_counted(project, viewer, manager, program, halo, account):
    path = f"/projects/{project.pk}/authors/{account.pk}/official-account"
    answer = program(manager)("PATCH", path, {"keyword_id": halo.pk})
    assert answer.status_code == 200 and answer.json()["official_account_of"]["name"] == "Halo"
    detail = program(viewer).get(f"/projects/{project.pk}/authors/{account.pk}").json()
    assert detail["official_account_of"]["id"] == halo.pk
    brand, rival = program(viewer).get(f"/projects/{project.pk}/compare/replies", period="7d").json()
    assert (brand["accounts"], brand["mentions"], brand["median_s"]) == ([], 0, None)
    assert rival["accounts"] == [{"author_id": account.pk, "platform": "mastodon", "name": "Halo Help"}]
    assert (rival["mentions"], rival["replied"]) == (1, 1)
    assert rival["median_s"] == pytest.approx(7200, abs=60)
    assert program(manager)("PATCH", path, {"keyword_id": None}).json() == {"official_account_of": None}


def test_official_account_is_of_a_brand_or_competitor_of_the_project(
    project, viewer, manager, stranger, program, halo, account
):
    path = f"/projects/{project.pk}/authors/{account.pk}/official-account"
    topic = make_keyword(project, "Lamps", "lamp", type="topic")
    for keyword_id in (topic.pk, 2**31 - 1, 2**70):
        answer = program(manager)("PATCH", path, {"keyword_id": keyword_id})
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "keyword_id"
    assert program(viewer)("PATCH", path, {"keyword_id": halo.pk}).status_code == 403
    assert program(stranger)("PATCH", path, {"keyword_id": halo.pk}).status_code == 404
    nobody = f"/projects/{project.pk}/authors/0/official-account"
    assert program(manager)("PATCH", nobody, {"keyword_id": None}).status_code == 404


def test_comparison_without_keywords_has_no_replies(project, viewer, program):
    assert program(viewer).get(f"/projects/{project.pk}/compare/replies").json() == []
