"""Run all of Vigie on one machine until Ctrl-C; `make run` starts this module.

In: VIGIE_DATA_DIR, HOST, PORT, and optionally DATABASE_URL, REDIS_URL and SECRET_KEY from the environment. Starts the
embedded Postgres and Redis where no URL is given, prepares the database, then keeps web, workers and beat alive and
prints their output. Out: exit status 0 when stopped, 1 on failure.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config.launcher import data_dir, embedded
from config.launcher.healthcheck import is_healthy
from config.launcher.supervisor import Child, Printer, StopRequest, Supervisor

BASE_DIR = Path(__file__).resolve().parents[2]
READY_LIMIT_S = 60
RecordProcesses = Callable[[list[tuple[int, float]]], None]  # process ID and creation time (Unix seconds) of each
# Signals and the seconds to wait after each. The groups of STOP_ORDER add up to 9 s, to stop within 10 s in total.
Stops = tuple[tuple[signal.Signals, float], ...]  # signals, each with a timeout in seconds
WEB_STOPS: Stops = ((signal.SIGTERM, 2.0),)
BEAT_STOPS: Stops = ((signal.SIGTERM, 1.0),)
STREAM_STOPS: Stops = ((signal.SIGTERM, 3.5),)
# SIGTERM lets a task finish; SIGQUIT returns it to the queue. An idle worker takes up to 2.5 s to end on 2 busy cores.
WORKER_STOPS: Stops = ((signal.SIGTERM, 3.5), (signal.SIGQUIT, 1.0))
REDIS_STOPS: Stops = ((signal.SIGTERM, 0.5),)
POSTGRES_STOPS: Stops = ((signal.SIGINT, 1.5), (signal.SIGQUIT, 0.5))
STOP_ORDER = (("web", "beat"), ("poll", "work", "send", "fetch", "stream"), ("redis",), ("postgres",))


class RunError(Exception):
    """A problem that ends the run; the message says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """Where the run keeps its data and listens."""

    data_dir: Path
    host: str
    port: int

    @property
    def address(self) -> str:
        """The URL to open in a browser."""
        local = {"127.0.0.1", "0.0.0.0", "::", "::1"}
        return f"http://{'localhost' if self.host in local else self.host}:{self.port}/"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of this run. Raises RunError if PORT is invalid."""
    port = environment.get("PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise RunError(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    data_dir = Path(environment.get("VIGIE_DATA_DIR") or BASE_DIR / "data").expanduser().absolute()
    return Settings(data_dir, environment.get("HOST") or "127.0.0.1", int(port))


def require_data_folder(settings: Settings) -> None:
    """Create the data folder if absent. Raises RunError if it is not writable."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (settings.data_dir / data_dir.LOCK).touch(mode=0o600)
    except OSError as error:
        raise RunError(f"Cannot write to the data folder {settings.data_dir}: {error.strerror}.") from error


def require_private_files(settings: Settings) -> None:
    """Close the data folder to other people. Raises RunError if that fails."""
    try:
        data_dir.repair_permissions(settings.data_dir)
    except OSError as error:
        problem = f"Cannot change the permissions in the data folder {settings.data_dir}: {error.strerror}."
        raise RunError(problem) from error


