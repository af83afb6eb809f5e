"""A second delivery channel for tests: JSON over HTTP to a real server on 127.0.0.1."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from delivery.channels.base import CHANNEL_CODES, LATER, MESSAGE_REFUSED, UNREACHABLE, Channel, Result


class JsonChannel(Channel):
    """POSTs each delivery to its recipient, which is a URL. `configured` stands in for a setting."""

    name = "json"
    label = "JSON over HTTP"
    problems = {code: f"The HTTP server reported: {code}" for code in CHANNEL_CODES}
    configured = True
    opened = 0

    @classmethod
    def is_configured(cls):
        return cls.configured

    def __init__(self):
        JsonChannel.opened += 1
        self._session = requests.Session()
        self._session.trust_env = False

    def send(self, delivery):
        payload = {"id": str(delivery.id), "subject": delivery.subject, "text": delivery.text}
        try:
            response = self._session.post(delivery.recipient, json=payload, timeout=5)
        except requests.ConnectionError as error:
            return Result(UNREACHABLE, str(error), reached=False)
        if response.ok:
            return Result()
        is_final = response.status_code < 500
        return Result(MESSAGE_REFUSED if is_final else LATER, response.reason, final=is_final)

    def close(self):
        self._session.close()


class JsonServer:
    """Stores every accepted payload in `received`. Each status in `statuses` replaces one 200."""

    def __init__(self):
        self.received = []
        self.statuses = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = outer.statuses.pop(0) if outer.statuses else 200
                if status == 200:
                    outer.received.append(payload)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                """Print no access log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def json_server(monkeypatch):
    """An HTTP server, and the registered channel that sends to it."""
    from delivery.channels.registry import CHANNELS

    monkeypatch.setitem(CHANNELS, JsonChannel.name, JsonChannel)
    monkeypatch.setattr(JsonChannel, "configured", True)
    monkeypatch.setattr(JsonChannel, "opened", 0)
    server = JsonServer()
    yield server
    server.stop()
