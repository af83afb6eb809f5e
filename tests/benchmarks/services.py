"""The setup of every benchmark: embedded Postgres and Redis in their own folder, a migrated database, and a line
about the machine."""

import argparse
import os
import platform
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path


@contextmanager
def vigie(keep: Path | None = None, **environment: str) -> Iterator[dict[str, str]]:
    """Set up Django with embedded servers, durable as in production. Yields the environment for children.

    The servers are fresh, except for the database in a folder to `keep`.
    """
    from config.launcher.embedded import start_postgres, start_redis

    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    with nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        postgres, redis = start_postgres(folder), start_redis(folder)
        try:
            os.environ |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "VIGIE_DATA_DIR": name, **environment}
            os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))  # no worker starts without one
            os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield dict(os.environ)
        finally:
            redis.stop()
            postgres.stop()


def print_machine() -> None:
    print(f"Python {platform.python_version()} ({sys.executable}), {os.cpu_count()} cores, {_cpu()}", flush=True)


def run_with(run: Callable[[int], object], default: int, description: str | None, unit: str = "mentions") -> None:
    """Run a benchmark with the number of rows on the command line, or the default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(unit, nargs="?", type=int, default=default)
    size = getattr(parser.parse_args(), unit)
    with vigie():
        print_machine()
        run(size)


def timed(action: object, *arguments: object) -> tuple[float, object]:
    """Return the seconds that an action took, and its result."""
    began = time.perf_counter()
    result = action(*arguments)
    return time.perf_counter() - began, result


def backend_s() -> float:
    """Return the processor time of the Postgres process of this connection, in seconds."""
    from django.db import connection

    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown CPU"
