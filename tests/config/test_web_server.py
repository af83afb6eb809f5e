"""The web server of `make run`, really started, answers people while others open connections and stay silent."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from secrets import token_urlsafe

import psutil
import pytest
from django.db import connection
from django.urls import reverse

from config.web_worker import (
    HEADER_LIMIT_S,
    MAX_BODY_BYTES,
    MAX_CONNECTIONS,
    MAX_HEADER_BYTES,
    MAX_LARGE_REQUESTS,
    MAX_PICTURES_BYTES,
    WITH_PICTURES,
)
from tests.lookalikes.smtp import free_port
from workplace.post_pictures import MAX_PICTURES, MAX_UPLOAD_BYTES

pytestmark = pytest.mark.slow

HEAD = b"Host: 127.0.0.1\r\n"
KEY = token_urlsafe(50)
LARGE = b"GET /static/vendor/chartjs/chart.umd.min.js HTTP/1.1\r\n" + HEAD + b"\r\n"
LOGIN = b"POST /accounts/login/ HTTP/1.1\r\nCookie: csrftoken=" + b"a" * 32 + b"\r\n" + HEAD


class Server:
    """gunicorn with config/gunicorn.py on a port of its own, with the database of the tests."""

    def __init__(self, folder, **environment):
        database = connection.settings_dict
        self.port = free_port()
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
        settings = {
            "DATABASE_URL": url,
            "PORT": str(self.port),
            "SECRET_KEY": KEY,
            "STATIC_ROOT": str(folder),
        }
        argv = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
        # DEBUG serves static files without collecting them.
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                argv,
                env={**os.environ, **settings, "DEBUG": "true", "LOG_LEVEL": "WARNING", **environment},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while self.get("/healthz")[0] != 200:
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        with ThreadPoolExecutor(8) as people:  # the first pages of each process compile templates
            list(people.map(lambda _: self.get("/accounts/login/"), range(40)))

    def get(self, path, method="GET", timeout_s=10, **options):
        """Return the status (0 for none), the body and the headers of a response."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        with contextlib.closing(client):
            try:
                client.request(method, path, **options)
                response = client.getresponse()
                return response.status, response.read(), response.headers
            except (OSError, http.client.HTTPException):
                return 0, b"", {}

    def slow_wait(self, seconds=2):
        """Return how long a person waits at most for 19 of 20 pages during these seconds; 99 if one gets none."""
        waits, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            for path in ("/healthz", "/accounts/login/"):
                began = time.monotonic()
                status = self.get(path)[0]
                waits.append(time.monotonic() - began if status == 200 else 99)
        return max(waits) if 99 in waits else sorted(waits)[int(len(waits) * 0.95)]

    def connect(self, data=b""):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(5)
        client.connect(("127.0.0.1", self.port))
        client.sendall(data)
        return client

    @contextlib.contextmanager
    def under_attack(self, number, data, drip=b""):
        """Hold `number` connections that have sent `data`, and send `drip` on each every 0.3 s."""
        clients = [self.connect(data) for _ in range(number)]
        is_over = threading.Event()

        def send_drips():
            while not is_over.wait(0.3):
                for client in clients:
                    with contextlib.suppress(OSError):
                        client.sendall(drip)

        thread = threading.Thread(target=send_drips)
        if drip:
            thread.start()
        try:
            yield clients
        finally:
            is_over.set()
            if drip:
                thread.join()
            for client in clients:
                client.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        started = Server(tmp_path_factory.mktemp("web"))
    yield started
    started.stop()


