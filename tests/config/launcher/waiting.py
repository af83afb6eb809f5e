"""Wait for processes to end. A zombie counts as ended: in a container, PID 1 may be slow to reap it."""

import time

import psutil


def _is_alive(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def alive_after(processes, seconds):
    """Wait up to `seconds` for `processes` to end; return those still alive."""
    deadline = time.monotonic() + seconds
    while (alive := [process for process in processes if _is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive
