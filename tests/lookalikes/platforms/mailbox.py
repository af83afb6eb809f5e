"""A mail server: IMAP over TLS with one folder, whose messages have numbers. Each FETCH counts as a request."""

import base64
import re
import socketserver
import ssl
import tempfile
import time
from email.message import EmailMessage
from functools import cache
from typing import Any

import trustme

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply

FIRST_UID = 4_000


class MailboxServer(PlatformServer):
    sends_json = False
    platform = "email"
    settings = {"host": "imap.example.com", "user": "ada@example.com", "folder": "INBOX"}
    secrets = {"password": "mot de passe d’Ada"}
    lacks = frozenset({"likes", "replies", "shares", "views", "rating"})
    page_size = 20
    failures = {
        "refused": (Reply(b"NO [SERVERBUG] Internal error"), "server_error"),
        "unavailable": (Reply(b"NO [UNAVAILABLE] Try later"), "unavailable"),
        "unknown command": (Reply(b"BAD Unknown command"), "protocol"),
        "no IMAP": (Reply(b"* <html>\r\n{99999999999999}"), "protocol"),
        "closed": (Reply(b""), "protocol"),
        "slow": (Reply(b"OK done", delay_s=3), "timeout"),
    }
    validity = 7
    has_plain = True

    def __init__(self) -> None:
        super().__init__()
        self.ca_file = _authority()[1]
        self.commands: list[str] = []

    def _listen(self) -> Any:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Session(outer, self.rfile, self.wfile).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

            def get_request(self) -> Any:
                sock, address = super().get_request()
                return _context().wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, *args: Any) -> None:
                """Print no traceback: clients may leave at any time."""

        self.scheme = "https"
        return Server(("127.0.0.1", 0), Handler)

    def respond(self, request: Received) -> Reply:
        return Reply(b"OK done")

    def rate_limited(self) -> Reply:
        return Reply(b"NO [LIMIT] Too many requests")

    def fail(self, status: int = 500, body: Any = b"", times: int = 1, **reply: Any) -> None:
        super().fail(status, b"NO [SERVERBUG] Internal error", times)

    def native_id(self, post: Post) -> str:
        return f"{post.number}@lists.example"

    def permalink(self, post: Post) -> str:
        return f"https://lists.example/{post.number}"

    def message(self, post: Post) -> bytes:
        if post.number in self.malformed:
            return b""
        message = EmailMessage()
        message["Message-ID"] = f"<{self.native_id(post)}>"
        message["From"] = f"{post.name} <{post.author}@example.com>"
        message["To"] = "press@example.com"
        message["Subject"] = post.title
        message["Date"] = post.published
        message["Archived-At"] = f"<{self.permalink(post)}>"
        message["List-Id"] = "La lettre <lettre.lists.example>"
        message.set_content(f"{post.text}\n")
        message.add_attachment(b"%PDF lumen", maintype="application", subtype="pdf", filename="lumen.pdf")
        return message.as_bytes()

    def uids(self) -> dict[int, Post]:
        return {FIRST_UID + post.number: post for post in self.visible(newest_first=False)}


class _Session:
    """The commands of one connection."""

    def __init__(self, server: MailboxServer, reader: Any, writer: Any) -> None:
        self.server, self.reader, self.writer = server, reader, writer

    def run(self) -> None:
        self._send(b"* OK ready")
        while line := self.reader.readline():
            tag, _, command = line.strip().partition(b" ")
            name = command.decode("utf-8", "replace")
            self.server.commands.append(re.sub(r"(LOGIN \S+) .*", r"\1", name))
            status = self._answer(name)
            if status.startswith(b"* ") or not status:
                self.writer.write(status)
                return
            self._send(tag + b" " + status)
            if name == "LOGOUT":
                return

    def _send(self, line: bytes) -> None:
        self.writer.write(line + b"\r\n")

    def _answer(self, command: str) -> bytes:
        name, _, rest = command.partition(" ")
        if name == "UID":
            name, _, rest = rest.partition(" ")
        return getattr(self, f"_{name.lower()}", self._unknown)(rest)

    def _unknown(self, rest: str) -> bytes:
        return b"BAD Unknown command"

    def _capability(self, rest: str) -> bytes:
        self._send(b"* CAPABILITY IMAP4rev1" + (b" AUTH=PLAIN" if self.server.has_plain else b""))
        return b"OK done"

    def _authenticate(self, rest: str) -> bytes:
        self._send(b"+ ")
        _, user, password = base64.b64decode(self.reader.readline()).decode().split("\0")
        return self._welcome(user, password)

    def _login(self, rest: str) -> bytes:
        user, _, password = rest.partition(" ")
        return self._welcome(user, password.strip('"'))

    def _welcome(self, user: str, password: str) -> bytes:
        is_right = (user, password) == (self.server.settings["user"], self.server.valid["password"])
        return b"OK welcome" if is_right else b"NO [AUTHENTICATIONFAILED] Invalid credentials"

    def _examine(self, rest: str) -> bytes:
        if rest != '"INBOX"':
            return b"NO [NONEXISTENT] Unknown mailbox"
        self._send(b"* %d EXISTS" % len(self.server.uids()))
        self._send(b"* OK [UIDVALIDITY %d] valid" % self.server.validity)
        return b"OK [READ-ONLY] done"

    def _search(self, rest: str) -> bytes:
        uids = list(self.server.uids())
        if rest.startswith("UID "):
            first = int(rest.removeprefix("UID ").partition(":")[0])
            # "first:*" has the last message in any case.
            uids = [uid for uid in uids if uid >= first] or uids[-1:]
        else:
            assert re.fullmatch(r"SINCE \d{1,2}-[A-Z][a-z]{2}-\d{4}", rest)
        self._send(b"* SEARCH " + " ".join(map(str, uids)).encode())
        return b"OK done"

    def _fetch(self, rest: str) -> bytes:
        numbers, _, parts = rest.partition(" ")
        request = Received("FETCH", numbers, {}, {})
        self.server.requests.append(request)
        reply = self.server._reply(request)
        time.sleep(reply.delay_s)
        if reply.body == b"OK done":
            assert "BODY.PEEK[]" in parts
            for uid, post in self.server.uids().items():
                if str(uid) in numbers.split(","):
                    self._send_message(uid, post)
        return reply.body

    def _send_message(self, uid: int, post: Post) -> None:
        message, internal = self.server.message(post), post.published.strftime("%d-%b-%Y %H:%M:%S +0000")
        head = f'* {uid - FIRST_UID} FETCH (UID {uid} INTERNALDATE "{internal}" BODY[]<0> {{{len(message)}}}\r\n'
        self.writer.write(head.encode() + message + b")\r\n")

    def _logout(self, rest: str) -> bytes:
        self._send(b"* BYE")
        return b"OK done"


@cache
def _authority() -> tuple[trustme.CA, str]:
    authority = trustme.CA()
    with tempfile.NamedTemporaryFile(suffix=".pem", delete=False) as file:
        authority.cert_pem.write_to_path(file.name)
    return authority, file.name


@cache
def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority()[0].issue_cert("127.0.0.1").configure_cert(context)
    return context
