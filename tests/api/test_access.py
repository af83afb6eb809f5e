"""Authentication, roles and rate limits of the API, and its error responses."""

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from django.test import Client
from django.utils import timezone, translation

from accounts.models import ApiToken, Project
from api.app import api

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


def assert_problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"] and body["detail"]
    return body


def test_it_works(program, viewer, project):
    answer = program(viewer).get("/projects")
    assert answer.json() == {
        "items": [{"id": project.pk, "name": "Maison Lumen", "role": "viewer", "is_sample": False}]
    }


def test_invalid_token_returns_401_with_authenticate_header(db):
    for header in ("Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer \xff"):
        answer = Client().get("/api/v1/projects", headers={"Authorization": header})
        assert_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_session_does_not_authenticate(viewer, as_person):
    assert as_person(viewer).get("/api/v1/projects").status_code == 401


def test_token_of_closed_account_returns_401(program, viewer):
    caller = program(viewer)
    viewer.is_active = False
    viewer.save()
    assert_problem(caller.get("/projects"), 401)


def test_token_use_is_recorded_once_per_minute(program, viewer):
    caller, token = program(viewer), ApiToken.objects.get(user=viewer)
    caller.get("/projects")
    token.refresh_from_db()
    first = token.last_used_at
    assert timezone.now() - first < timedelta(seconds=30)
    caller.get("/projects")
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    caller.get("/projects")
    token.refresh_from_db()
    assert token.last_used_at > first


def test_token_is_limited_to_requests_per_minute(program, viewer, manager, settings):
    settings.API_RATE_PER_MINUTE = 2
    caller = program(viewer)
    # A minute may end in between: then the count restarts, and a third request is allowed.
    answers = [caller.get("/projects") for _ in range(5)]
    assert [answers[0].headers["RateLimit-Limit"], answers[0].headers["RateLimit-Remaining"]] == ["2", "1"]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert_problem(refused[0], 429)
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    assert refused[0].headers["RateLimit-Remaining"] == "0"
    assert program(manager).get("/projects").status_code == 200


def test_rejected_request_counts_once(program, manager, stranger, project, settings):
    settings.API_RATE_PER_MINUTE = 1000
    path = f"/projects/{project.pk}/keywords"
    call = program(manager)
    # A minute may end in between, at most once: then the count restarts.
    left = [int(call("POST", path, {"color": "red"}).headers["RateLimit-Remaining"]) for _ in range(4)]
    assert [before - after for before, after in pairwise(left)].count(1) >= 2
    left = [int(call("PUT", path).headers["RateLimit-Remaining"]) for _ in range(4)]
    assert [before - after for before, after in pairwise(left)].count(1) >= 2


def test_stranger_sees_404_with_the_last_request_of_the_minute(program, stranger, project, settings):
    settings.API_RATE_PER_MINUTE = 1
    call = program(stranger)
    assert_problem(call("POST", f"/projects/{project.pk}/keywords", {"color": "red"}), 404)


def test_wrong_method_is_limited_too(program, stranger, manager, project, settings):
    settings.API_RATE_PER_MINUTE = 1
    for person, status in ((stranger, 404), (manager, 405)):
        call = program(person)
        answers = [call("PUT", f"/projects/{project.pk}/keywords") for _ in range(4)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert_problem(answers[0], status)
        assert refused and 1 <= int(assert_problem(refused[0], 429) and refused[0].headers["Retry-After"]) <= 60


def test_rate_limit_is_off_without_redis(program, viewer, settings):
    caller = program(viewer)
    settings.API_RATE_PER_MINUTE = 0
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert caller.get("/projects").status_code == 200


def test_every_error_is_a_problem_body(program, manager, project):
    call = program(manager)
    assert_problem(call.get("/nothing/here"), 404)
    assert_problem(call.get("/projects/99999999999999999999"), 404)
    refused = call("PUT", "/projects")
    assert_problem(refused, 405)
    assert "GET" in refused.headers["Allow"]
    for body in (b"{", b"\xff", b"[" * 100_000):
        answer = call.client.generic("POST", f"/api/v1/projects/{project.pk}/keywords", body, headers=call.headers)
        assert_problem(answer, 400)
    for body in ([], None, {"name": "x"}, {"name": "x", "query": "y", "color": "red"}, {"name": 3, "query": "y"}):
        answer = assert_problem(call("POST", f"/projects/{project.pk}/keywords", body), 422)
        assert answer["errors"][0]["field"]
    answer = assert_problem(call("POST", f"/projects/{project.pk}/keywords", {"name": "a\0b", "query": "(x"}), 422)
    assert [error["field"] for error in answer["errors"]] == ["name"]
    half = "\ud800"  # of a pair: JSON can write it, UTF-8 and Postgres cannot
    for body in ({"name": half, "query": "y"}, {"name": "x", "query": half}, {"name": "x", "query": "y", half: 1}):
        assert_problem(call("POST", f"/projects/{project.pk}/keywords", body), 422)


def test_crash_is_a_problem_body_without_details(program, viewer, monkeypatch):
    monkeypatch.setattr("api.projects.membership_of", lambda *arguments: 1 / 0)
    answer = program(viewer).get("/projects/1")
    assert "ZeroDivision" not in str(assert_problem(answer, 500))


def test_responses_forbid_caching(program, viewer, project):
    for path in ("/projects", "/projects/0"):
        assert program(viewer).get(path).headers["Cache-Control"] == "no-store"


def test_language_of_the_token_ends_with_its_request(program, manager, viewer):
    before = translation.get_language()
    for person in (manager, viewer):
        answer = program(person).get("/projects")
        assert answer.headers["Content-Language"] == person.language
        assert translation.get_language() == before


def test_docs_page_loads_only_own_files(db):
    answer = Client().get("/api/v1/docs")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "ninja/swagger-ui-bundle.js" in page
    assert "https://" not in re.sub(r"<title>.*</title>", "", page)
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    assert "default" in paths["/api/v1/projects"]["get"]["responses"]


def test_docs_have_a_heading_for_every_operation():
    headings = set(re.findall(r"^### `(\w+) (/\S+)`$", DOCS.read_text(), re.M))
    offered = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert headings == offered


def test_projects_lists_only_own_projects(program, viewer, stranger):
    assert Project.objects.count() == 2
    assert [item["name"] for item in program(stranger).get("/projects").json()["items"]] == ["Ailleurs"]
