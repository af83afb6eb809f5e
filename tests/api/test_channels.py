"""The API of channels: secrets go in and never come out."""

import pytest

from tests.lookalikes.receivers import SERVICES, Receiver


@pytest.fixture
def channels(program, owner, project):
    call = program(owner)
    return lambda method="GET", path="", body=None: call(method, f"/projects/{project.pk}/channels{path}", body)


TELEGRAM = {"type": "telegram", "name": "Night shift", "language": "fr"}


def test_api_creates_tests_changes_and_deletes_a_channel(channels):
    with Receiver(SERVICES["telegram"]()) as receiver:
        settings = receiver.service.values(receiver.url)
        created = channels("POST", body={**TELEGRAM, "settings": settings})
        assert created.status_code == 201, created.content
        made = created.json()
        assert made["settings"] == {"chat": "-1001234567890", "server": receiver.url} and made["signing_secret"] == ""
        path = f"/{made['id']}"
        assert channels("POST", f"{path}/test").json() == {"is_sent": True, "problem": "", "response": ""}
        gone = receiver.service.gone
        receiver.answer(gone.status, gone.body)
        answer = channels("POST", f"{path}/test").json()
        assert not answer["is_sent"] and answer["problem"] and "bot was kicked" in answer["response"]
        changed = channels("PATCH", path, {"name": "Day shift", "is_on": False}).json()
        assert (changed["name"], changed["is_on"], changed["settings"]) == ("Day shift", False, made["settings"])
        listed = channels().content.decode()
        assert "Day shift" in listed and settings["token"] not in listed
        assert channels("PATCH", path, {"is_on": True}).json()["off_since"] is None
        assert channels("POST", f"{path}/test").json()["is_sent"], "the token stays"
        assert channels("DELETE", path).status_code == 204
        assert channels("DELETE", path).status_code == 404


def test_api_returns_the_signing_secret_of_a_webhook_once(channels):
    body = {"type": "webhook", "name": "Mine", "language": "en", "settings": {"url": "https://example.com/hook"}}
    assert channels("POST", body=body).json()["signing_secret"].startswith("whsec_")
    listed = channels().content.decode()
    assert "whsec_" not in listed and "example.com" not in listed


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "pigeon"}, "type"),
        ({"language": "de"}, "language"),
        ({"name": ""}, "name"),
        ({"settings": {"token": "x", "chat": "1"}}, "settings.token"),
        ({"settings": {"token": "123456:ABC-secret-of-the-bot-0001", "chat": "1", "color": "red"}}, "settings.color"),
    ],
)
def test_api_names_invalid_fields_of_a_channel(channels, change, field):
    settings = {"token": "123456:ABC-secret-of-the-bot-0001", "chat": "1"}
    answer = channels("POST", body={**TELEGRAM, "settings": settings, **change})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
