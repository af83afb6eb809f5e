"""The command behind `make run`, with its real children: an embedded Postgres and Redis, web, workers, beat."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg2
import pytest

from config.launcher import data_dir, runner
from tests.config.launcher.waiting import alive_after

ROOT = Path(__file__).resolve().parents[3]
OWN = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "STATIC_ROOT",
    "HOST",
    "PORT",
    "SAMPLE_FEEDS_URL",
    "DJANGO_SETTINGS_MODULE",
)


class Run:
    """`python -m config.launcher.runner` on a folder and a port, and what it has printed so far."""

    def __init__(self, folder, port, **environment):
        self.folder, self.port = folder, port
        self.log = folder.parent / f"run-{time.monotonic_ns()}.log"
        env = {name: value for name, value in os.environ.items() if name not in OWN}
        env |= {"VIGIE_DATA_DIR": str(folder), "PORT": str(port), **environment}
        with self.log.open("w") as output:
            argv = [sys.executable, "-m", "config.launcher.runner"]
            self.process = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)

    def printed(self):
        return self.log.read_text()

    def until(self, text, seconds=60):
        deadline = time.monotonic() + seconds
        while text not in self.printed():
            assert self.process.poll() is None and time.monotonic() < deadline, self.printed()
            time.sleep(0.1)

    def descendants(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, *words):
        """The child itself whose command line has all `words`, not the processes that it forked."""
        own = psutil.Process(self.process.pid).children()
        return next(process for process in own if set(words) <= set(" ".join(process.cmdline()).split()))

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": "127.0.0.1"})
            return connection.getresponse().status


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def start(tmp_path, port):
    runs = []

    def launch(**environment):
        runs.append(Run(tmp_path / "data", port, **environment))
        return runs[-1]

    yield launch
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()


def execute(folder, sql):
    url = data_dir.live_run(folder).environment["DATABASE_URL"]
    with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        connection.commit()
        return cursor.fetchone() if cursor.description else None


@pytest.mark.slow
def test_a_run_mends_itself_says_who_holds_the_folder_stops_whole_and_finds_its_data_again(start, tmp_path):
    run = start()
    run.until("Vigie is ready")
    assert run.get("/healthz") == 200
    execute(run.folder, "CREATE TABLE kept AS SELECT 42 AS answer")

    question = "from django.conf import settings; from accounts.models import User as U; "
    question += "print(U.objects.count(), settings.SAMPLE_FEEDS_URL)"
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", question]
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    environment["VIGIE_DATA_DIR"] = str(run.folder)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == f"1 http://127.0.0.1:{run.port}\n", done.stderr

    second = start(PORT="1")
    assert second.process.wait(20) == 1
    assert f"already runs on {run.folder}: process {run.process.pid} at" in second.printed()

    for process in [run.child("gunicorn"), run.child("celery", "beat")]:
        process.kill()
    run.until("web was killed by SIGKILL; starting it again in 1 s")
    run.until("beat was killed by SIGKILL; starting it again in 1 s")
    deadline = time.monotonic() + 15
    while run.printed().count("Booting worker") < 4:
        assert time.monotonic() < deadline, run.printed()
        time.sleep(0.1)
    assert run.get("/healthz") == 200

    started, begun = run.descendants(), time.monotonic()
    assert len(started) > 10
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(10) == 0
    assert time.monotonic() - begun < 10
    assert alive_after(started, 0.5) == []

    again = start()
    again.until("Vigie is ready")
    assert execute(again.folder, "SELECT answer FROM kept") == (42,)
    if sys.platform == "linux":
        left = again.descendants()
        again.process.kill()
        assert alive_after(left, 10) == []


@pytest.mark.slow
def test_embedded_servers_that_crash_come_back_at_their_address(start):
    run = start(ALLOWED_HOSTS="vigie.example.com")  # under which the health check must work, too
    run.until("Vigie is ready")
    former = data_dir.live_run(run.folder).environment
    for name in ("postgres", "redis"):
        program = "redis-server" if name == "redis" else "postgres"
        next(process for process in run.descendants() if process.name() == program).kill()
        run.until(f"{name} was killed by SIGKILL")
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError):
            if run.get("/healthz") == 200 and "redis" in [process.name()[:5] for process in run.descendants()]:
                break
        assert time.monotonic() < deadline, run.printed()
        time.sleep(0.2)
    assert data_dir.live_run(run.folder).environment == former
    run.process.send_signal(signal.SIGINT)
    time.sleep(0.7)
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(10) == 0


def test_the_patience_of_a_stop_adds_up_to_less_than_ten_seconds(tmp_path):
    stops = {name: program.stops for name, program in runner.programs(tmp_path).items()}
    stops |= {"redis": runner.REDIS_STOPS, "postgres": runner.POSTGRES_STOPS}
    assert sorted(stops) == sorted(name for group in runner.STOP_ORDER for name in group)
    total = sum(max(sum(s for _, s in stops[name]) for name in group) for group in runner.STOP_ORDER)
    assert total <= 9


def test_a_port_in_use_ends_the_run_with_advice(start, port):
    with socket.create_server(("127.0.0.1", port)):
        run = start()
        assert run.process.wait(20) == 1
    assert f"Cannot listen on 127.0.0.1 port {port}: Address already in use." in run.printed()
    assert f"make run PORT={port + 1}" in run.printed()


def test_a_port_that_is_no_number_is_refused_in_plain_words(start):
    run = start(PORT="http")
    assert run.process.wait(20) == 1
    assert "PORT is 'http'; it must be a number" in run.printed()


def test_a_data_folder_that_is_a_file_is_refused_in_plain_words(start, tmp_path):
    (tmp_path / "data").touch()
    run = start()
    assert run.process.wait(20) == 1
    assert f"Cannot write to the data folder {tmp_path / 'data'}: File exists." in run.printed()


def test_a_database_that_cannot_be_reached_ends_the_run_with_status_1(start):
    run = start(DATABASE_URL="postgres://nobody@127.0.0.1:1/none", REDIS_URL="redis://127.0.0.1:1/0")
    assert run.process.wait(30) == 1
    assert "Preparing the database ended with status 1" in run.printed()
    assert not (run.folder / "postgres").exists()
