"""Keep child processes alive, print their output, and stop them in order.

In: Child records in start order. Called by config/launcher/runner.py from a single thread, because a child dies with
the thread that started it (config/launcher/child_process.py).
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
from typing import IO, TextIO, cast

import psutil

from config.launcher import child_process

MAX_CRASHES, CRASH_WINDOW_S = 5, 60
TICK_S = 0.2
SAME_REQUEST_S = 0.5
READ_BYTES, FINAL_READS = 65536, 16  # a Linux pipe buffers 65536 bytes
COLORS = ("36", "33", "32", "35", "34", "31")  # ANSI codes of the name prefixes


@dataclass
class Child:
    """A process to keep alive: how to start it, and the signals that stop it, each with a timeout in seconds."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stops: tuple[tuple[signal.Signals, float], ...]
    running: subprocess.Popen[bytes] | None = None
    crashes: list[float] = field(default_factory=list)
    restart_at: float | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process of a child that the supervisor has added."""
        assert self.running is not None
        return self.running


class StopRequest:
    """A counter of SIGINT, SIGTERM and SIGHUP. Signals interrupt running code only inside `interruptible`."""

    def __init__(self) -> None:
        self.count = 0
        self._last = -math.inf
        self._is_interruptible = False

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._received)

    def _received(self, *_: object) -> None:
        # Ctrl-C arrives twice: from the terminal, for the whole process group, and from make.
        now = time.monotonic()
        self.count += now - self._last > SAME_REQUEST_S
        self._last = now
        if self._is_interruptible:
            self._is_interruptible = False
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a signal raise KeyboardInterrupt, for calls that block for a long time."""
        self._is_interruptible = True
        try:
            if self.count:
                raise KeyboardInterrupt
            yield
        finally:
            self._is_interruptible = False


class Printer:
    """Output with the name of the process before each line. A closed terminal counts as a request to stop."""

    def __init__(self, stop: StopRequest, output: TextIO = sys.stdout) -> None:
        self._stop, self._output = stop, output
        self._has_colors = output.isatty() and "NO_COLOR" not in os.environ
        self._names: list[str] = []
        self._is_closed = False

    def print_lines(self, name: str, text: str) -> None:
        if name not in self._names:
            self._names.append(name)
        prefix = f"{name:<8} |"
        if self._has_colors:
            prefix = f"\033[{COLORS[self._names.index(name) % len(COLORS)]}m{prefix}\033[0m"
        self.write("".join(f"{prefix} {line}\n" for line in text.splitlines() if line.strip()))

    def write(self, text: str) -> None:
        if self._is_closed:
            return
        try:
            self._output.write(text)
            self._output.flush()
        except OSError:
            self._is_closed = True
            self._stop.count += 1


def restart_delay(crashes: Sequence[float], now: float) -> float | None:
    """Return the seconds until the next start (1, 2, 4, 8), or None after MAX_CRASHES within CRASH_WINDOW_S."""
    recent = [moment for moment in crashes if now - moment < CRASH_WINDOW_S]
    return None if len(recent) >= MAX_CRASHES else 2.0 ** (len(recent) - 1)


def describe_exit(status: int) -> str:
    """Return how a process ended, from its exit status or the negative number of the signal that killed it."""
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


class Supervisor:
    """The running child processes. Not thread-safe."""

    def __init__(self, stop: StopRequest, printer: Printer) -> None:
        self.children: list[Child] = []
        self.environment: Mapping[str, str] = {}
        self.starts = 0
        self._stop, self._printer = stop, printer
        self._selector = selectors.DefaultSelector()

    def launch(self, name: str, argv: Sequence[str], death_signal: signal.Signals) -> subprocess.Popen[bytes]:
        """Start a program in its own process group, with its output connected to print_output."""
        process = subprocess.Popen(
            child_process.command(argv, death_signal=death_signal),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            start_new_session=True,
        )
        assert process.stdout is not None  # a pipe
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, (name, bytearray()))
        return process

    def add(self, child: Child) -> None:
        if child.running is None:
            self._start(child)
        self.children.append(child)

    def _start(self, child: Child) -> None:
        child.running, child.restart_at = child.start(), None
        self.starts += 1

    def processes(self) -> list[tuple[int, float]]:
        """Return process ID and creation time of each launched program, by which a later run finds leftovers."""
        found = []
        for child in self.children:
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.process.stdout is None:
                    continue  # an embedded server, which config/launcher/embedded.py finds by its PID file
                found.append((child.process.pid, psutil.Process(child.process.pid).create_time()))
        return found

    def print_output(self, wait_s: float = TICK_S) -> None:
        """Print the complete lines that arrive within `wait_s`; keep unfinished ones for later."""
        if not self._selector.get_map():
            time.sleep(wait_s)
        for key, _ in self._selector.select(wait_s):
            name, partial_line = key.data
            with contextlib.suppress(BlockingIOError):
                chunk = os.read(key.fd, READ_BYTES)
                lines, _, rest = (partial_line + chunk).rpartition(b"\n")
                if not chunk:
                    lines, rest = rest, b""
                    self._selector.unregister(key.fileobj)
                    cast(IO[bytes], key.fileobj).close()
                self._printer.print_lines(name, lines.decode(errors="replace"))
                partial_line[:] = rest

    def print_remaining_output(self) -> None:
        """Print what is left in the pipes of ended programs; limited, in case a descendant keeps writing."""
        for _ in range(FINAL_READS):
            self.print_output(0)

    def restart_crashed(self) -> str:
        """Restart ended children after a delay; return the reason to end the run, or ""."""
        for child in self.children:
            now = time.monotonic()
            if child.restart_at is None and child.process.poll() is not None:
                self._kill_group(child)  # a crashed main process leaves its workers running
                child.crashes.append(now)
                delay, cause = restart_delay(child.crashes, now), describe_exit(child.process.returncode)
                if delay is None:
                    return f"{child.name} {cause} for the {MAX_CRASHES}th time within a minute"
                self._printer.print_lines("vigie", f"{child.name} {cause}; restarting in {delay:.0f} s")
                child.restart_at = now + delay
            elif child.restart_at is not None and now >= child.restart_at:
                self._start(child)
        return ""

    def run_to_end(self, process: subprocess.Popen[bytes]) -> int | None:
        """Print a program's output until it ends; return its exit status, or None if stopped before."""
        while process.poll() is None and not self._stop.count:
            self.print_output()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
        self.print_remaining_output()
        return process.returncode

    def stop(self, groups: Sequence[Sequence[str]]) -> None:
        """Stop the children group by group, by name; a second request to stop skips the remaining timeouts."""
        for group in groups:
            self._stop_group([child for child in self.children if child.name in group])
        self.print_remaining_output()

    def _stop_group(self, children: list[Child]) -> None:
        alive = [child for child in children if child.process.poll() is None]
        steps = {child.name: list(child.stops) for child in alive}
        due = {child.name: 0.0 for child in alive}
        while alive:
            for child in alive:
                if time.monotonic() >= due[child.name] or self._skips_timeout(child):
                    number, timeout_s = steps[child.name].pop(0) if steps[child.name] else (signal.SIGKILL, 5)
                    child.process.send_signal(number)
                    due[child.name] = time.monotonic() + timeout_s
            self.print_output(0.05)
            alive = [child for child in alive if child.process.poll() is None]
        for child in children:
            self._kill_group(child)

    def _skips_timeout(self, child: Child) -> bool:
        """Return True after a second request to stop, except for Postgres and Redis, which must shut down cleanly."""
        return self._stop.count > 1 and child.process.stdout is not None

    @staticmethod
    def _kill_group(child: Child) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
