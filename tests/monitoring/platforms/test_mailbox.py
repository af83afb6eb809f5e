"""Mailboxes: sign-in, folders, new numbers, TLS and addresses, nothing changed in the mailbox."""

import threading
from dataclasses import replace
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from monitoring.platforms.registry import poll
from monitoring.records import PollJob
from outbound import ClientSettings, HttpClient
from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.mailbox import MailboxServer
from tests.monitoring.platforms.polling import Polls, source_of


@pytest.fixture
def server():
    with MailboxServer() as server:
        server.posts = make_posts(3)
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def test_mailbox_is_opened_read_only(server, polls):
    polls.poll()
    names = [command.split()[0] for command in server.commands]
    assert names == ["CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID", "UID", "LOGOUT"]
    assert "BODY.PEEK[]<0.500000>" in server.commands[-2]


def test_next_poll_asks_for_higher_numbers_only(server, polls):
    polls.poll()
    result = polls.poll()
    assert "UID SEARCH UID 4004:*" in server.commands
    assert (result.entries, result.requests, result.error) == ((), 0, None)


def test_messages_are_read_again_when_the_server_changes_their_numbers(server, polls):
    polls.poll()
    server.validity = 8
    result = polls.poll()
    assert len(result.entries) == 3
    assert len(polls.entries) == 3


def test_sign_in_without_plain_uses_login(server, polls):
    server.has_plain = False
    server.valid = {"password": "secret"}
    polls.secrets = {"password": "secret"}
    assert polls.poll().error is None
    assert any(command.startswith("LOGIN") for command in server.commands)


def test_unknown_folder_is_not_found(server, polls):
    polls.source = replace(polls.source, settings={**server.settings, "folder": 'Échos "A&B"'})
    assert polls.poll().error.code == "not_found"
    assert server.commands[-2] == 'EXAMINE "&AMk-chos \\"A&-B\\""'


def test_rejected_password_is_in_no_result(server, polls):
    polls.secrets = {"password": "another-secret"}
    result = polls.poll()
    assert result.error.code == "credential_rejected"
    assert "another-secret" not in repr(result)


def poll_with(server, base_url, **settings):
    job = PollJob(source_of(server), NOW, secrets=server.secrets, base_url=base_url)
    return poll(job, HttpClient(ClientSettings(total_timeout_s=2, **settings)))


def test_private_address_is_refused(server):
    assert poll_with(server, server.url, ca_file=server.ca_file).error.code == "private_address"


def test_unknown_certificate_is_refused(server):
    assert poll_with(server, server.url, allowed_hosts=frozenset({"127.0.0.1"})).error.code == "tls"


def test_server_without_tls_gets_no_password(server):
    received = []

    class Handler(StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"* OK ready\r\n")
            received.append(self.rfile.read(4_000))

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as plain:
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        url = f"https://127.0.0.1:{plain.server_address[1]}"
        result = poll_with(server, url, allowed_hosts=frozenset({"127.0.0.1"}))
        plain.shutdown()
    assert result.error.code == "tls"
    assert not any(server.secrets["password"].encode() in data for data in received)
