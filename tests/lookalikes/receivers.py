"""A receiver of messages on 127.0.0.1 that checks them like the service of each channel: limits, keys, signatures.

    with Receiver(SlackService()) as receiver:
        receiver.answer(429, headers={"Retry-After": "7"})      # the next request
        ...
        assert receiver.accepted == [...]

It stores the requests that the service accepts in `accepted`, and answers the others as the service does.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from tests.lookalikes.push_browser import Browser, is_signed

TOKEN = "123456:ABC-secret-of-the-bot-0001"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


class Service:
    """The checks of a service: `errors(request)` returns what is wrong with a message, None if nothing."""

    channel = ""
    path = "/hook/secret-of-the-address"
    method = "POST"
    ok = Answer(200, b"ok")
    # Answers of the service for an address that is gone.
    gone = Answer(404, b"gone")

    def values(self, url):
        """Return the settings to enter for this channel."""
        return {"url": url + self.path}

    def secrets(self):
        return ["secret-of-the-address"]

    def message(self, request):
        """The message in a request."""
        return request.json

    def texts(self, message):
        """The texts of a message in which mentions would notify."""
        return [json.dumps(message, ensure_ascii=False)]

    def message_id(self, request):
        """The id that is the same on every attempt; None where the service has none."""

    def problem(self, request):
        return None


class SlackService(Service):
    channel = "slack"
    gone = Answer(404, b"no_service")

    def problem(self, request):
        message = request.json
        blocks = message["blocks"]
        texts = [block["text"] for block in blocks if "text" in block]
        texts += [part for block in blocks for part in block.get("fields", []) + block.get("elements", [])]
        limits = {"plain_text": 150, "mrkdwn": 3000}
        too_long = [text for text in texts if not 0 < len(text["text"]) <= limits[text["type"]]]
        if too_long or len(blocks) > 50 or sum(len(text["text"]) for text in texts) > 13_000:
            return Answer(400, b"invalid_blocks")
        if any(len(part["text"]) > 2000 for block in blocks for part in block.get("fields", [])):
            return Answer(400, b"invalid_blocks")
        return None

    def texts(self, message):
        return [part["text"] for part in _leaves(message, "text") if part.get("type") == "mrkdwn"]

    def is_harmless(self, text):
        return not re.search(r"<[!@#]", text)


class TeamsService(Service):
    channel = "teams"
    ok = Answer(202)
    gone = Answer(400, b'{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"trigger is not enabled"}}')

    def problem(self, request):
        card = request.json["attachments"][0]["content"]
        is_card = card["type"] == "AdaptiveCard" and card["body"]
        return None if is_card and len(request.body) <= 28 * 1024 else Answer(413, b"Payload too large")

    def is_harmless(self, text):
        return "<at>" not in text and "](http" not in text


class DiscordService(Service):
    channel = "discord"
    ok = Answer(204)
    gone = Answer(404, b'{"message": "Unknown Webhook", "code": 10015}')

    def problem(self, request):
        message = request.json
        embed = message["embeds"][0]
        fields = embed["fields"]
        is_long = utf16(embed["title"]) > 256 or utf16(embed["description"]) > 4096 or len(fields) > 25
        is_long |= any(not 0 < utf16(one["name"]) <= 256 or not 0 < utf16(one["value"]) <= 1024 for one in fields)
        total = utf16(embed["title"]) + utf16(embed["description"])
        total += sum(utf16(one["name"]) + utf16(one["value"]) for one in fields)
        notifies = message["allowed_mentions"] != {"parse": []}
        return Answer(400, b'{"embeds": ["0"]}') if is_long or total > 6000 or notifies else None

    def is_harmless(self, text):
        return not re.search(r"@(everyone|here|\d)", text)


class MattermostService(Service):
    channel = "mattermost"
    gone = Answer(404, b'{"id": "web.incoming_webhook.invalid.app_error"}')

    def problem(self, request):
        length = len(json.dumps(request.json["attachments"], ensure_ascii=False))
        return Answer(400, b"too long") if length > 7900 else None

    def is_harmless(self, text):
        return not re.search(r"@(channel|all|here|everyone)", text)


class RocketChatService(MattermostService):
    channel = "rocketchat"

    def problem(self, request):
        message = request.json
        texts = [message["text"], *(one["text"] for one in message["attachments"])]
        return Answer(400, b'{"success":false}') if any(len(text) > 5000 for text in texts) else None


class TelegramService(Service):
    channel = "telegram"
    path = f"/bot{TOKEN}/sendMessage"
    ok = Answer(200, b'{"ok": true, "result": {"message_id": 1}}')
    gone = Answer(403, b'{"ok": false, "error_code": 403, "description": "Forbidden: bot was kicked"}')

    def values(self, url):
        return {"token": TOKEN, "chat": "-1001234567890", "server": url}

    def secrets(self):
        return [TOKEN]

    def problem(self, request):
        message = request.json
        text = message["text"]
        tags = re.findall(r"</?([a-z]+)", text)
        is_balanced = len(tags) % 2 == 0 and set(tags) <= {"b", "a"}
        shown = re.sub(r"<[^>]*>", "", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        if not is_balanced or message["parse_mode"] != "HTML":
            return Answer(400, b'{"ok": false, "description": "Bad Request: can\'t parse entities"}')
        if utf16(shown) > 4096:
            return Answer(400, b'{"ok": false, "description": "Bad Request: message is too long"}')
        return None if message["chat_id"] == "-1001234567890" else Answer(400, b"{}")

    def is_harmless(self, text):
        return not re.search(r"@(channel|everyone)", text)


class NtfyService(Service):
    channel = "ntfy"
    path = "/"
    gone = Answer(403, b'{"code":40301,"http":403,"error":"forbidden"}')

    def values(self, url):
        return {"topic": "a-long-secret-topic", "server": url + "/", "token": "tk_secret"}

    def secrets(self):
        return ["a-long-secret-topic", "tk_secret"]

    def problem(self, request):
        message = request.json
        if request.headers.get("authorization") != "Bearer tk_secret":
            return Answer(403, b"forbidden")
        is_long = len(message["message"].encode()) > 4096 or len(message["actions"]) > 3
        return Answer(413, b"too large") if is_long else None

    def is_harmless(self, text):
        return True  # shown as it is


class MatrixService(Service):
    channel = "matrix"
    path = "/_matrix/client/v3/rooms/!room:example.org/send/m.room.message/"
    method = "PUT"
    ok = Answer(200, b'{"event_id": "$1"}')
    gone = Answer(403, b'{"errcode": "M_FORBIDDEN", "error": "User not in room"}')

    def values(self, url):
        return {"server": url, "room": "!room:example.org", "token": "syt_secret_token"}

    def secrets(self):
        return ["syt_secret_token"]

    def message_id(self, request):
        return request.path.rpartition("/")[2]

    def problem(self, request):
        if request.headers.get("authorization") != "Bearer syt_secret_token":
            return Answer(401, b'{"errcode": "M_UNKNOWN_TOKEN"}')
        event = json.dumps(request.json, ensure_ascii=False).encode()  # as the server signs it, with its own fields
        return Answer(413, b'{"errcode": "M_TOO_LARGE"}') if len(event) > 60_000 else None

    def is_harmless(self, text):
        return "@room" not in text and "@everyone" not in text


class WebhookService(Service):
    """Checks the signatures like a library of Standard Webhooks. `keys` are the secrets that it knows."""

    channel = "webhook"
    gone = Answer(410, b"")

    def __init__(self):
        self.keys = []

    def message_id(self, request):
        return request.headers["webhook-id"]

    def problem(self, request):
        if abs(time.time() - int(request.headers["webhook-timestamp"])) > 300:
            return Answer(400, b"too old")
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
        known = {
            base64.b64encode(hmac.new(base64.b64decode(key[6:]), signed, hashlib.sha256).digest()).decode()
            for key in self.keys
        }
        given = {one.removeprefix("v1,") for one in request.headers["webhook-signature"].split(" ")}
        if self.keys and not known & given:
            return Answer(400, b"no signature matches")
        return Answer(413, b"too large") if len(request.body) > 20_000 else None

    def is_harmless(self, text):
        return True  # data for a program


class WebPushService(Service):
    """A push service with one browser: checks the sender's signature and the size, and lets the browser decrypt."""

    channel = "webpush"
    path = "/push/secret-of-the-address"
    ok = Answer(201)
    gone = Answer(410, b"push subscription has unsubscribed or expired")

    def __init__(self):
        self.browser = Browser()

    def values(self, url):
        return {"endpoint": url + self.path, **self.browser.keys}

    def secrets(self):
        return ["secret-of-the-address", *self.browser.keys.values()]

    def message_id(self, request):
        return self.message(request)["tag"]

    def message(self, request):
        return json.loads(self.browser.decrypted(request.body))

    def problem(self, request):
        if len(request.body) > 4096:
            return Answer(413, b"payload too large")
        if not request.headers["ttl"].isdigit() or request.headers["content-encoding"] != "aes128gcm":
            return Answer(400, b"missing headers")
        origin = f"http://{request.headers['host']}"
        return None if is_signed(request.headers["authorization"], origin) else Answer(403, b"bad signature")

    def is_harmless(self, text):
        return True  # shown as it is


