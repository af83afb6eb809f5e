"""The assistant in the API: settings, and summaries of a filter or an incident."""

import json

import pytest
from django.test import Client

from accounts.tokens import create_token
from assistant import requests, runs
from assistant.models import AssistantRequest, AssistantRules
from tests.assistant.world import make_period
from tests.dashboards.alert_rows import AlertRows
from tests.factories import make_keyword, make_mentions

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(project):
    def call(person, method, path, **body):
        headers = {"authorization": f"Bearer {create_token(person, 't')}"}
        url = f"/api/v1/projects/{project.pk}/assistant{path}"
        data = json.dumps(body) if body else ""
        response = Client().generic(method, url, data, content_type="application/json", headers=headers)
        return response.status_code, response.json()

    return call


def test_admin_allows_the_assistant(chat, call, owner, manager, viewer):
    assert call(viewer, "GET", "")[1]["is_allowed"] is False
    assert call(manager, "PATCH", "", is_allowed=True)[0] == 403
    status, body = call(owner, "PATCH", "", is_allowed=True)
    assert status == 200 and body["is_allowed"] and body["is_configured"]
    assert body["model"] == "lumen-7b" and body["host"].startswith("127.0.0.1:")


def test_server_without_assistant(call, owner):
    assert call(owner, "GET", "")[1] == {"is_configured": False, "is_allowed": False, "host": "", "model": ""}
    assert call(owner, "PATCH", "", is_allowed=True)[0] == 422
    assert call(owner, "POST", "/summaries", filter="period=7d")[0] == 409
    assert not AssistantRules.objects.exists()


def test_summary_is_requested_and_read(chat, call, project, owner, viewer, allowed):
    mentions = make_period(project, ["A fine lumen", "A dark lumen"])
    status, asked = call(owner, "POST", "/summaries", filter="period=7d")
    assert (status, asked["state"], asked["sentences"]) == (202, "pending", [])
    assert call(owner, "POST", "/summaries", filter="period=7d")[1]["id"] == asked["id"]
    assert call(viewer, "GET", f"/summaries/{asked['id']}")[0] == 404
    runs.run_pending()
    status, found = call(viewer, "GET", f"/summaries/{asked['id']}")
    assert (status, found["state"], found["model"]) == (200, "done", "lumen-7b")
    assert found["sentences"][0] == {"text": "People praise the lamp.", "mentions": [one.pk for one in mentions]}
    assert (found["sent"], found["total"], found["asked_by"]["id"]) == (2, 2, owner.pk)
    assert found["since"] < found["until"] and found["error"] == found["message"] == ""


def test_incident_is_summarized(chat, call, project, owner, allowed):
    keyword = make_keyword(project)
    make_mentions(keyword, 1)
    rows = AlertRows()
    rows.project, rows.owner, rows.size = project, owner, 1
    incident = rows._incident(rows._rule(keyword))
    _status, asked = call(owner, "POST", "/summaries", incident_id=incident.pk)
    runs.run_pending()
    assert call(owner, "GET", f"/summaries/{asked['id']}")[1]["state"] == "done"
    assert call(owner, "POST", "/summaries", incident_id=incident.pk + 1)[0] == 422


@pytest.mark.parametrize("body", [{}, {"filter": "a", "incident_id": 1}, {"filter": "period=x"}, {"filter": "q=(a"}])
def test_unusable_subject_is_refused(chat, call, owner, allowed, body):
    status, problem = call(owner, "POST", "/summaries", **body)
    assert status == 422 and problem["errors"]
    assert not AssistantRequest.objects.exists()


def test_failure_has_a_code_and_a_sentence(chat, call, project, owner, allowed):
    make_period(project, ["A fine lumen"])
    _, asked = call(owner, "POST", "/summaries", filter="period=7d")
    chat.fail(429, headers={"Retry-After": "120"})
    runs.run_pending()
    _, found = call(owner, "GET", f"/summaries/{asked['id']}")
    assert (found["state"], found["error"], found["retry_after_s"]) == ("failed", "busy", 120)
    assert "Try again in 2 minutes." in found["message"]


def test_limit_is_a_429(chat, call, owner, allowed, monkeypatch):
    monkeypatch.setattr(requests, "MAX_PER_PERSON", 0)
    assert call(owner, "POST", "/summaries", filter="period=7d")[0] == 429


def test_other_kinds_are_no_summaries(chat, call, project, owner, allowed):
    other = AssistantRequest.objects.create(project=project, user=owner, kind="query", about_key="x")
    assert call(owner, "GET", f"/summaries/{other.pk}")[0] == 404
