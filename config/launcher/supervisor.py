"""Keeps a set of child processes alive, prints what they say, and stops them in order.

In: Child records in the order in which they start. Called by config/launcher/runner.py, from one thread: a child lives
only as long as the thread that started it (config/launcher/child_process.py).
"""

import contextlib
import math
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

import psutil

from config.launcher import child_process

CRASHES_ENDING_A_RUN, CRASH_WINDOW_S = 5, 60
TICK_S = 0.2
SAME_REQUEST_S = 0.5
READ_BYTES, REST_READS = 65536, 16  # a pipe of Linux holds 65536 bytes
COLOURS = ("36", "33", "32", "35", "34", "31")  # of the prefixes on a terminal


@dataclass
class Child:
    """A process to keep alive. `start` launches it; `stops` are the signals to end it, each with its patience."""

    name: str
    start: Callable[[], subprocess.Popen]
    stops: tuple[tuple[signal.Signals, float], ...]
    running: subprocess.Popen | None = None
    crashes: list[float] = field(default_factory=list)
    restart_at: float | None = None


class StopRequest:
    """Counts SIGINT, SIGTERM and SIGHUP. A signal never interrupts a line of code, except in `interrupting`."""

    def __init__(self) -> None:
        self.count = 0
        self._last = -math.inf
        self._interrupts = False

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._received)

    def _received(self, *_: object) -> None:
        # One request can come twice at once: to the whole group of processes, and once more through make.
        now = time.monotonic()
        self.count += now - self._last > SAME_REQUEST_S
        self._last = now
        if self._interrupts:
            self._interrupts = False
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def interrupting(self) -> Iterator[None]:
        """For calls that wait long by themselves: a signal ends them with KeyboardInterrupt."""
        self._interrupts = True
        try:
            if self.count:
                raise KeyboardInterrupt
            yield
        finally:
            self._interrupts = False


class Printer:
    """Writes lines with the name of who said them. A terminal that went away counts as a request to stop."""

    def __init__(self, stop: StopRequest, output: TextIO = sys.stdout) -> None:
        self._stop, self._output = stop, output
        self._colours = output.isatty() and "NO_COLOR" not in os.environ
        self._names: list[str] = []
        self._gone = False

    def say(self, name: str, text: str) -> None:
        if name not in self._names:
            self._names.append(name)
        prefix = f"{name:<8} |"
        if self._colours:
            prefix = f"\033[{COLOURS[self._names.index(name) % len(COLOURS)]}m{prefix}\033[0m"
        self.write("".join(f"{prefix} {line}\n" for line in text.splitlines() if line.strip()))

    def write(self, text: str) -> None:
        if self._gone:
            return
        try:
            self._output.write(text)
            self._output.flush()
        except OSError:
            self._gone = True
            self._stop.count += 1


def delay_after(crashes: Sequence[float], now: float) -> float | None:
    """Seconds to wait before the next start (1, 2, 4, 8), or None when it crashed too often to go on."""
    recent = [moment for moment in crashes if now - moment < CRASH_WINDOW_S]
    return None if len(recent) >= CRASHES_ENDING_A_RUN else 2.0 ** (len(recent) - 1)


def ending(status: int) -> str:
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


class Supervisor:
    def __init__(self, stop: StopRequest, printer: Printer) -> None:
        self.children: list[Child] = []
        self.environment: Mapping[str, str] = {}
        self.starts = 0
        self._stop, self._printer = stop, printer
        self._selector = selectors.DefaultSelector()

    def launch(self, name: str, argv: Sequence[str], death_signal: signal.Signals) -> subprocess.Popen:
        """Start a program in a process group of its own, what it prints coming to us."""
        launched = subprocess.Popen(
            child_process.command(argv, death_signal=death_signal),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            start_new_session=True,
        )
        os.set_blocking(launched.stdout.fileno(), False)
        self._selector.register(launched.stdout, selectors.EVENT_READ, (name, bytearray()))
        return launched

    def add(self, child: Child) -> None:
        if child.running is None:
            self._start(child)
        self.children.append(child)

    def _start(self, child: Child) -> None:
        child.running, child.restart_at = child.start(), None
        self.starts += 1

    def processes(self) -> list[tuple[int, float]]:
        """Number and time of creation of the programs launched: what a later run needs to find a leftover."""
        found = []
        for child in self.children:
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.running.stdout is None:
                    continue  # an embedded server; config/launcher/embedded.py finds its own
                found.append((child.running.pid, psutil.Process(child.running.pid).create_time()))
        return found

    def print_output(self, wait_s: float = TICK_S) -> None:
        if not self._selector.get_map():
            time.sleep(wait_s)
        for key, _ in self._selector.select(wait_s):
            name, unfinished = key.data
            with contextlib.suppress(BlockingIOError):
                chunk = os.read(key.fd, READ_BYTES)
                whole, _, begun = (unfinished + chunk).rpartition(b"\n")
                if not chunk:
                    whole, begun = begun, b""
                    self._selector.unregister(key.fileobj)
                    key.fileobj.close()
                self._printer.say(name, whole.decode(errors="replace"))
                unfinished[:] = begun

    def print_rest(self) -> None:
        """What ended programs have still left in their pipes; no more, should one of them have left a talker."""
        for _ in range(REST_READS):
            self.print_output(0)

    def restart_crashed(self) -> str:
        """See who has ended; restart after a pause. The reason to end the run, or ""."""
        for child in self.children:
            now = time.monotonic()
            if child.restart_at is None and child.running.poll() is not None:
                self._kill_group(child)  # a master that crashed leaves its workers behind
                child.crashes.append(now)
                delay, end = delay_after(child.crashes, now), ending(child.running.returncode)
                if delay is None:
                    return f"{child.name} {end} for the {CRASHES_ENDING_A_RUN}th time within a minute"
                self._printer.say("vigie", f"{child.name} {end}; starting it again in {delay:.0f} s")
                child.restart_at = now + delay
            elif child.restart_at is not None and now >= child.restart_at:
                self._start(child)
        return ""

    def finish(self, launched: subprocess.Popen) -> int | None:
        """Wait for a program that ends by itself, printing. Its status, or None when asked to stop first."""
        while launched.poll() is None and not self._stop.count:
            self.print_output()
        if launched.poll() is None:
            os.killpg(launched.pid, signal.SIGKILL)
            launched.wait()
            return None
        self.print_rest()
        return launched.returncode

    def stop(self, groups: Sequence[Sequence[str]]) -> None:
        """Stop the children group by group, by name; a second request to stop shortens everyone's patience."""
        for group in groups:
            self._stop_together([child for child in self.children if child.name in group])
        self.print_rest()

    def _stop_together(self, children: list[Child]) -> None:
        alive = [child for child in children if child.running.poll() is None]
        steps = {child.name: list(child.stops) for child in alive}
        due = {child.name: 0.0 for child in alive}
        while alive:
            for child in alive:
                if time.monotonic() >= due[child.name] or self._hurried(child):
                    number, patience = steps[child.name].pop(0) if steps[child.name] else (signal.SIGKILL, 5)
                    child.running.send_signal(number)
                    due[child.name] = time.monotonic() + patience
            self.print_output(0.05)
            alive = [child for child in alive if child.running.poll() is None]
        for child in children:
            self._kill_group(child)

    def _hurried(self, child: Child) -> bool:
        return self._stop.count > 1 and child.running.stdout is not None

    @staticmethod
    def _kill_group(child: Child) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.running.pid, signal.SIGKILL)
