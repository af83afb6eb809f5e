"""config/launcher/runner.py with its real children: embedded Postgres and Redis, web, workers, beat."""

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


def _restore_sigint():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


REMOVED_VARIABLES = (
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
    """A process of `python -m config.launcher.runner` on a folder and a port, with its output so far."""

    def __init__(self, folder, port, **environment):
        self.folder, self.port = folder, port
        self.log = folder.parent / f"run-{time.monotonic_ns()}.log"
        env = {name: value for name, value in os.environ.items() if name not in REMOVED_VARIABLES}
        env |= {"VIGIE_DATA_DIR": str(folder), "PORT": str(port), **environment}
        with self.log.open("w") as log:
            argv = [sys.executable, "-m", "config.launcher.runner"]
            # The launcher respects an ignored SIGINT, which background jobs of a shell pass on: not to these tests.
            self.process = subprocess.Popen(
                argv, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, preexec_fn=_restore_sigint
            )

    def output(self):
        return self.log.read_text()

    def wait_for(self, text, seconds=240):
        """Wait for `text`. The limit is for a start that never ends: next to other tests, one took over a minute."""
        deadline = time.monotonic() + seconds
        while text not in self.output():
            assert self.process.poll() is None and time.monotonic() < deadline, self.output()
            time.sleep(0.1)

    def descendants(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, *words):
        """Return the direct child whose command line contains all `words`."""
        children = psutil.Process(self.process.pid).children()
        return next(process for process in children if set(words) <= set(" ".join(process.cmdline()).split()))

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
    url = data_dir.current_run(folder).environment["DATABASE_URL"]
    with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        connection.commit()
        return cursor.fetchone() if cursor.description else None


@pytest.mark.slow
def test_run_restarts_crashed_programs_locks_its_folder_stops_fully_and_preserves_data(start, tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "data" / "postgres.log").touch(mode=0o644)
    run = start()
    run.wait_for("Vigie is ready")
    assert run.get("/healthz") == 200
    modes = {path.name: path.stat().st_mode & 0o777 for path in [run.folder, *run.folder.iterdir()]}
    assert {name for name, mode in modes.items() if mode & 0o077} == set()
    execute(run.folder, "CREATE TABLE answers AS SELECT 42 AS answer")

    script = "from django.conf import settings; from accounts.models import User as U; "
    script += "print(U.objects.count(), settings.SAMPLE_FEEDS_URL)"
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", script]
    environment = {name: value for name, value in os.environ.items() if name not in REMOVED_VARIABLES}
    environment["VIGIE_DATA_DIR"] = str(run.folder)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == f"1 http://127.0.0.1:{run.port}\n", done.stderr

    second = start(PORT="1")
    assert second.process.wait(20) == 1
    assert f"already runs on {run.folder}: process {run.process.pid} at" in second.output()

    for process in [run.child("gunicorn"), run.child("celery", "beat")]:
        process.kill()
    run.wait_for("web was killed by SIGKILL; restarting in 1 s")
    run.wait_for("beat was killed by SIGKILL; restarting in 1 s")
    deadline = time.monotonic() + 15
    while run.output().count("Booting worker") < 4:
        assert time.monotonic() < deadline, run.output()
        time.sleep(0.1)
    assert run.get("/healthz") == 200

    processes, begun = run.descendants(), time.monotonic()
    assert len(processes) > 10
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(10) == 0
    assert time.monotonic() - begun < 10
    assert alive_after(processes, 0.5) == []

    again = start()
    again.wait_for("Vigie is ready")
    assert execute(again.folder, "SELECT answer FROM answers") == (42,)
    if sys.platform == "linux":
        processes = again.descendants()
        again.process.kill()
        assert alive_after(processes, 10) == []


@pytest.mark.slow
def test_crashed_embedded_servers_restart_at_same_url(start):
    run = start(ALLOWED_HOSTS="vigie.example.com")  # the health check must not depend on it
    run.wait_for("Vigie is ready")
    environment = data_dir.current_run(run.folder).environment
    for name in ("postgres", "redis"):
        program = "valkey-server" if name == "redis" else "postgres"
        next(process for process in run.descendants() if process.name() == program).kill()
        run.wait_for(f"{name} was killed by SIGKILL")
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError):
            if run.get("/healthz") == 200 and "valkey-server" in [process.name() for process in run.descendants()]:
                break
        assert time.monotonic() < deadline, run.output()
        time.sleep(0.2)
    assert data_dir.current_run(run.folder).environment == environment
    run.process.send_signal(signal.SIGINT)
    time.sleep(0.7)
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(10) == 0


def test_stop_timeouts_add_up_to_less_than_ten_seconds(tmp_path):
    stops = {name: program.stops for name, program in runner.programs(tmp_path).items()}
    stops |= {"redis": runner.REDIS_STOPS, "postgres": runner.POSTGRES_STOPS}
    assert sorted(stops) == sorted(name for group in runner.STOP_ORDER for name in group)
    total = sum(max(sum(s for _, s in stops[name]) for name in group) for group in runner.STOP_ORDER)
    assert total <= 9


def test_run_fails_with_advice_when_port_is_in_use(start, port):
    with socket.create_server(("127.0.0.1", port)):
        run = start()
        assert run.process.wait(20) == 1
    assert f"Cannot listen on 127.0.0.1 port {port}: the port is already in use." in run.output()
    assert f"make run PORT={port + 1}" in run.output()


def test_run_fails_when_port_is_not_a_number(start):
    run = start(PORT="http")
    assert run.process.wait(20) == 1
    assert "PORT is 'http'; it must be a number" in run.output()


def test_run_fails_when_data_folder_is_a_file(start, tmp_path):
    (tmp_path / "data").touch()
    run = start()
    assert run.process.wait(20) == 1
    assert f"Cannot write to the data folder {tmp_path / 'data'}: File exists." in run.output()


def test_run_fails_when_database_is_unreachable(start):
    run = start(DATABASE_URL="postgres://nobody@127.0.0.1:1/none", REDIS_URL="redis://127.0.0.1:1/0")
    assert run.process.wait(30) == 1
    assert "Preparing the database failed with status 1" in run.output()
    assert not (run.folder / "postgres").exists()
