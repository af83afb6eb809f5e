import os
import signal
import stat
import subprocess

import psutil

from config.launcher import data_dir

RUN = data_dir.Run(pid=12, address="http://localhost:8000/", environment={"REDIS_URL": "redis://x"})


def test_a_folder_is_held_by_one_run_at_a_time(tmp_path):
    with data_dir.locked(tmp_path) as first, data_dir.locked(tmp_path) as second:
        assert (first, second) == (True, False)
    with data_dir.locked(tmp_path) as third:
        assert third


def test_the_live_run_is_told_only_while_it_holds_the_folder(tmp_path):
    assert data_dir.live_run(tmp_path / "absent") is None
    with data_dir.locked(tmp_path):
        data_dir.write_run(tmp_path, RUN)
        assert data_dir.live_run(tmp_path) == RUN
    assert data_dir.live_run(tmp_path) is None


def test_a_command_joins_the_live_run_and_keeps_what_its_own_environment_names(tmp_path):
    run = data_dir.Run(pid=12, address="", environment={"REDIS_URL": "redis://x", "SECRET_KEY": "theirs"})
    mine = {"VIGIE_DATA_DIR": str(tmp_path), "SECRET_KEY": "mine"}
    data_dir.join_run(mine, tmp_path / "absent")
    assert "REDIS_URL" not in mine
    with data_dir.locked(tmp_path):
        data_dir.write_run(tmp_path, run)
        data_dir.join_run(mine, tmp_path / "absent")
    assert (mine["REDIS_URL"], mine["SECRET_KEY"]) == ("redis://x", "mine")


def test_the_secret_key_is_kept_and_readable_by_its_owner_alone(tmp_path):
    key = data_dir.secret_key(tmp_path)
    assert len(key) >= 50
    assert data_dir.secret_key(tmp_path) == key
    data_dir.write_run(tmp_path, RUN)
    for name in (data_dir.SECRET_KEY, data_dir.RUN):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_leftover_is_killed_and_a_process_that_took_its_number_is_not(tmp_path):
    leftover = subprocess.Popen(["sleep", "60"], start_new_session=True)
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    created = psutil.Process(leftover.pid).create_time()
    children = [(leftover.pid, created), (stranger.pid, created - 3600), (2**22 + 1, created)]
    data_dir.write_run(tmp_path, data_dir.Run(pid=1, address="", children=children))
    try:
        assert data_dir.end_leftovers(tmp_path) == 1
        assert leftover.wait(5) == -signal.SIGKILL
        assert stranger.poll() is None
        assert not (tmp_path / data_dir.RUN).exists()
    finally:
        os.killpg(stranger.pid, signal.SIGKILL)
        stranger.wait()


def test_a_damaged_note_of_a_run_is_no_run(tmp_path):
    (tmp_path / data_dir.RUN).write_text('{"pid": ')
    assert data_dir.read_run(tmp_path) is None
