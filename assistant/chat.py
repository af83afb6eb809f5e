"""One request to an API that is compatible with that of OpenAI: messages in, the text of the answer or an error out.

    result = complete(assistant_client().call, endpoint, messages, max_tokens)

`POST {base}/chat/completions` with `model`, `messages`, `temperature`, `max_tokens`, and JSON mode
(`response_format`), not streamed; the answer is `choices[0].message.content`
(https://platform.openai.com/docs/api-reference/chat/create). JSON mode needs the word JSON in a message
(https://platform.openai.com/docs/guides/structured-outputs). Ollama has the same operation and fields and ignores the
key (https://docs.ollama.com/api/openai-compatibility). Errors are {"error": {"message", "type", "code"}}. Newer models
refuse `max_tokens` or `temperature` with status 400 and name the parameter: it is left out then.

No Django. A POST follows no redirect (outbound/client.py), so key and texts reach the address of the settings only.
The words of the server are neither stored nor logged: they may quote the key or the texts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.prompts.fence import Message
from monitoring.content.scrub import read_json
from outbound.records import ApiRequest, FetchResult

TEMPERATURE = 0.2  # a summary is to vary little
MAX_RETRY_AFTER_S = 24 * 3600
# Parameters that a server may refuse, and those that take their place.
_REPLACED = {"max_tokens": "max_completion_tokens", "temperature": "", "response_format": ""}

# The codes of `ChatError`; assistant/messages.py has their words.
UNREACHABLE, TIMEOUT, REJECTED, NO_MODEL, BUSY = "unreachable", "timeout", "rejected", "no_model", "busy"
NO_CREDIT, TOO_LONG, SERVER_ERROR, UNEXPECTED = "no_credit", "too_long", "server_error", "unexpected"
_CODES = {
    **dict.fromkeys(("bad_url", "private_address", "dns", "connect", "tls"), UNREACHABLE),
    "timeout": TIMEOUT,
    **dict.fromkeys(("sign_in_required", "forbidden"), REJECTED),
    **dict.fromkeys(("not_found", "gone"), NO_MODEL),
    **dict.fromkeys(("rate_limited", "unavailable"), BUSY),
    "server_error": SERVER_ERROR,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the API is, which model it runs, and the key, "" without one."""

    url: str
    model: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class ChatError:
    """Why there is no answer. `retry_after_s` is what the server asks for, None without it."""

    code: str
    retry_after_s: int | None = None


def complete(
    call: Callable[[ApiRequest], FetchResult], endpoint: Endpoint, messages: Sequence[Message], max_tokens: int
) -> str | ChatError:
    """Return the text of the answer. A request that is refused for a parameter is sent again without it."""
    payload: dict[str, object] | None = {
        "model": endpoint.model,
        "messages": list(messages),
        "temperature": TEMPERATURE,
        "max_tokens": max_tokens,
        "response_format": {"type": "json_object"},
        "stream": False,
    }
    while payload is not None:
        result = call(_request(endpoint, payload))
        if result.error is None:
            return _content(result)
        error = _server_error(result)
        payload = _without_refused(payload, error) if result.status in (400, 422) else None
    return _error(result, error)


def _request(endpoint: Endpoint, payload: Mapping[str, object]) -> ApiRequest:
    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    return ApiRequest(f"{endpoint.url}/chat/completions", headers, json=payload)


def _content(result: FetchResult) -> str | ChatError:
    try:
        content = read_json(result.body)["choices"][0]["message"]["content"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ChatError(UNEXPECTED)
    return content if isinstance(content, str) else ChatError(UNEXPECTED)


def _server_error(result: FetchResult) -> Mapping[str, object]:
    """Return the error of the server's own; some servers send a text in its place."""
    try:
        found = read_json(result.body)["error"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {"message": found}


def _without_refused(payload: Mapping[str, object], error: Mapping[str, object]) -> dict[str, object] | None:
    """Return the payload without the parameter that the error names, None if it names none."""
    words = f"{error.get('param')} {error.get('message')}"
    refused = next((name for name in _REPLACED if name in payload and name in words), None)
    if refused is None:
        return None
    rest = {name: value for name, value in payload.items() if name != refused}
    return rest | ({_REPLACED[refused]: payload[refused]} if _REPLACED[refused] else {})


def _error(result: FetchResult, error: Mapping[str, object]) -> ChatError:
    if error.get("code") == "context_length_exceeded":
        return ChatError(TOO_LONG)
    if error.get("code") == "insufficient_quota":
        return ChatError(NO_CREDIT)
    code = _CODES.get(result.error.code if result.error else "", UNEXPECTED)
    wait_s = result.retry_after_s if code == BUSY else None
    return ChatError(code, None if wait_s is None else min(wait_s, MAX_RETRY_AFTER_S))
