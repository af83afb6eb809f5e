"""The web server of `make run` while people add sources, and programs ask, at a host that says nothing."""

import threading
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.tokens import create_token
from monitoring.models import FetchRequest
from tests.config.test_web_server import KEY, Server

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CSRF = "a" * 32


@pytest.fixture
def server(tmp_path, settings):
    settings.SECRET_KEY = KEY  # sessions are signed with it
    started = Server(tmp_path)
    yield started
    started.stop()


def cookies(person):
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    jar = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items()) + f"; csrftoken={CSRF}"


def simultaneously(calls):
    """Run the calls in threads that have started when this returns; `join` them for the results."""
    results = []
    threads = [threading.Thread(target=lambda call=call: results.append(call())) for call in calls]
    for thread in threads:
        thread.start()
    return threads, results


def test_people_are_answered_while_one_adds_ten_slow_sources(server, hanging_server, project, manager):
    silent = hanging_server()
    form = {"Cookie": cookies(manager), "Content-Type": "application/x-www-form-urlencoded"}

    def add(number):
        body = urlencode({"url": f"http://127.0.0.1:{silent.port}/{number}", "csrfmiddlewaretoken": CSRF})
        return server.get(f"/p/{project.pk}/sources/add", method="POST", body=body, headers=form, timeout_s=30)

    began = time.monotonic()
    threads, results = simultaneously([lambda number=number: add(number) for number in range(10)])
    assert server.slow_wait(seconds=3) < 1
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 10
    assert sorted(status for status, _, _ in results) == [200] * 7 + [302] * 3, "seven are refused with a sentence"
    assert FetchRequest.objects.filter(state="queued").count() == 3
    assert silent.connections == 0, "a worker fetches"


@pytest.mark.parametrize("noun", ["sources", "why"])
def test_people_are_answered_while_programs_ask_for_ten_slow_fetches(
    server, hanging_server, project, manager, owner, noun
):
    silent = hanging_server()
    tokens = [create_token(person, "test") for person in (manager, owner) for _ in range(5)]

    def ask(number, token):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        more = ', "query": "lumen", "fetch": true' if noun == "why" else ""
        body = f'{{"url": "http://127.0.0.1:{silent.port}/{number}"{more}}}'
        path = f"/api/v1/projects/{project.pk}/{noun}"
        return server.get(path, method="POST", body=body, headers=headers, timeout_s=60)

    threads, results = simultaneously([lambda n=n, token=token: ask(n, token) for n, token in enumerate(tokens)])
    assert server.slow_wait(seconds=3) < 1
    for thread in threads:
        thread.join()
    statuses = [status for status, _, _ in results]
    assert statuses.count(429) + statuses.count(503) >= 6 and 0 not in statuses
    assert all(headers["Retry-After"] == "5" for status, _, headers in results if status in (429, 503))
    assert silent.connections <= 4, "two per web process"
    assert not FetchRequest.objects.exists()