def _leaves(value, key):
    if isinstance(value, dict):
        if isinstance(value.get(key), str):
            yield value
        for one in value.values():
            yield from _leaves(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, key)


SERVICES = {
    service.channel: service
    for service in (
        SlackService,
        TeamsService,
        DiscordService,
        MattermostService,
        RocketChatService,
        TelegramService,
        NtfyService,
        MatrixService,
        WebhookService,
        WebPushService,
    )
}


class Receiver:
    """An HTTP server for one service. `answer` sets what the next request gets instead of the service's answer."""

    def __init__(self, service):
        self.service = service
        self.accepted, self.requests, self._answers = [], [], []
        self._released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = outer._respond(Request(self.command, unquote(self.path), headers, body))
                if answer is None:
                    outer._released.wait(30)
                    return
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            do_POST = do_PUT = do_GET = handle_any

            def log_message(self, *args):
                """Print no access log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    def answer(self, status, body=b"", **headers):
        self._answers.append(Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    def hang(self):
        """Let the next request wait for an answer that never comes."""
        self._answers.append(None)

    def _respond(self, request):
        self.requests.append(request)
        if self._answers:
            return self._answers.pop(0)
        if request.method != self.service.method or not request.path.startswith(self.service.path):
            return Answer(404, b"not here")
        problem = self.service.problem(request)
        if problem is None:
            self.accepted.append(request)
        return problem or self.service.ok

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
