"""Create or update the virtual environment: `python3 -I config/launcher/bootstrap.py .venv requirements/embedded.txt`.

Called by the Makefile with the system's Python. Uses only the standard library, in syntax that old versions parse,
to print a clear message when a prerequisite is missing. Installs a requirements file, which names every package with
its version (`make lock`), only when it has changed.
"""

# ruff: noqa: T201

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

MIN_PYTHON = (3, 11)
PROGRESS_INTERVAL_S = 5
# Otherwise pip warns about root, and its output would arrive in blocks.
PIP_ENVIRONMENT = {"PIP_ROOT_USER_ACTION": "ignore", "PYTHONUNBUFFERED": "1"}
STAMP = "requirements.json"  # name of a requirements file -> hash of what was installed from it


def missing_prerequisite() -> str:
    """Return what this Python lacks and how to get it, or ""."""
    if sys.version_info < MIN_PYTHON:
        newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
        advice = f"make PYTHON={newer[0]} ..." if newer else "install a newer Python"
        found = sys.version.split()[0]
        return f"Vigie needs Python {MIN_PYTHON[0]}.{MIN_PYTHON[1]} or newer and this is {found}: {advice}."
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        return f"This Python has no venv or ensurepip. On Debian or Ubuntu: sudo apt install {package}"
    return ""


def hash_requirements(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def is_usable(python: Path) -> bool:
    """Return False if the environment is absent, was moved, or lost the Python it was created from."""
    check = f"import pip, sys; sys.exit(sys.version_info < {MIN_PYTHON!r})"
    return python.exists() and subprocess.call([str(python), "-c", check], stderr=subprocess.DEVNULL) == 0


def packages_of(requirements: Path) -> set:
    """Return the lines of a requirements file that name a package and its version."""
    return {line for line in requirements.read_text().splitlines() if re.match(r"[A-Za-z0-9]", line)}


class Progress:
    """The progress of pip, from its output and its folder: one line per step, and one every few seconds."""

    def __init__(self, packages: Path, expected: int) -> None:
        self._packages, self._expected = packages, expected
        self._found, self._before, self._is_installing = 0, 0, False
        self._started = self._printed = time.monotonic()

    def read(self, output: IO[str]) -> None:
        for line in output:
            if line.startswith("Installing collected packages:"):
                self._before, self._expected = self._count_installed(), line.count(",") + 1
                self._is_installing = True
                print(f"Step 3 of 3: installing {self._expected} packages ({self.seconds()} s so far)", flush=True)
            elif line.startswith(("Collecting ", "Processing ", "Requirement already satisfied")):
                self._found += 1

    def print_due(self) -> None:
        if time.monotonic() - self._printed < PROGRESS_INTERVAL_S:
            return
        self._printed = time.monotonic()
        done = self._count_installed() - self._before if self._is_installing else self._found
        done = max(0, min(done, self._expected))
        verb = "installed" if self._is_installing else "downloaded"
        print(f"  {verb} {done} of {self._expected} packages, {self.seconds()} s", flush=True)

    def seconds(self) -> int:
        return round(time.monotonic() - self._started)

    def _count_installed(self) -> int:
        return sum(1 for _ in self._packages.glob("lib/python*/site-packages/*.dist-info"))


def start(argv: list, **options: Any) -> subprocess.Popen:
    """Start a program that Ctrl-C does not reach: it would print a traceback. stop() ends it."""
    return subprocess.Popen(argv, start_new_session=True, **options)


def stop(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(process: subprocess.Popen, progress: "Progress | None" = None) -> int:
    """Wait for a program and print its progress; end it if this process is interrupted. Return its exit status."""
    reader = None
    if progress is not None and process.stdout is not None:
        reader = threading.Thread(target=progress.read, args=(process.stdout,), daemon=True)
        reader.start()
    try:
        while process.poll() is None:
            time.sleep(0.1)
            if progress is not None:
                progress.print_due()
    except KeyboardInterrupt:
        stop(process)
        raise
    if reader is not None:
        reader.join()
    return process.returncode


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Install, or say in one line that the installation was stopped."""
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return install()
    except KeyboardInterrupt:
        print("\nInstallation stopped. The next start continues it.", file=sys.stderr)
        return 128 + signal.SIGINT


def install() -> int:
    folder, requirements = Path(sys.argv[1]), Path(sys.argv[2])
    python, stamp = folder / "bin" / "python", folder / STAMP
    if not is_usable(python):
        problem = missing_prerequisite()
        if problem:
            print(problem, file=sys.stderr)
            return 1
        print(f"Step 1 of 3: creating {folder} with Python {sys.version.split()[0]}", flush=True)
        status = run(start([sys.executable, "-m", "venv", "--clear", str(folder)]))
        if status:
            print(f"Creating {folder} failed with status {status}: see the output above.", file=sys.stderr)
            return 1
    installed = json.loads(stamp.read_text()) if stamp.exists() else {}
    wanted = hash_requirements(requirements)
    if installed.get(requirements.name) == wanted:
        return 0
    expected = len(packages_of(requirements))
    print(f"Step 2 of 3: downloading {expected} packages of {requirements}", flush=True)
    progress = Progress(folder, expected)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    options = {"stdout": subprocess.PIPE, "text": True, "env": {**os.environ, **PIP_ENVIRONMENT}}
    status = run(start([*pip, "-r", str(requirements)], **options), progress)
    if status:
        print(f"pip failed with status {status}: see its output above.", file=sys.stderr)
        return 1
    # With the packages of dev.txt, those of embedded.txt are installed as well.
    for file in requirements.parent.glob("*.txt"):
        if packages_of(file) <= packages_of(requirements):
            installed[file.name] = hash_requirements(file)
    stamp.write_text(json.dumps(installed))
    print(f"Installed {requirements} in {progress.seconds()} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
