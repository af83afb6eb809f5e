"""The data folder: its lock, its secret key, and the record of the current run.

config/launcher/runner.py locks the folder while it runs and writes its address, server URLs and child processes to
run.json. A second run, manage.py in another terminal, and the run after a crash read that file.
"""

import contextlib
import fcntl
import json
import os
import re
import secrets
import signal
import stat
from collections.abc import Iterator, MutableMapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

LOCK, RUN, SECRET_KEY = "run.lock", "run.json", "secret-key"
# The data folder in docs/operations.md; ".new" is a draft of a file or folder.
OWN_NAMES = re.compile(
    r"(run\.lock|run\.json|read-jetstream|secret-key|postgres|postgres-password|redis)(\.new)?"
    r"|(postgres|redis)\.log(\.1)?|beat-schedule.*"
)


@dataclass(frozen=True)
class Run:
    """A run on a data folder: its process, its URL, and the environment that commands need to use its servers."""

    pid: int
    address: str
    environment: dict[str, str] = field(default_factory=dict)
    children: list[tuple[int, float]] = field(default_factory=list)  # process ID, creation time (Unix seconds)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Lock the folder; yield False if another run has the lock. The kernel releases it when the process ends."""
    with open(folder / LOCK, "a", opener=private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def current_run(folder: Path) -> Run | None:
    """Return the run that has the folder locked, or None. Not for the process that has the lock itself."""
    with contextlib.suppress(FileNotFoundError, PermissionError), locked(folder) as is_free:
        return None if is_free else read_run(folder)
    return None


def use_current_run(environment: MutableMapping[str, str], default_folder: Path) -> None:
    """Add the server URLs and key of the current run to `environment`, where it has none of its own."""
    run = current_run(Path(environment.get("VIGIE_DATA_DIR") or default_folder))
    for name, value in (run.environment if run else {}).items():
        environment.setdefault(name, value)


def read_run(folder: Path) -> Run | None:
    """Return the run in run.json, or None if the file is absent, unreadable or damaged."""
    try:
        return Run(**json.loads((folder / RUN).read_text()))
    except (FileNotFoundError, PermissionError, ValueError, TypeError):
        return None


def write_run(folder: Path, run: Run) -> None:
    write_private(folder / RUN, json.dumps(asdict(run)))


def kill_leftovers(folder: Path) -> int:
    """Kill the child processes that a killed run left behind; return how many were killed."""
    run, killed = read_run(folder), 0
    for pid, created in run.children if run else []:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if abs(psutil.Process(pid).create_time() - created) < 1:  # else the ID belongs to a newer process
                os.killpg(pid, signal.SIGKILL)
                killed += 1
    (folder / RUN).unlink(missing_ok=True)
    return killed


def secret_key(folder: Path) -> str:
    """Return the secret key of the folder, created on first use."""
    path = folder / SECRET_KEY
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def private(path: str, flags: int) -> int:
    """Open a file that only its owner can read: the `opener` of open()."""
    return os.open(path, flags, 0o600)


def repair_permissions(folder: Path) -> None:
    """Make the data folder and the files of Vigie in it private; earlier versions left some readable by others.

    The folder itself is left as it is if it contains anything else, such as a home folder. For the run that has the
    lock; even then, commands and servers replace files meanwhile.
    """
    is_own = True
    for entry in folder.iterdir():
        if entry.is_symlink() or not OWN_NAMES.fullmatch(entry.name):
            is_own = False
            continue
        _close(entry, 0o700 if entry.is_dir() else 0o600)
    if is_own:
        _close(folder, 0o700)


def _close(path: Path, mode: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        status = path.stat()
        if stat.S_IMODE(status.st_mode) != mode and os.geteuid() in (0, status.st_uid):
            path.chmod(mode)


def write_private(path: Path, text: str) -> None:
    """Replace `path` atomically with a file that only its owner can read, from its creation on."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with open(draft, "x", opener=private) as file:
        file.write(text)
    draft.replace(path)
