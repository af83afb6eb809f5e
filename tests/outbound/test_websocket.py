"""Test streams against the rules of the HTTP client: addresses, TLS, time, size."""

import json
import logging
import socket
import ssl
import threading
import time

import pytest
import trustme
from websockets.sync.server import serve

from outbound import ClientSettings, HttpClient
from outbound.websocket import QUEUED, StreamFailed, open_stream

LOOPBACK = frozenset({"127.0.0.0/8"})
QUIET = logging.getLogger("tests.websocket")
QUIET.setLevel(logging.CRITICAL)


def client(**changes):
    return HttpClient(ClientSettings(**{"total_timeout_s": 1, "allowed_hosts": LOOPBACK, **changes}))


@pytest.fixture
def listen():
    servers = []

    def start(handler, **options):
        server = serve(handler, "127.0.0.1", 0, logger=QUIET, compression=None, **options)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        scheme = "https" if options.get("ssl") else "http"
        return f"{scheme}://127.0.0.1:{server.socket.getsockname()[1]}"

    yield start
    for server in servers:
        server.shutdown()


def code_of(url, http_client=None, max_message=1_000):
    """Return the code of the error that ends a stream."""
    try:
        with open_stream(http_client or client(), url, max_message) as stream:
            while stream.receive(1) is not None:
                pass
    except StreamFailed as failure:
        return failure.error.code
    return ""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "0x7f.1"])
def test_private_address_is_refused(host):
    assert code_of(f"http://{host}:8765/", client(allowed_hosts=frozenset())) in ("private_address", "bad_url")


def test_url_that_is_no_web_address_is_refused():
    assert code_of("ftp://127.0.0.1/") == "bad_url"
    assert code_of("ws://127.0.0.1/") == "bad_url"


def test_refused_connection_is_an_error(listen):
    url = listen(lambda connection: None)
    port = int(url.rpartition(":")[2])
    assert code_of(f"http://127.0.0.2:{port}/") == "connect"


def test_certificate_is_verified(listen, tmp_path):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    url = listen(lambda connection: connection.send("hello"), ssl=context)
    assert code_of(url) == "tls"
    with open_stream(client(ca_file=str(tmp_path / "ca.pem")), url, 1_000) as stream:
        assert stream.receive(1) == b"hello"


def test_message_beyond_the_limit_is_refused(listen):
    url = listen(lambda connection: connection.send("x" * 1_001))
    assert code_of(url) == "too_large"
    url = listen(lambda connection: connection.send(iter(["x" * 400] * 3)))
    assert code_of(url) == "too_large"


def test_end_by_the_server_is_an_error(listen):
    url = listen(lambda connection: connection.close(1001, "restarting"))
    assert code_of(url) == "connect"


def test_malformed_frame_is_an_error(listen):
    url = listen(lambda connection: connection.socket.sendall(b"\xff\xff\xff\xff") or time.sleep(0.5))
    assert code_of(url) == "protocol"


def test_server_that_sends_no_response_is_a_timeout(listen):
    with socket.create_server(("127.0.0.1", 0)) as plain:
        started = time.monotonic()
        assert code_of(f"http://127.0.0.1:{plain.getsockname()[1]}/") == "timeout"
        assert time.monotonic() - started < 5


def test_server_waits_while_nothing_is_read(listen):
    sent = []

    def send(connection):
        for number in range(100_000):
            connection.send(json.dumps({"number": number, "text": "x" * 900}))
            sent.append(number)

    with open_stream(client(), listen(send), 1_000) as stream:
        assert stream.receive(1)
        before = -1
        while len(sent) != before:
            before = len(sent)
            time.sleep(0.5)
        # The queue, and the buffers of both sockets.
        assert QUEUED < before < 50_000
        for number in range(1, 1_000):
            assert json.loads(stream.receive(1))["number"] == number
