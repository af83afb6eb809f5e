"""config/launcher/child_process.py: dropping root, and dying with the parent."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from config.launcher import child_process, embedded


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can switch users")
def test_switched_user_can_traverse_closed_folder_and_has_no_other_capability(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shell = shutil.copy(shutil.which("sh"), closed / "sh")
    shutil.copy(shutil.which("sh"), closed / "other")
    # test -x calls access(2), as Postgres does before it runs one of its programs
    script = f'test -x "{closed}/other" && id -un && grep -E "^Cap(Prm|Eff|Amb)" /proc/self/status'
    user = embedded._postgres_user()
    argv = child_process.command([str(shell), "-c", script], death_signal=signal.SIGKILL, user=user)
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    name, *capabilities = done.stdout.splitlines()
    assert name == user
    permitted = {int(line.split()[1], 16) for line in capabilities}
    assert permitted in ({1 << child_process.CAP_DAC_READ_SEARCH}, {1 << child_process.CAP_DAC_OVERRIDE})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the death of a parent")
def test_child_does_not_start_when_parent_is_already_dead(tmp_path):
    argv = child_process.command(["/bin/sh", "-c", f"touch {tmp_path}/started"], death_signal=signal.SIGKILL)
    parent = str(os.getpid())
    argv[argv.index(parent)] = "1" if parent != "1" else "2"
    assert subprocess.run(argv).returncode == 1
    assert not (tmp_path / "started").exists()
