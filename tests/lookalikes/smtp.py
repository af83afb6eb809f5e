"""A real SMTP server on 127.0.0.1, and the fixtures that use it."""

import email
import email.policy
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from aiosmtpd.controller import Controller


class Mailbox:
    """An SMTP handler that stores accepted messages in `received`: (recipients, message) pairs; `senders` are those of
    their envelopes.

    `responses` are (step, response) pairs such as ("RCPT", "550 ..."); each replaces one acceptance at that step.
    """

    def __init__(self):
        self.received = []
        self.senders = []
        self.responses = []
        self.delay_s = 0
        self.attempts = 0

    def _next_response(self, step):
        if self.responses and self.responses[0][0] == step:
            return self.responses.pop(0)[1]
        return None

    async def handle_MAIL(self, server, session, envelope, address, options):
        if refusal := self._next_response("MAIL"):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.attempts += 1
        if refusal := self._next_response("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.delay_s:
            time.sleep(self.delay_s)
        if refusal := self._next_response("DATA"):
            return refusal
        self.senders.append(envelope.mail_from)
        self.received.append(
            (envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default))
        )
        return "250 OK"

    @property
    def messages(self):
        return [message for _, message in self.received]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def encrypted_server(scheme, certificate):
    """A mailbox behind STARTTLS ("smtp+tls") or TLS ("smtps"), and its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    options = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


class HangingServer:
    """A mail server that accepts connections and says nothing, or with `drips` one character of its greeting each."""

    def __init__(self, port=0, drips_every_s=0.0):
        self.connections = 0
        self._drips_every_s = drips_every_s
        self._is_stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._hang, args=[accepted], daemon=True).start()

    def _hang(self, accepted):
        with accepted, suppress(OSError):
            while not self._is_stopped.wait(self._drips_every_s or 0.05):
                if self._drips_every_s:
                    accepted.sendall(b"2")

    def stop(self):
        self._is_stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def hanging_server():
    """`hanging_server(port=0, drips_every_s=0)` starts one."""
    servers = []

    def start(**options):
        servers.append(HangingServer(**options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@contextmanager
def serve_mailbox(port, mailbox=None):
    """A mailbox on this port, of another class if one is given."""
    mailbox = mailbox or Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@pytest.fixture
def mailbox(settings):
    """A mail server that EMAIL_URL points to."""
    port = free_port()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_BACKEND = "delivery.email_backend.OutboxBackend"
    settings.DEFAULT_FROM_EMAIL = "Vigie <vigie@vigie.example>"
    settings.BASE_URL = "https://vigie.example"
    with serve_mailbox(port) as mailbox:
        yield mailbox


@pytest.fixture
def send_outbox():
    """The task that the scheduler runs every few seconds."""
    from delivery.tasks import send_outbox

    return send_outbox
