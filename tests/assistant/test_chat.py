"""One request to an OpenAI-compatible API: what is sent, and every way in which it fails (assistant/chat.py)."""

import json

import pytest

from assistant.chat import ChatError, complete
from assistant.endpoint import endpoint
from outbound.default import assistant_client, http_client
from tests.lookalikes.assistant import KEY, MODEL, ChatServer

MESSAGES = [{"role": "system", "content": "Answer with JSON."}, {"role": "user", "content": "x"}]


def ask():
    return complete(assistant_client().call, endpoint(), MESSAGES, 50)


def test_request_has_the_fields_that_openai_and_ollama_accept(chat):
    chat.answer({"a": 1})
    assert ask() == '{"a": 1}'
    [payload] = chat.requests
    assert payload == {
        "model": MODEL,
        "messages": MESSAGES,
        "temperature": 0.2,
        "max_tokens": 50,
        "response_format": {"type": "json_object"},
        "stream": False,
    }
    assert chat.keys == [f"Bearer {KEY}"]


def test_server_without_key_gets_no_authorization(chat, settings):
    chat.key = settings.ASSISTANT_API_KEY = ""
    chat.answer("{}")
    assert ask() == "{}"
    assert chat.keys == [""]


def test_refused_parameters_are_left_out(chat):
    chat.refused = {"max_tokens", "temperature", "response_format"}
    chat.answer("{}")
    assert ask() == "{}"
    assert chat.requests[-1]["max_completion_tokens"] == 50
    assert not chat.refused & chat.requests[-1].keys()
    chat.refused.add("max_completion_tokens")
    assert ask() == ChatError("unexpected")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        ((429, "rate_limit_exceeded", "slow down", {"Retry-After": "90"}), ChatError("busy", 90)),
        ((429, None, "slow down", {"Retry-After": "99999999"}), ChatError("busy", 24 * 3600)),
        ((429, "insufficient_quota"), ChatError("no_credit")),
        ((503, None, "loading", {"Retry-After": "5"}), ChatError("busy", 5)),
        ((400, "context_length_exceeded"), ChatError("too_long")),
        ((400, None, "bad"), ChatError("unexpected")),
        ((403, None, "no"), ChatError("rejected")),
        ((500, None, "oops"), ChatError("server_error")),
        ((404, "model_not_found"), ChatError("no_model")),
    ],
)
def test_error_of_the_server_is_a_value(chat, failure, expected):
    chat.fail(*failure)
    assert ask() == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": ["text"]}}]}',
        b'{"choices": {"0": 1}}',
        b"[" * 200_000,
        b'{"error": "no"}',
    ],
    ids=lambda body: body[:20].decode() or "empty",
)
@pytest.mark.parametrize("status", [200, 400, 418])
def test_response_of_another_form_is_a_value(chat, body, status):
    chat.send(body, status)
    assert ask() == ChatError("unexpected")


def test_wrong_key_and_model(chat, settings):
    settings.ASSISTANT_API_KEY = "sk-other"
    assert ask() == ChatError("rejected")
    settings.ASSISTANT_API_KEY, settings.ASSISTANT_MODEL = KEY, "other"
    assert ask() == ChatError("no_model")


def test_nothing_listens(settings):
    with ChatServer() as server:
        settings.ASSISTANT_URL, settings.ASSISTANT_MODEL = server.url, MODEL
    assert ask() == ChatError("unreachable")


def test_slow_server_ends_with_the_time_limit(chat, settings):
    settings.ASSISTANT_TIMEOUT = 1
    chat.delay_s = 3
    chat.answer("{}")
    assert ask() == ChatError("timeout")


def test_huge_body_is_not_read(chat):
    content = json.dumps("x" * 2_000_000)
    chat.answer(content)
    assert ask() == ChatError("unexpected")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(chat, status):
    with ChatServer() as elsewhere:
        chat.send(b"", status, {"Location": f"{elsewhere.url}/chat/completions"})
        assert ask() == ChatError("unexpected")
        assert elsewhere.requests == []


def test_only_the_assistant_may_be_at_a_private_address(chat):
    with ChatServer() as other:
        for client in (http_client(), assistant_client()):
            assert client.fetch(f"{other.url}/chat/completions").error.code == "private_address"
    assert http_client().fetch(chat.url).error.code == "private_address"
