"""`make run`: everything Vigie needs, from one command, until Ctrl-C.

In: the environment (VIGIE_DATA_DIR, HOST, PORT, and DATABASE_URL, REDIS_URL, SECRET_KEY where set). Starts what
is missing of Postgres and Redis, prepares the database, then keeps web, workers and beat alive and prints what
they say. Out: status 0 when asked to stop, 1 when it cannot go on.
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
from config.launcher.healthcheck import answers
from config.launcher.supervisor import Child, Printer, StopRequest, Supervisor

BASE_DIR = Path(__file__).resolve().parents[2]
READY_LIMIT_S = 60
Note = Callable[[list[tuple[int, float]]], None]
# The patience of the groups of STOP_ORDER adds up to 9 s: a stop must be over, SIGKILLs included, in 10.
WEB_STOPS = ((signal.SIGTERM, 2.0),)
BEAT_STOPS = ((signal.SIGTERM, 1.0),)
# SIGTERM lets a task finish; SIGQUIT gives it back to the queue.
# An idle worker takes up to 2.5 s to end, on two busy cores.
WORKER_STOPS = ((signal.SIGTERM, 3.5), (signal.SIGQUIT, 1.0))
REDIS_STOPS = ((signal.SIGTERM, 0.5),)
POSTGRES_STOPS = ((signal.SIGINT, 1.5), (signal.SIGQUIT, 0.5))
STOP_ORDER = (("web", "beat"), ("poll", "work"), ("redis",), ("postgres",))


class CannotRun(Exception):
    """Ends the run; the message says why and what to do."""


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    host: str
    port: int

    @property
    def address(self) -> str:
        named = {"127.0.0.1", "0.0.0.0", "::", "::1"}
        return f"http://{'localhost' if self.host in named else self.host}:{self.port}/"


def read_settings(environment: Mapping[str, str]) -> Settings:
    port = environment.get("PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotRun(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    data_dir = Path(environment.get("VIGIE_DATA_DIR") or BASE_DIR / "data").expanduser().absolute()
    return Settings(data_dir, environment.get("HOST") or "127.0.0.1", int(port))


def require_data_folder(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (settings.data_dir / data_dir.LOCK).touch()
    except OSError as error:
        raise CannotRun(f"Cannot write to the data folder {settings.data_dir}: {error.strerror}.") from error


def require_free_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.create_server((settings.host, settings.port), family=family):
            pass
    except OSError as error:
        advice = (
            f" Stop the program that uses it, or choose another: make run PORT={settings.port + 1}"
            if error.errno == errno.EADDRINUSE
            else ""
        )
        why = os.strerror(error.errno) if error.errno else str(error)
        raise CannotRun(f"Cannot listen on {settings.host} port {settings.port}: {why}.{advice}") from error


def start_servers(
    supervisor: Supervisor, settings: Settings, environment: Mapping[str, str], stop: StopRequest
) -> dict[str, str]:
    """Start the servers whose URL is not given. The URLs of those started."""
    urls = {}
    starters = {
        "DATABASE_URL": (embedded.start_postgres, POSTGRES_STOPS),
        "REDIS_URL": (embedded.start_redis, REDIS_STOPS),
    }
    for variable, (starter, stops) in starters.items():
        if environment.get(variable):
            continue
        with stop.interrupting():
            service = starter(settings.data_dir)
        supervisor.add(Child(service.name, partial(start_again, service), stops, service.process))
        urls[variable] = service.url
    return urls


def start_again(service: embedded.Service) -> subprocess.Popen:
    return service.start_again().process


@dataclass(frozen=True)
class Program:
    """`orphaned` is what it gets when the runner is killed: nobody is left to be patient then."""

    argv: list[str]
    stops: tuple[tuple[signal.Signals, float], ...]
    orphaned: signal.Signals = signal.SIGTERM


def programs(data_dir: Path) -> dict[str, Program]:
    """Web, workers and beat, in the order in which they start; docker-compose.yml has the same."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config.celery"]
    worker = [*celery, "worker", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    beat = [*celery, "beat", "--pidfile=", "--schedule", str(data_dir / "beat-schedule")]
    return {
        "web": Program([sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"], WEB_STOPS),
        # One worker polls and the other does the rest: a round of slow hosts never holds up an alert. Celery's own
        # way of stopping waits for Redis, for ever where Redis has gone first; a killed worker loses nothing.
        "poll": Program([*worker, "-Q", "poll", "-c", "2", "-n", "poll@%h"], WORKER_STOPS, signal.SIGKILL),
        "work": Program([*worker, "-Q", "enrich,deliver", "-c", "1", "-n", "work@%h"], WORKER_STOPS, signal.SIGKILL),
        "beat": Program(beat, BEAT_STOPS),
    }


def child(supervisor: Supervisor, name: str, program: Program) -> Child:
    return Child(name, partial(supervisor.launch, name, program.argv, program.orphaned), program.stops)


def watch(supervisor: Supervisor, settings: Settings, stop: StopRequest, printer: Printer, note: Note) -> None:
    """Until asked to stop: print, restart what crashed, and say once that the pages answer."""
    late_at, said_late, ready, noted = time.monotonic() + READY_LIMIT_S, False, False, 0
    while not stop.count:
        supervisor.print_output()
        if reason := supervisor.restart_crashed():
            raise CannotRun(f"{reason}; what it said is above or in the logs in {settings.data_dir}.")
        if noted != supervisor.starts:
            noted = supervisor.starts
            note(supervisor.processes())
        if not ready and answers(settings.host, settings.port, timeout_s=1):
            ready = True
            printer.write(banner(settings))
        if not ready and not said_late and time.monotonic() > late_at:
            said_late = True
            printer.say("vigie", f"{settings.address} has not answered for {READY_LIMIT_S} s; still trying.")


def banner(settings: Settings) -> str:
    lines = [f"Vigie is ready: {settings.address}", f"Data: {settings.data_dir}", "Ctrl-C stops everything."]
    rule = "-" * max(map(len, lines))
    return "\n".join(["", rule, *lines, rule, "", ""])


def write_down(settings: Settings, environment: dict[str, str], children: list[tuple[int, float]]) -> None:
    """Leave on disk what a second run, a command beside this one, and the run after a kill need to know."""
    run = data_dir.Run(os.getpid(), settings.address, environment, children)
    data_dir.write_run(settings.data_dir, run)


def run(settings: Settings, stop: StopRequest, printer: Printer) -> None:
    """The whole run, on a data folder that is ours alone."""
    if ended := data_dir.end_leftovers(settings.data_dir):
        printer.say("vigie", f"ended {ended} processes that an earlier run had left behind")
    require_free_port(settings)
    given = os.environ
    supervisor = Supervisor(stop, printer)
    try:
        urls = start_servers(supervisor, settings, given, stop)
        # The port too: a command beside this run names the sample feeds and the pages by it.
        work = {"SECRET_KEY": given.get("SECRET_KEY") or data_dir.secret_key(settings.data_dir), **urls}
        work["PORT"] = str(settings.port)
        supervisor.environment = {
            **given,
            **work,
            "VIGIE_DATA_DIR": str(settings.data_dir),
            "HOST": settings.host,
            "WEB_GRACEFUL_TIMEOUT_S": "1",
            "PYTHONUNBUFFERED": "1",
            # Celery warns whoever is root, twice; that Vigie takes no pickled task is its answer.
            "PYTHONWARNINGS": given.get("PYTHONWARNINGS") or "ignore:You're running the worker",
        }
        note = partial(write_down, settings, work)
        note([])
        status = supervisor.finish(
            supervisor.launch("prepare", [sys.executable, "-m", "config.launcher.prepare"], signal.SIGTERM)
        )
        if status:
            raise CannotRun(f"Preparing the database ended with status {status}: see the lines above.")
        if status is None:
            return
        for name, program in programs(settings.data_dir).items():
            supervisor.add(child(supervisor, name, program))
        watch(supervisor, settings, stop, printer, note)
    finally:
        printer.say("vigie", "stopping")
        supervisor.stop(STOP_ORDER)
        printer.say("vigie", "stopped")


def main() -> int:
    stop = StopRequest()
    stop.install()
    printer = Printer(stop)
    try:
        settings = read_settings(os.environ)
        require_data_folder(settings)
        with data_dir.locked(settings.data_dir) as ours:
            if not ours:
                other = data_dir.read_run(settings.data_dir)
                who = f"process {other.pid} at {other.address}" if other else "another process, just starting"
                raise CannotRun(f"Vigie already runs on {settings.data_dir}: {who}.")
            run(settings, stop, printer)
    except KeyboardInterrupt:
        return 0
    except (CannotRun, embedded.EmbeddedError) as error:
        printer.say("vigie", str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
