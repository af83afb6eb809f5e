"""config/launcher/bootstrap.py creates the virtual environment and installs what changed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config.launcher import bootstrap
from tests.config.launcher.waiting import alive_after

SCRIPT = Path(bootstrap.__file__)


def run_bootstrap(folder, requirements):
    argv = [sys.executable, "-I", str(SCRIPT), str(folder), str(requirements)]
    return subprocess.run(argv, capture_output=True, text=True)


@pytest.mark.slow
def test_bootstrap_creates_environment_once_and_installs_only_changed_requirements(tmp_path):
    folder, base, more = tmp_path / "venv", tmp_path / "base.txt", tmp_path / "more.txt"
    # A marker that no Python meets, so there is nothing to download.
    base.write_text("one==1 ; python_version < '3'\n")
    more.write_text("# with tools\none==1 ; python_version < '3'\ntwo==2 ; python_version < '3'\n")
    (tmp_path / "other.txt").write_text("three==3 ; python_version < '3'\n")
    first = run_bootstrap(folder, more)
    assert first.returncode == 0, first.stderr
    steps = [f"Step 1 of 3: creating {folder} with Python ", f"Step 2 of 3: downloading 2 packages of {more}\n"]
    assert all(step in first.stdout for step in steps)
    assert set(json.loads((folder / bootstrap.STAMP).read_text())) == {"base.txt", "more.txt"}
    assert run_bootstrap(folder, base).stdout == ""
    assert run_bootstrap(folder, more).stdout == ""
    base.write_text("one==2 ; python_version < '3'\n")
    assert run_bootstrap(folder, more).stdout == ""
    assert f"Step 2 of 3: downloading 1 packages of {base}\n" in run_bootstrap(folder, base).stdout
    base.write_text("no such thing at all ==\n")
    broken = run_bootstrap(folder, base)
    assert broken.returncode == 1
    assert "pip failed with status" in broken.stderr


BACKEND = "slow_backend"
SLOW_BUILD = """
import time
def build_wheel(*args, **options):
    time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_bootstrap_stops_with_one_line_when_interrupted(tmp_path, number):
    package = tmp_path / "slow"
    package.mkdir()
    build = '[build-system]\nrequires = []\nbuild-backend = "slow_backend"\nbackend-path = ["."]\n'
    (package / "pyproject.toml").write_text(build + '[project]\nname = "slow"\nversion = "1"\n')
    (package / f"{BACKEND}.py").write_text(SLOW_BUILD)
    requirements = tmp_path / "slow.txt"
    requirements.write_text(f"slow @ file://{package}\n")
    argv = [sys.executable, "-I", str(SCRIPT), str(tmp_path / "venv"), str(requirements)]
    # Tests in the background of a shell inherit an ignored SIGINT.
    process = subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while "downloaded 1 of 1 packages" not in process.stdout.readline():
        assert process.poll() is None
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, "\nInstallation stopped. The next start continues it.\n")
    assert children and alive_after(children, 5) == []


def test_missing_prerequisite_names_required_python_when_too_old(monkeypatch):
    monkeypatch.setattr(bootstrap, "MIN_PYTHON", (99, 0))
    assert bootstrap.missing_prerequisite().startswith("Vigie needs Python 99.0 or newer and this is 3.")


def test_missing_prerequisite_is_empty_on_this_python():
    assert bootstrap.missing_prerequisite() == ""
