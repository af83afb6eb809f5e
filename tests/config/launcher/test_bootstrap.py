"""config/launcher/bootstrap.py creates the virtual environment and installs what changed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.launcher import bootstrap

SCRIPT = Path(bootstrap.__file__)


def run_bootstrap(folder, requirements):
    argv = [sys.executable, "-I", str(SCRIPT), str(folder), str(requirements)]
    return subprocess.run(argv, capture_output=True, text=True)


@pytest.mark.slow
def test_bootstrap_creates_environment_once_and_installs_only_changed_requirements(tmp_path):
    folder, base, more = tmp_path / "venv", tmp_path / "base.txt", tmp_path / "more.txt"
    base.write_text("# nothing\n")
    more.write_text("-r base.txt\n")
    first = run_bootstrap(folder, more)
    assert first.returncode == 0, first.stderr
    assert "Creating" in first.stdout and "Installing" in first.stdout
    assert set(json.loads((folder / bootstrap.STAMP).read_text())) == {"base.txt", "more.txt"}
    assert run_bootstrap(folder, base).stdout == ""
    assert run_bootstrap(folder, more).stdout == ""
    base.write_text("# nothing, in other words\n")
    assert run_bootstrap(folder, more).stdout == f"Installing {more}\n"
    base.write_text("no such thing at all ==\n")
    broken = run_bootstrap(folder, more)
    assert broken.returncode == 1
    assert "pip failed with status" in broken.stderr


def test_missing_prerequisite_names_required_python_when_too_old(monkeypatch):
    monkeypatch.setattr(bootstrap, "MIN_PYTHON", (99, 0))
    assert bootstrap.missing_prerequisite().startswith("Vigie needs Python 99.0 or newer and this is 3.")


def test_missing_prerequisite_is_empty_on_this_python():
    assert bootstrap.missing_prerequisite() == ""
