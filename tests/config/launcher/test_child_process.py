import os
import shutil
import signal
import subprocess
import sys

import pytest

from config.launcher import child_process, embedded


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_another_user_works_in_a_folder_closed_to_all_and_keeps_no_other_right_of_root(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shell = shutil.copy(shutil.which("sh"), closed / "sh")
    shutil.copy(shutil.which("sh"), closed / "other")
    # test -x asks access(2), as Postgres does before it runs one of its programs
    script = f'test -x "{closed}/other" && id -un && grep -E "^Cap(Prm|Eff|Amb)" /proc/self/status'
    user = embedded._postgres_user()
    argv = child_process.command([str(shell), "-c", script], death_signal=signal.SIGKILL, user=user)
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    name, *capabilities = done.stdout.splitlines()
    assert name == user
    kept = {int(line.split()[1], 16) for line in capabilities}
    assert kept in ({1 << child_process.CAP_DAC_READ_SEARCH}, {1 << child_process.CAP_DAC_OVERRIDE})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_child_whose_parent_is_already_gone_does_not_start(tmp_path):
    argv = child_process.command(["/bin/sh", "-c", f"touch {tmp_path}/started"], death_signal=signal.SIGKILL)
    own = str(os.getpid())
    argv[argv.index(own)] = "1" if own != "1" else "2"
    assert subprocess.run(argv).returncode == 1
    assert not (tmp_path / "started").exists()
