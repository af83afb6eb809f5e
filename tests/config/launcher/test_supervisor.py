import io
import os
import signal
import sys
import time

import psutil
import pytest

from config.launcher.supervisor import Child, Printer, StopRequest, Supervisor, delay_after, ending
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
    made = Supervisor(stop, Printer(stop, output))
    made.environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    yield made
    for child in made.children:
        child.running.kill()


def python_child(supervisor, script, stops=((signal.SIGTERM, 0.3),), name="web"):
    argv = [sys.executable, "-c", script]
    return Child(name, lambda: supervisor.launch(name, argv, signal.SIGKILL), stops)


def until(supervisor, output, text, seconds=10):
    deadline = time.monotonic() + seconds
    while text not in output.getvalue():
        assert time.monotonic() < deadline, output.getvalue()
        supervisor.print_output(0.05)


@pytest.mark.parametrize(
    ("crashes", "delay"),
    [([NOW], 1), ([NOW - 3, NOW], 2), ([NOW - 9, NOW - 5, NOW], 4), ([NOW - 70, NOW - 61, NOW], 1)],
)
def test_the_pause_before_a_restart_grows_with_the_crashes_of_the_last_minute(crashes, delay):
    assert delay_after(crashes, NOW) == delay


def test_the_fifth_crash_within_a_minute_is_the_last():
    assert delay_after([NOW - 59, NOW - 40, NOW - 20, NOW - 1, NOW], NOW) is None
    assert delay_after([NOW - 61, NOW - 40, NOW - 20, NOW - 1, NOW], NOW) == 8


def test_an_ending_names_the_status_or_the_signal():
    assert ending(3) == "ended with status 3"
    assert ending(-signal.SIGKILL) == "was killed by SIGKILL"


def test_each_line_carries_the_name_of_who_said_it(supervisor, output):
    supervisor.add(python_child(supervisor, "print('one\\ntwo'); print('é', end='')"))
    until(supervisor, output, "é")
    assert output.getvalue() == "web      | one\nweb      | two\nweb      | é\n"


def test_a_child_that_crashes_is_reported_and_started_again(supervisor, output):
    child = python_child(supervisor, "print('hello'); raise SystemExit(3)")
    supervisor.add(child)
    first = child.running
    first.wait()
    assert supervisor.restart_crashed() == ""
    assert "web ended with status 3; starting it again in 1 s" in output.getvalue()
    child.restart_at = time.monotonic()
    assert supervisor.restart_crashed() == ""
    assert child.running is not first
    until(supervisor, output, "hello\nweb      | hello")


def test_what_a_crashed_master_leaves_behind_is_killed(supervisor, output):
    script = "import subprocess; print('pid', subprocess.Popen(['sleep', '60']).pid, flush=True)"
    child = python_child(supervisor, script)
    supervisor.add(child)
    until(supervisor, output, "pid ")
    left = psutil.Process(int(output.getvalue().split()[-1]))
    child.running.wait()
    supervisor.restart_crashed()
    assert alive_after([left], 2) == []


def test_five_crashes_end_the_run_with_a_reason(supervisor):
    child = python_child(supervisor, "raise SystemExit(7)")
    child.crashes = [time.monotonic()] * 4
    supervisor.add(child)
    child.running.wait()
    assert supervisor.restart_crashed() == "web ended with status 7 for the 5th time within a minute"


STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"


def test_a_child_that_will_not_stop_is_killed_when_patience_ends(supervisor, output):
    child = python_child(supervisor, STUBBORN)
    supervisor.add(child)
    until(supervisor, output, "up")
    begun = time.monotonic()
    supervisor.stop([["web"]])
    assert 0.3 <= time.monotonic() - begun < 2
    assert child.running.returncode == -signal.SIGKILL


def test_a_second_request_to_stop_shortens_the_patience(supervisor, output, stop):
    child = python_child(supervisor, STUBBORN, stops=((signal.SIGTERM, 30),))
    supervisor.add(child)
    until(supervisor, output, "up")
    stop.count = 2
    begun = time.monotonic()
    supervisor.stop([["web"]])
    assert time.monotonic() - begun < 2


def test_children_stop_in_the_order_of_the_groups(supervisor, output):
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)))\n"
        "print('up'); time.sleep(60)"
    )
    for name in ("redis", "beat", "web"):
        supervisor.add(python_child(supervisor, script, stops=((signal.SIGTERM, 5),), name=name))
        until(supervisor, output, f"{name:<8} | up")
    supervisor.stop([["web"], ["beat"], ["redis"]])
    said = [line.split()[0] for line in output.getvalue().splitlines() if line.endswith("bye")]
    assert said == ["web", "beat", "redis"]


def test_one_request_that_arrives_twice_at_once_counts_once(stop):
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        stop.install()
        os.kill(os.getpid(), signal.SIGTERM)  # to the whole group of processes, and again through make
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.count == 1
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def test_a_terminal_that_went_away_is_a_request_to_stop(stop):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    Printer(stop, Gone()).say("web", "hello")
    assert stop.count == 1
