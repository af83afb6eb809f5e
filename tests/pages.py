"""Fixtures shared by the page tests: URLs by name, and pages as text."""

import html
import re
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse


@pytest.fixture
def at(project):
    """`at("keyword", 3)` returns the URL of a page of the project."""
    return lambda name, *args: reverse(name, args=[project.pk, *args])


@pytest.fixture
def read():
    """`read(client, url)` returns the text of a page's content with single spaces."""

    def read(client, address):
        response = client.get(address)
        assert response.status_code == 200
        return words(response)

    return read


def page_url(project, path):
    return f"/p/{project.pk}/{path}"


def body_of(response):
    """Return the HTML of a page that must be there."""
    assert response.status_code == 200
    return response.content.decode()


def words(response):
    body = response.content.decode()
    main = re.sub(r"<(script|svg).*?</\1>|</?bdi>", "", body.partition("<main")[2] or body, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def queries():
    """`queries(client, url)` returns the number of queries of a page on its second visit."""

    def queries(client, address):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert response.status_code == 200, address
        return len(captured)

    return queries


@pytest.fixture
def blocked_reads(project, monkeypatch):
    """Another transaction has locked the mentions, so each read of them waits."""
    from monitoring.insights import time_limit as limits
    from tests.factories import make_keyword, make_mention

    make_mention(make_keyword(project))
    monkeypatch.setattr(limits, "LIMIT_S", 0.5)
    is_locked, is_done = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("LOCK TABLE monitoring_document, monitoring_mention IN ACCESS EXCLUSIVE MODE")
                is_locked.set()
                is_done.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    is_locked.wait(5)
    yield
    is_done.set()
    thread.join()
