"""The host names under which the web process responds, and what it says under any other."""

import runpy
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

SETTINGS = Path(__file__).resolve().parents[2] / "config" / "settings.py"
LOCAL = {"localhost", "127.0.0.1", "[::1]"}


def allowed_hosts(monkeypatch, **environment):
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return set(runpy.run_path(str(SETTINGS))["ALLOWED_HOSTS"])


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, set()),
        ({"BASE_URL": "https://vigie.example.com", "HOST": "0.0.0.0"}, {"vigie.example.com"}),
        ({"HOST": "192.0.2.7"}, {"192.0.2.7"}),
        ({"HOST": "2001:db8::7"}, {"[2001:db8::7]"}),
        ({"BASE_URL": "http://[2001:db8::8]:8000", "HOST": "::"}, {"[2001:db8::8]"}),
        ({"SAMPLE_FEEDS_URL": "http://web:8000"}, {"web"}),
    ],
)
def test_allowed_hosts_are_derived_from_addresses(monkeypatch, environment, expected):
    assert allowed_hosts(monkeypatch, **environment) == LOCAL | expected


def test_allowed_hosts_replace_derived_ones(monkeypatch):
    assert allowed_hosts(monkeypatch, ALLOWED_HOSTS="a.example,b.example") == {"a.example", "b.example", "127.0.0.1"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_under_other_host_names_the_settings(client, db, language):
    headers = {"host": "192.168.1.20:8000", "accept-language": language}
    response = client.get("/accounts/login/", headers=headers)
    assert response.status_code == 400
    page = response.content.decode()
    assert f'<html lang="{language}"' in page
    with translation.override(language):
        assert gettext("Vigie doesn’t respond under this host name") in page
    for text in ("192.168.1.20:8000", "BASE_URL", "ALLOWED_HOSTS", "make run BASE_URL=http://192.168.1.20:8000"):
        assert text in page


@pytest.mark.parametrize("host", ["<script>alert(1)</script>", "a b", "evil.example/..", "evil.example$(reboot)"])
def test_page_under_malformed_host_repeats_nothing_as_command(client, db, host):
    response = client.get("/", headers={"host": host})
    assert response.status_code == 400
    assert "<script>alert" not in response.content.decode() and "make run" not in response.content.decode()


def test_api_under_other_host_answers_with_problem(db):
    response = Client().get("/api/v1/projects", headers={"host": "other.example"})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "ALLOWED_HOSTS" in response.json()["detail"]


def test_health_check_answers_under_local_address(client, db):
    assert client.get("/healthz", headers={"host": "127.0.0.1"}).status_code == 200
