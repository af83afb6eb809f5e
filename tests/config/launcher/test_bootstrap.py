import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.launcher import bootstrap

SCRIPT = Path(bootstrap.__file__)


def bring_up(folder, requirements):
    argv = [sys.executable, "-I", str(SCRIPT), str(folder), str(requirements)]
    return subprocess.run(argv, capture_output=True, text=True)


@pytest.mark.slow
def test_an_environment_is_made_once_and_installed_again_only_when_the_list_changed(tmp_path):
    folder, base, more = tmp_path / "venv", tmp_path / "base.txt", tmp_path / "more.txt"
    base.write_text("# nothing\n")
    more.write_text("-r base.txt\n")
    first = bring_up(folder, more)
    assert first.returncode == 0, first.stderr
    assert "Making" in first.stdout and "Installing" in first.stdout
    assert set(json.loads((folder / bootstrap.STAMP).read_text())) == {"base.txt", "more.txt"}
    assert bring_up(folder, base).stdout == ""
    assert bring_up(folder, more).stdout == ""
    base.write_text("# nothing, in other words\n")
    assert bring_up(folder, more).stdout == f"Installing {more}\n"
    base.write_text("no such thing at all ==\n")
    broken = bring_up(folder, more)
    assert broken.returncode == 1
    assert "pip ended with status" in broken.stderr


def test_an_old_python_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))
    assert bootstrap.missing().startswith("Vigie needs Python 99.0 or newer and this is 3.")


def test_this_python_lacks_nothing():
    assert bootstrap.missing() == ""