ATTACKS = {
    "connections that send nothing": (b"", b""),
    "half a request line": (b"GET /acc", b""),
    "half of the headers": (b"GET / HTTP/1.1\r\n" + HEAD + b"X-Slow: ", b""),
    "headers that drip": (b"GET / HTTP/1.1\r\n" + HEAD + b"X-Slow: ", b"a"),
    "no body": (LOGIN + b"Content-Length: 9000\r\n\r\n", b""),
    "a body that drips": (LOGIN + b"Content-Length: 9000\r\n\r\nlogin=", b"a"),
    "a chunked body that drips": (LOGIN + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n", b"1\r\na\r\n"),
    "a body after 100 Continue that never comes": (LOGIN + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", b""),
    "responses that are not read": (LARGE, b""),
    "many requests whose responses are not read": (LARGE * 60, b""),
    "idle connections after a request": (b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n", b""),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_people_are_answered_within_a_second_during(server, name):
    data, drip = ATTACKS[name]
    with server.under_attack(200, data, drip):
        time.sleep(0.5)
        assert server.slow_wait() < 1, server.log.read_text()[-2000:]


def test_people_are_answered_with_more_connections_than_the_limit(server):
    data, drip = ATTACKS["headers that drip"]
    with server.under_attack(350, data, drip), server.under_attack(350, data), server.under_attack(350, b""):
        assert 2 * MAX_CONNECTIONS < 1050, "two processes"
        time.sleep(0.5)
        assert server.slow_wait() < 1, server.log.read_text()[-2000:]


def test_unfinished_headers_are_closed_after_the_limit_even_if_they_drip(server):
    data, drip = ATTACKS["headers that drip"]
    with server.under_attack(1, data, drip) as (client,):
        client.settimeout(HEADER_LIMIT_S + 10)
        began = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(100) == b""
        assert HEADER_LIMIT_S - 3 < time.monotonic() - began < HEADER_LIMIT_S + 8


def test_fifty_people_at_once_are_answered(server):
    began = time.monotonic()
    with ThreadPoolExecutor(50) as people:
        answers = list(people.map(lambda _: server.get("/accounts/login/", timeout_s=30)[0], range(500)))
    assert answers == [200] * 500
    assert time.monotonic() - began < 30


def test_requests_over_the_limits_are_refused(server):
    assert server.get("/healthz", headers={"X-Long": "a" * MAX_HEADER_BYTES})[0] == 431
    with contextlib.closing(server.connect(LOGIN + b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1))) as client:
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")
    chunk = b"%x\r\n%s\r\n" % (2**16, b"a" * 2**16)
    with contextlib.closing(server.connect(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n")) as client:
        with contextlib.suppress(OSError):
            for _ in range(MAX_BODY_BYTES // 2**16 + 2):
                client.sendall(chunk)
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")


NEW_POST = b"POST /p/1/calendar/posts/new HTTP/1.1\r\nCookie: csrftoken=" + b"a" * 32 + b"\r\n" + HEAD


def test_form_of_a_post_takes_all_its_pictures_at_their_largest(server):
    part = b'--x\r\nContent-Disposition: form-data; name="picture_%d"; filename="a.jpg"\r\n\r\n'
    parts = [part % number + b"a" * MAX_UPLOAD_BYTES + b"\r\n" for number in range(MAX_PICTURES)]
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": "csrftoken=" + "a" * 32}
    posted = {"method": "POST", "timeout_s": 60, "headers": headers}
    body = b"".join(parts) + b"--x--\r\n"
    assert server.get("/p/1/calendar/posts/new", body=body, **posted)[0] == 403, "without a token"
    with contextlib.closing(server.connect(NEW_POST + b"Content-Length: %d\r\n\r\n" % MAX_PICTURES_BYTES)) as client:
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_paths_that_take_pictures_are_those_of_the_application():
    pages = [reverse("post_new", args=[1]), reverse("post_edit", args=[1, 2]), reverse("post_tag_links", args=[1, 2])]
    assert all(WITH_PICTURES.fullmatch(path) for path in (*pages, reverse("api:add_picture", args=[1, 2])))
    assert not WITH_PICTURES.fullmatch("/accounts/login/")


def test_few_large_requests_are_received_at_one_time(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        server = Server(tmp_path, WEB_CONCURRENCY="1")
    unfinished = NEW_POST + b"Content-Length: %d\r\n\r\n" % (MAX_PICTURES_BYTES - 1)
    try:
        with server.under_attack(MAX_LARGE_REQUESTS, unfinished):
            server.get("/healthz")
            with contextlib.closing(server.connect(unfinished)) as client:
                assert client.recv(1000).startswith(b"HTTP/1.1 413 ")
        server.get("/healthz")
        with contextlib.closing(server.connect(unfinished)) as client:
            client.settimeout(1)
            with pytest.raises(TimeoutError):
                client.recv(1000)
    finally:
        server.stop()


def test_second_request_of_a_packet_is_dropped_with_the_connection(server):
    with contextlib.closing(server.connect(2 * (b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n"))) as client:
        received = b""
        while data := client.recv(10_000):
            received += data
    assert received.count(b"HTTP/1.1 200 OK") == 1
    assert b"Connection: close" in received


def test_responses_are_those_of_the_application(server):
    status, body, headers = server.get("/accounts/login/", method="HEAD")
    assert (status, body) == (200, b"")
    assert "Server" not in headers
    status, body, _ = server.get("/healthz", headers={"Connection": "keep-alive"})
    assert json.loads(body) == dict.fromkeys(("postgres", "redis", "alerts", "delivery", "bounces"), "ok")
    posted = {"body": "login=a&password=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    assert server.get("/accounts/login/", method="POST", **posted)[0] == 403, "without a token"


def test_headers_of_a_proxy_reach_the_application(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        server = Server(tmp_path, HTTPS="true", DEBUG="false", WEB_CONCURRENCY="1")
    try:
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        assert "Strict-Transport-Security" in server.get("/healthz", headers=forwarded)[2]
        assert "Strict-Transport-Security" not in server.get("/healthz")[2]
    finally:
        server.stop()


def test_stop_finishes_the_running_request_and_leaves_no_process(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        server = Server(tmp_path)
    processes = psutil.Process(server.process.pid).children()
    assert len(processes) == 2
    with contextlib.closing(server.connect(LOGIN + b"Content-Length: 5\r\n\r\nlogi")) as unfinished:
        clients = [server.connect(LARGE) for _ in range(4)]  # responses larger than the buffers of the sockets
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        for client in clients:
            received = 0
            while data := client.recv(65536):
                received += len(data)
                if received > 150_000:
                    break
            assert received > 150_000
            client.close()
        assert server.process.wait(30) == 0
        with contextlib.suppress(ConnectionResetError):
            assert unfinished.recv(100) == b""
    assert psutil.wait_procs(processes, 10)[1] == []


def test_processes_end_when_gunicorn_is_killed(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        server = Server(tmp_path)
    processes = psutil.Process(server.process.pid).children()
    server.process.kill()
    server.process.wait()
    assert psutil.wait_procs(processes, 20)[1] == []
