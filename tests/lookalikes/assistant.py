"""A look-alike of a server with an OpenAI-compatible API, such as Ollama, on 127.0.0.1.

    with ChatServer() as server:
        server.answer({"sentences": [...]})          # the content of the next answer, JSON or a text
        server.fail(429, headers={"Retry-After": "90"})
        server.send(b"...", status=302, headers={"Location": "..."})
        assert server.data["mentions"][0]["text"] == "..."

Without a prepared answer it does what it is asked, by the data between the marks. It rejects requests that neither
OpenAI nor Ollama accepts, a wrong key and an unknown model.
"""

import json
import re
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL, KEY = "lumen-7b", "sk-lumen-0001"
FIELDS = {"model", "messages", "temperature", "max_tokens", "max_completion_tokens", "response_format", "stream"}
FENCE = re.compile(r"^<<<([0-9a-f]{32})\n(.*)\n\1>>>$", re.S)


class ChatServer:
    """`requests` are the payloads that were received; `refused` names parameters that the model does not accept."""

    def __init__(self, key=KEY, model=MODEL):
        self.key, self.model = key, model
        self.requests, self.keys, self.refused = [], [], set()
        self.prepared = deque()
        self.delay_s = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.keys.append(self.headers.get("Authorization", ""))
                outer._respond(self, json.loads(body))

            def do_GET(self):
                raise AssertionError("the API has one operation, and no redirect is followed")

            def log_message(self, *args):
                """Print no access log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, content, times=1):
        """Prepare the content of the next answers."""
        text = content if isinstance(content, str) else json.dumps(content)
        for _ in range(times):
            self.prepared.append((200, _completion(text), {}))

    def fail(self, status, code=None, message="no", headers=None, param=None):
        """Prepare an error as OpenAI sends it."""
        error = {"error": {"message": message, "type": "error", "param": param, "code": code}}
        self.prepared.append((status, json.dumps(error).encode(), headers or {}))

    def send(self, body, status=200, headers=None):
        """Prepare any response."""
        self.prepared.append((status, body, headers or {}))

    @property
    def sent(self):
        """All that was received, as one text."""
        return json.dumps(self.requests, ensure_ascii=False)

    @property
    def data(self):
        """The data of the last request, whose user message is the fence alone."""
        found = FENCE.match(self.requests[-1]["messages"][1]["content"])
        assert found, "the data are between two lines with a mark"
        assert found[1] in self.requests[-1]["messages"][0]["content"], "the rules name the mark"
        return json.loads(found[2])

    def _respond(self, handler, payload):
        self.requests.append(payload)
        status, body, headers = self._choose(handler, payload)
        try:
            time.sleep(self.delay_s)
            handler.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            """The client has given up."""

    def _choose(self, handler, payload):
        if handler.path != "/v1/chat/completions":
            return _error(404, "Not found")
        if self.key and handler.headers.get("Authorization") != f"Bearer {self.key}":
            return _error(
                401, f"Incorrect API key provided: {handler.headers.get('Authorization')}", "invalid_api_key"
            )
        if payload["model"] != self.model:
            return _error(404, f'model "{payload["model"]}" not found, try pulling it first')
        if not payload.keys() <= FIELDS or not all(set(one) == {"role", "content"} for one in payload["messages"]):
            return _error(400, "Unrecognized request argument supplied")
        if refused := self.refused & payload.keys():
            name = refused.pop()
            self.refused.add(name)
            return _error(400, f"Unsupported parameter: '{name}' is not supported with this model.", param=name)
        if payload.get("response_format") and "JSON" not in payload["messages"][0]["content"]:
            return _error(400, "'messages' must contain the word 'json' in some form")
        if self.prepared:
            return self.prepared.popleft()
        return 200, _completion(json.dumps(self._obey(), ensure_ascii=False)), {}

    def _obey(self):
        data = self.data
        if "mentions" in data:
            ids = [mention["id"] for mention in data["mentions"]]
            first = {"text": "People praise the lamp.", "mentions": ids[:2]}
            return {"sentences": [first, {"text": "Some wait for their delivery.", "mentions": ids[-1:]}]}
        if "mention" in data:
            return {"reply": "Hello {{author}},\n\nthank you for your message. We will look into it."}
        return {"query": '(lumen OR "maison lumen") lamp'}


def _completion(text):
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    completion = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]}
    return json.dumps(completion | {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()


def _error(status, message, code=None, param=None):
    return (
        status,
        json.dumps({"error": {"message": message, "type": "api_error", "param": param, "code": code}}).encode(),
        {},
    )
