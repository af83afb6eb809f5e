"""Wait for processes to be gone; a zombie that a lazy process 1 has not yet collected counts as gone."""

import time

import psutil


def _is_alive(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def alive_after(processes, seconds):
    """Those of `processes` that are still alive `seconds` from now."""
    deadline = time.monotonic() + seconds
    while (alive := [process for process in processes if _is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive
