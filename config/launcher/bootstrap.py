"""Create or update the virtual environment: `python3 -I config/launcher/bootstrap.py .venv requirements.txt`.

Called by the Makefile with the system's Python. Uses only the standard library, in syntax that old versions parse,
to print a clear message when a prerequisite is missing. Installs a requirements file only when it has changed.
"""

# ruff: noqa: T201

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

MIN_PYTHON = (3, 11)
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
    """Return the hash of a requirements file and the files it includes with -r."""
    text = requirements.read_text()
    parts = [text]
    for line in text.splitlines():
        if line.startswith("-r "):
            parts.append(hash_requirements(requirements.parent / line[3:].strip()))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_usable(python: Path) -> bool:
    """Return False if the environment is absent, was moved, or lost the Python it was created from."""
    check = f"import pip, sys; sys.exit(sys.version_info < {MIN_PYTHON!r})"
    return python.exists() and subprocess.call([str(python), "-c", check], stderr=subprocess.DEVNULL) == 0


def main() -> int:
    folder, requirements = Path(sys.argv[1]), Path(sys.argv[2])
    python, stamp = folder / "bin" / "python", folder / STAMP
    if not is_usable(python):
        problem = missing_prerequisite()
        if problem:
            print(problem, file=sys.stderr)
            return 1
        print(f"Creating {folder} with Python {sys.version.split()[0]}", flush=True)
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", str(folder)])
    installed = json.loads(stamp.read_text()) if stamp.exists() else {}
    wanted = hash_requirements(requirements)
    if installed.get(requirements.name) == wanted:
        return 0
    print(f"Installing {requirements}", flush=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    status = subprocess.call([*pip, "install", "-r", str(requirements)])
    if status:
        print(f"pip failed with status {status}: see its output above.", file=sys.stderr)
        return 1
    installed[requirements.name] = wanted
    for line in requirements.read_text().splitlines():
        if line.startswith("-r "):
            included = requirements.parent / line[3:].strip()
            installed[included.name] = hash_requirements(included)
    stamp.write_text(json.dumps(installed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
