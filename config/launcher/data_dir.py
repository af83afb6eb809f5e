"""The data folder: who runs on it, its secret key, and what a run that was killed left behind.

config/launcher/runner.py holds the folder's lock while it runs and writes down its address and its children; a second
run reads them, and manage.py in another terminal takes the URLs of the servers from there.
"""

import contextlib
import fcntl
import json
import os
import secrets
import signal
from collections.abc import Iterator, MutableMapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

LOCK, RUN, SECRET_KEY = "run.lock", "run.json", "secret-key"


@dataclass(frozen=True)
class Run:
    """A run on a data folder: its process, its address, and what a command needs to work beside it."""

    pid: int
    address: str
    environment: dict[str, str] = field(default_factory=dict)
    children: list[tuple[int, float]] = field(default_factory=list)  # process number, time of its creation


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Hold the folder; False when another run does. The kernel lets go when its process ends, whatever ends it."""
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def live_run(folder: Path) -> Run | None:
    """The run that holds the folder now, for a program that does not."""
    with contextlib.suppress(FileNotFoundError, PermissionError), locked(folder) as free:
        return None if free else read_run(folder)
    return None


def join_run(environment: MutableMapping[str, str], default_folder: Path) -> None:
    """Let a command work on the servers of the run that is going on, where `environment` names no others."""
    run = live_run(Path(environment.get("VIGIE_DATA_DIR") or default_folder))
    for name, value in (run.environment if run else {}).items():
        environment.setdefault(name, value)


def read_run(folder: Path) -> Run | None:
    try:
        return Run(**json.loads((folder / RUN).read_text()))
    except (FileNotFoundError, PermissionError, ValueError, TypeError):
        return None


def write_run(folder: Path, run: Run) -> None:
    write_private(folder / RUN, json.dumps(asdict(run)))


def end_leftovers(folder: Path) -> int:
    """Kill what an earlier run started and left when it was killed itself; the number of processes ended."""
    run, ended = read_run(folder), 0
    for pid, created in run.children if run else []:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if abs(psutil.Process(pid).create_time() - created) < 1:  # else the number is someone else's now
                os.killpg(pid, signal.SIGKILL)
                ended += 1
    (folder / RUN).unlink(missing_ok=True)
    return ended


def secret_key(folder: Path) -> str:
    path = folder / SECRET_KEY
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Replace `path` whole, readable by its owner alone from the first moment."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with open(draft, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    draft.replace(path)
