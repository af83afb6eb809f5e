"""config/launcher/data_dir.py: the lock, run.json, the secret key, and leftover processes."""

import os
import signal
import stat
import subprocess
import sys
import time

import psutil

from config.launcher import data_dir

RUN = data_dir.Run(pid=12, address="http://localhost:8000/", environment={"REDIS_URL": "redis://x"})


def test_folder_is_locked_by_one_run_at_a_time(tmp_path):
    with data_dir.locked(tmp_path) as first, data_dir.locked(tmp_path) as second:
        assert (first, second) == (True, False)
    with data_dir.locked(tmp_path) as third:
        assert third


def test_current_run_is_returned_only_while_folder_is_locked(tmp_path):
    assert data_dir.current_run(tmp_path / "absent") is None
    with data_dir.locked(tmp_path):
        data_dir.write_run(tmp_path, RUN)
        assert data_dir.current_run(tmp_path) == RUN
    assert data_dir.current_run(tmp_path) is None


def test_use_current_run_adds_only_missing_variables(tmp_path):
    run = data_dir.Run(pid=12, address="", environment={"REDIS_URL": "redis://x", "SECRET_KEY": "of the run"})
    environment = {"VIGIE_DATA_DIR": str(tmp_path), "SECRET_KEY": "own"}
    data_dir.use_current_run(environment, tmp_path / "absent")
    assert "REDIS_URL" not in environment
    with data_dir.locked(tmp_path):
        data_dir.write_run(tmp_path, run)
        data_dir.use_current_run(environment, tmp_path / "absent")
    assert (environment["REDIS_URL"], environment["SECRET_KEY"]) == ("redis://x", "own")


def test_secret_key_is_persistent_and_readable_only_by_owner(tmp_path):
    key = data_dir.secret_key(tmp_path)
    assert len(key) >= 50
    assert data_dir.secret_key(tmp_path) == key
    data_dir.write_run(tmp_path, RUN)
    for name in (data_dir.SECRET_KEY, data_dir.RUN):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_kill_leftovers_spares_process_with_reused_id(tmp_path):
    leftover = subprocess.Popen(["sleep", "60"], start_new_session=True)
    unrelated = subprocess.Popen(["sleep", "60"], start_new_session=True)
    created = psutil.Process(leftover.pid).create_time()
    children = [(leftover.pid, created), (unrelated.pid, created - 3600), (2**22 + 1, created)]
    data_dir.write_run(tmp_path, data_dir.Run(pid=1, address="", children=children))
    try:
        assert data_dir.kill_leftovers(tmp_path) == 1
        assert leftover.wait(5) == -signal.SIGKILL
        assert unrelated.poll() is None
        assert not (tmp_path / data_dir.RUN).exists()
    finally:
        os.killpg(unrelated.pid, signal.SIGKILL)
        unrelated.wait()


def test_read_run_returns_none_when_file_is_damaged(tmp_path):
    (tmp_path / data_dir.RUN).write_text('{"pid": ')
    assert data_dir.read_run(tmp_path) is None


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_files_of_existing_folder_become_private(tmp_path):
    tmp_path.chmod(0o755)
    names = [
        "run.lock",
        "run.json",
        "secret-key",
        "postgres.log",
        "redis.log.1",
        "beat-schedule.db",
        "postgres-password",
    ]
    for name in names:
        (tmp_path / name).touch(mode=0o644)
    (tmp_path / "redis").mkdir(mode=0o755)
    data_dir.repair_permissions(tmp_path)
    assert {mode(tmp_path / name) for name in names} == {0o600}
    assert mode(tmp_path / "redis") == mode(tmp_path) == 0o700


def test_foreign_files_and_their_folder_keep_their_permissions(tmp_path):
    tmp_path.chmod(0o755)
    outside = tmp_path / "outside.txt"
    outside.touch(mode=0o644)
    (tmp_path / "redis.log").symlink_to(outside)
    (tmp_path / "run.lock").touch(mode=0o644)
    data_dir.repair_permissions(tmp_path)
    assert (mode(outside), mode(tmp_path), mode(tmp_path / "run.lock")) == (0o644, 0o755, 0o600)


REPLACE_FILES = "import os\nwhile True: open('run.json.new', 'w').close(); os.replace('run.json.new', 'run.json')"


def test_files_that_vanish_meanwhile_are_ignored(tmp_path):
    for number in range(100):  # they take time between the listing and the last entry
        (tmp_path / f"beat-schedule{number}").touch(mode=0o600)
    other = subprocess.Popen([sys.executable, "-c", REPLACE_FILES], cwd=tmp_path)
    try:
        while not (tmp_path / "run.json").exists():
            time.sleep(0.01)
        for _ in range(300):
            data_dir.repair_permissions(tmp_path)
    finally:
        other.kill()
        other.wait()
    assert mode(tmp_path) == 0o700


def test_lock_file_is_private_when_created(tmp_path):
    with data_dir.locked(tmp_path):
        assert mode(tmp_path / "run.lock") == 0o600
