"""config/launcher/supervisor.py with short-lived Python children: restarts, output, and stopping in order."""

import io
import os
import signal
import sys
import time

import psutil
import pytest

from config.launcher.supervisor import Child, Printer, StopRequest, Supervisor, describe_exit, restart_delay
from tests.config.launcher.waiting import alive_after

NOW = 1000.0


@pytest.fixture
def stop():
    return StopRequest()


@pytest.fixture
def output():
    return io.StringIO()


@pytest.fixture
def supervisor(stop, output):
    supervisor = Supervisor(stop, Printer(stop, output))
    supervisor.environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    yield supervisor
    for child in supervisor.children:
        child.running.kill()


def python_child(supervisor, script, stops=((signal.SIGTERM, 0.3),), name="web"):
    argv = [sys.executable, "-c", script]
    return Child(name, lambda: supervisor.launch(name, argv, signal.SIGKILL), stops)


def wait_for(supervisor, output, text, seconds=10):
    deadline = time.monotonic() + seconds
    while text not in output.getvalue():
        assert time.monotonic() < deadline, output.getvalue()
        supervisor.print_output(0.05)


@pytest.mark.parametrize(
    ("crashes", "delay"),
    [([NOW], 1), ([NOW - 3, NOW], 2), ([NOW - 9, NOW - 5, NOW], 4), ([NOW - 70, NOW - 61, NOW], 1)],
)
def test_restart_delay_doubles_with_each_crash_in_last_minute(crashes, delay):
    assert restart_delay(crashes, NOW) == delay


def test_restart_delay_is_none_after_fifth_crash_in_a_minute():
    assert restart_delay([NOW - 59, NOW - 40, NOW - 20, NOW - 1, NOW], NOW) is None
    assert restart_delay([NOW - 61, NOW - 40, NOW - 20, NOW - 1, NOW], NOW) == 8


def test_describe_exit_names_status_or_signal():
    assert describe_exit(3) == "ended with status 3"
    assert describe_exit(-signal.SIGKILL) == "was killed by SIGKILL"


def test_output_lines_have_process_name_prefix(supervisor, output):
    supervisor.add(python_child(supervisor, "print('one\\ntwo'); print('é', end='')"))
    wait_for(supervisor, output, "é")
    assert output.getvalue() == "web      | one\nweb      | two\nweb      | é\n"


def test_crashed_child_is_reported_and_restarted(supervisor, output):
    child = python_child(supervisor, "print('hello'); raise SystemExit(3)")
    supervisor.add(child)
    first = child.running
    first.wait()
    assert supervisor.restart_crashed() == ""
    assert "web ended with status 3; restarting in 1 s" in output.getvalue()
    child.restart_at = time.monotonic()
    assert supervisor.restart_crashed() == ""
    assert child.running is not first
    wait_for(supervisor, output, "hello\nweb      | hello")


def test_process_group_of_crashed_child_is_killed(supervisor, output):
    script = "import subprocess; print('pid', subprocess.Popen(['sleep', '60']).pid, flush=True)"
    child = python_child(supervisor, script)
    supervisor.add(child)
    wait_for(supervisor, output, "pid ")
    grandchild = psutil.Process(int(output.getvalue().split()[-1]))
    child.running.wait()
    supervisor.restart_crashed()
    assert alive_after([grandchild], 2) == []


def test_restart_crashed_returns_reason_after_fifth_crash(supervisor):
    child = python_child(supervisor, "raise SystemExit(7)")
    child.crashes = [time.monotonic()] * 4
    supervisor.add(child)
    child.running.wait()
    assert supervisor.restart_crashed() == "web ended with status 7 for the 5th time within a minute"


IGNORES_SIGTERM = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"


def test_stop_kills_child_that_ignores_sigterm_after_timeout(supervisor, output):
    child = python_child(supervisor, IGNORES_SIGTERM)
    supervisor.add(child)
    wait_for(supervisor, output, "up")
    begun = time.monotonic()
    supervisor.stop([["web"]])
    assert 0.3 <= time.monotonic() - begun < 2
    assert child.running.returncode == -signal.SIGKILL


def test_second_stop_request_skips_timeout(supervisor, output, stop):
    child = python_child(supervisor, IGNORES_SIGTERM, stops=((signal.SIGTERM, 30),))
    supervisor.add(child)
    wait_for(supervisor, output, "up")
    stop.count = 2
    begun = time.monotonic()
    supervisor.stop([["web"]])
    assert time.monotonic() - begun < 2


def test_stop_follows_group_order(supervisor, output):
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)))\n"
        "print('up'); time.sleep(60)"
    )
    for name in ("redis", "beat", "web"):
        supervisor.add(python_child(supervisor, script, stops=((signal.SIGTERM, 5),), name=name))
        wait_for(supervisor, output, f"{name:<8} | up")
    supervisor.stop([["web"], ["beat"], ["redis"]])
    stopped = [line.split()[0] for line in output.getvalue().splitlines() if line.endswith("bye")]
    assert stopped == ["web", "beat", "redis"]


def test_stop_request_counts_simultaneous_signals_once(stop):
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        stop.install()
        os.kill(os.getpid(), signal.SIGTERM)  # Ctrl-C reaches the process group, and again through make
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.count == 1
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_closed_terminal_counts_as_stop_request(stop):
    class ClosedTerminal(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    Printer(stop, ClosedTerminal()).print_lines("web", "hello")
    assert stop.count == 1