def require_free_port(settings: Settings) -> None:
    """Raise RunError if the web process could not listen on its port."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.create_server((settings.host, settings.port), family=family):
            pass
    except OSError as error:
        where = f"Cannot listen on {settings.host} port {settings.port}"
        if error.errno == errno.EADDRINUSE:
            advice = f"Stop the program that uses it, or choose another port: make run PORT={settings.port + 1}"
            raise RunError(f"{where}: the port is already in use. {advice}") from error
        raise RunError(f"{where}: {os.strerror(error.errno) if error.errno else error}.") from error


def start_servers(
    supervisor: Supervisor, settings: Settings, environment: Mapping[str, str], stop: StopRequest
) -> dict[str, str]:
    """Start Postgres and Redis where `environment` has no URL; return the URLs of the started ones."""
    urls = {}
    starters: dict[str, tuple[Callable[[Path], embedded.Service], Stops]] = {
        "DATABASE_URL": (embedded.start_postgres, POSTGRES_STOPS),
        "REDIS_URL": (embedded.start_redis, REDIS_STOPS),
    }
    for variable, (starter, stops) in starters.items():
        if environment.get(variable):
            continue
        with stop.interruptible():
            service = starter(settings.data_dir)
        supervisor.add(Child(service.name, partial(restart, service), stops, service.process))
        urls[variable] = service.url
    return urls


def restart(service: embedded.Service) -> subprocess.Popen:
    return service.restart().process


@dataclass(frozen=True)
class Program:
    """A command line, its stop signals with timeouts, and the signal it receives if the runner is killed."""

    argv: list[str]
    stops: tuple[tuple[signal.Signals, float], ...]
    death_signal: signal.Signals = signal.SIGTERM


def programs(data_dir: Path) -> dict[str, Program]:
    """Return web, workers and beat in start order; docker-compose.yml has the same command lines."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config.celery"]
    worker = [*celery, "worker", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    beat = [*celery, "beat", "--pidfile=", "--schedule", str(data_dir / "beat-schedule")]
    return {
        "web": Program([sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"], WEB_STOPS),
        # Polling, sending and fetching for people have their own workers, so slow hosts delay nothing else. Without
        # the runner, workers get SIGKILL: Celery's own shutdown waits for Redis, forever if Redis has ended first, and
        # a killed worker loses no data.
        "poll": Program([*worker, "-Q", "poll", "-c", "2", "-n", "poll@%h"], WORKER_STOPS, signal.SIGKILL),
        "work": Program([*worker, "-Q", "enrich,alert", "-c", "1", "-n", "work@%h"], WORKER_STOPS, signal.SIGKILL),
        "send": Program([*worker, "-Q", "deliver", "-c", "1", "-n", "send@%h"], WORKER_STOPS, signal.SIGKILL),
        "fetch": Program(
            [*worker, "-Q", "fetch", "-P", "threads", "-c", "8", "-n", "fetch@%h"], WORKER_STOPS, signal.SIGKILL
        ),
        # Idle until a project has a source of it.
        "stream": Program([sys.executable, "manage.py", "read_jetstream"], STREAM_STOPS),
        "beat": Program(beat, BEAT_STOPS),
    }


def child(supervisor: Supervisor, name: str, program: Program) -> Child:
    return Child(name, partial(supervisor.launch, name, program.argv, program.death_signal), program.stops)


def supervise(
    supervisor: Supervisor, settings: Settings, stop: StopRequest, printer: Printer, record: RecordProcesses
) -> None:
    """Print output and restart crashed programs until asked to stop; announce once that the pages respond."""
    late_at, is_reported, is_ready, recorded_starts = time.monotonic() + READY_LIMIT_S, False, False, 0
    while not stop.count:
        supervisor.print_output()
        if reason := supervisor.restart_crashed():
            raise RunError(f"{reason}; see its output above or the logs in {settings.data_dir}.")
        if recorded_starts != supervisor.starts:
            recorded_starts = supervisor.starts
            record(supervisor.processes())
        if not is_ready and is_healthy(settings.host, settings.port, timeout_s=1):
            is_ready = True
            printer.write(banner(settings))
        if not is_ready and not is_reported and time.monotonic() > late_at:
            is_reported = True
            printer.print_lines("vigie", f"{settings.address} has not responded for {READY_LIMIT_S} s; still waiting.")


def banner(settings: Settings) -> str:
    lines = [f"Vigie is ready: {settings.address}", f"Data: {settings.data_dir}", "Ctrl-C stops everything."]
    rule = "-" * max(map(len, lines))
    return "\n".join(["", rule, *lines, rule, "", ""])


def record_run(settings: Settings, environment: dict[str, str], children: list[tuple[int, float]]) -> None:
    """Write run.json for a second run, for commands in another terminal, and for the run after a crash."""
    run = data_dir.Run(os.getpid(), settings.address, environment, children)
    data_dir.write_run(settings.data_dir, run)


def prepare(supervisor: Supervisor, step: str, problem: str) -> bool:
    """Run config/launcher/prepare.py. Return False if stopped meanwhile; raise RunError(`problem`) if it fails."""
    argv = [sys.executable, "-m", "config.launcher.prepare", *filter(None, [step])]
    status = supervisor.run_to_end(supervisor.launch("prepare", argv, signal.SIGTERM))
    if status:
        raise RunError(problem)
    return status is not None


def run(settings: Settings, stop: StopRequest, printer: Printer) -> None:
    """Start everything, supervise it, and stop it. The caller has locked the data folder."""
    if killed := data_dir.kill_leftovers(settings.data_dir):
        printer.print_lines("vigie", f"killed {killed} processes left behind by an earlier run")
    environment = os.environ
    supervisor = Supervisor(stop, printer)
    try:
        # With the port, from which commands derive the URLs of pages and sample feeds.
        shared = {"SECRET_KEY": environment.get("SECRET_KEY") or data_dir.secret_key(settings.data_dir)}
        shared["PORT"] = str(settings.port)
        supervisor.environment = {
            **environment,
            **shared,
            "VIGIE_DATA_DIR": str(settings.data_dir),
            "HOST": settings.host,
            "WEB_GRACEFUL_TIMEOUT_S": "1",
            "PYTHONUNBUFFERED": "1",
            # Celery warns twice when run by root because of pickled tasks, which Vigie does not accept.
            "PYTHONWARNINGS": environment.get("PYTHONWARNINGS") or "ignore:You're running the worker",
        }
        if not prepare(supervisor, "check", "A setting is invalid: change it and start again."):
            return
        require_free_port(settings)
        urls = start_servers(supervisor, settings, environment, stop)
        supervisor.environment = {**supervisor.environment, **urls}
        record = partial(record_run, settings, {**shared, **urls})
        record([])
        if not prepare(supervisor, "", "Preparing the database failed with status 1: see the lines above."):
            return
        for name, program in programs(settings.data_dir).items():
            supervisor.add(child(supervisor, name, program))
        supervise(supervisor, settings, stop, printer, record)
    finally:
        printer.print_lines("vigie", "stopping")
        supervisor.stop(STOP_ORDER)
        printer.print_lines("vigie", "stopped")


def main() -> int:
    """Run until stopped; return the exit status."""
    os.umask(0o077)  # private files, also those of the child processes
    stop = StopRequest()
    stop.install()
    printer = Printer(stop)
    try:
        settings = read_settings(os.environ)
        require_data_folder(settings)
        with data_dir.locked(settings.data_dir) as is_locked:
            if not is_locked:
                other = data_dir.read_run(settings.data_dir)
                who = f"process {other.pid} at {other.address}" if other else "another process, just starting"
                raise RunError(f"Vigie already runs on {settings.data_dir}: {who}.")
            require_private_files(settings)
            run(settings, stop, printer)
    except KeyboardInterrupt:
        return 0
    except (RunError, embedded.EmbeddedError) as error:
        printer.print_lines("vigie", str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
