"""Searches that take too long return a sentence: on pages and in fragments."""

import pytest
from django.db import connection

from monitoring.insights import time_limit as limits
from tests.pages import words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("page", ["search", "mentions", "keywords"])
def test_page_that_takes_too_long_says_so(blocked_reads, page, as_person, viewer, manager, at):
    response = as_person(viewer).get(at(page), {"q": "lumen"})
    assert response.status_code == 503
    assert "This search takes too long." in words(response) and "Use fewer or longer words" in words(response)
    assert "Cette recherche prend trop de temps." in words(as_person(manager).get(at(page), {"q": "lumen"}))


def test_fragment_that_takes_too_long_says_so_in_its_place(blocked_reads, as_person, viewer, at):
    response = as_person(viewer).get(at("mentions"), {"q": "lumen", "cursor": "x"}, headers={"HX-Request": "true"})
    assert response.status_code == 200, "htmx shows no response with an error status"
    assert "This search takes too long." in response.content.decode() and "<html" not in response.content.decode()


def test_refresh_that_takes_too_long_changes_nothing(blocked_reads, as_person, viewer, at):
    response = as_person(viewer).get(at("mentions_fresh"), {"q": "lumen"}, headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (204, b"")


def test_limit_does_not_outlive_its_block(db):
    with limits.time_limit():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_limit_counts_all_statements_together(db, monkeypatch):
    monkeypatch.setattr(limits, "LIMIT_S", 0.3)
    with pytest.raises(limits.TooSlow), limits.time_limit():
        for _ in range(10):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.1)")


def test_test_of_a_rule_that_takes_too_long_says_so(blocked_reads, project, as_person, owner, at):
    rule = {"about": "project", "measure": "mentions", "condition": "above", "threshold": 3, "window_s": 3600}
    response = as_person(owner).post(at("rule_new"), rule | {"test": "1"})
    assert response.status_code == 503
    assert "takes too long" in words(response)
