"""Run a parser in a child process with limits of memory and time, one at a time in each process.

Called by parsers.py from polling threads and web threads: a job, a body and arguments in, the result of the job or a
ParseError out. The child is a fresh interpreter and no fork: a process with threads cannot fork safely, and the
processes of a Celery worker may not have children of `multiprocessing`.
"""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitoring.feeds.errors import ParseError
from monitoring.parsing.jobs import JOBS
from outbound.memory import return_free_memory

# Feeds of 10 MB made of entries need about 110 MB, and feedparser 3 s for them.
_MEMORY_BYTES = 256 * 1024 * 1024
_MEMORY_BYTES_PER_BYTE = 32
_MAX_MEMORY_BYTES = 1024 * 1024 * 1024
_CPU_S = 15
# A child that gets no processor, or waits for anything, ends too.
_WALL_S = 45.0
# A result is hardly larger than its body.
_MAX_OUTPUT_BYTES = 64 * 1024 * 1024
# Bodies wait in memory, each in its thread: not too many of them, and not for long.
_MAX_WAITING_BYTES = 96 * 1024 * 1024
_MAX_WAIT_S = 20.0

_ROOT = Path(__file__).resolve().parents[2]
# The child gets no other variable: the environment holds passwords.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")


class _WaitingLine:
    """Gives one thread at a time its turn, and refuses those that would wait too long or with too many bytes."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._bytes = 0
        self._bytes_lock = threading.Lock()

    def refusal(self, size: int) -> str:
        """Wait for a turn; return why there is none, else "": `leave` must follow then."""
        with self._bytes_lock:
            if self._bytes and self._bytes + size > _MAX_WAITING_BYTES:
                return f"others wait for the parser with {self._bytes} bytes"
            self._bytes += size
        if self._turn.acquire(timeout=_MAX_WAIT_S):
            return ""
        self._subtract(size)
        return f"no turn within {_MAX_WAIT_S:g} s"

    def leave(self, size: int) -> None:
        self._turn.release()
        self._subtract(size)

    def _subtract(self, size: int) -> None:
        with self._bytes_lock:
            self._bytes -= size


_line = _WaitingLine()


def run_in_child(job: str, body: bytes, **arguments: str) -> Any:
    """Return the result of a job of JOBS, or a ParseError: "too_complex" beyond the limits, "busy" if others wait."""
    if refusal := _line.refusal(len(body)):
        return ParseError("busy", refusal)
    try:
        output, status = _communicate(job, body, arguments)
    finally:
        _line.leave(len(body))
        return_free_memory()
    if status:
        return ParseError("too_complex", f"parser ended with status {status} at {len(body)} bytes")
    return _decode(job, output)


def _communicate(job: str, body: bytes, arguments: dict[str, str]) -> tuple[bytes, int]:
    """Return the output of a child and its exit status, negative if a signal or this process ended it."""
    request = {
        "job": job,
        "arguments": arguments,
        "memory_bytes": min(_MEMORY_BYTES + _MEMORY_BYTES_PER_BYTE * len(body), _MAX_MEMORY_BYTES),
        "cpu_s": _CPU_S,
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "monitoring.parsing.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={name: value for name, value in os.environ.items() if name in _ENVIRONMENT},
    )
    timer = threading.Timer(_WALL_S, child.kill)
    assert child.stdin is not None and child.stdout is not None  # pipes, as asked for
    timer.start()
    try:
        # The child reads all of its input before it writes, so neither waits for the other forever.
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(json.dumps(request).encode() + b"\n")
            child.stdin.write(body)
        output = child.stdout.read(_MAX_OUTPUT_BYTES + 1)
        if len(output) > _MAX_OUTPUT_BYTES:
            child.kill()
        return output, child.wait()
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        child.stdout.close()


@cache
def _adapter(job: str) -> TypeAdapter[Any]:
    return TypeAdapter(dict[str, JOBS[job].result])  # type: ignore[misc, arg-type]  # a type that is chosen here


_ERROR = TypeAdapter(dict[str, ParseError])


def _decode(job: str, output: bytes) -> Any:
    adapter = _ERROR if output.startswith(b'{"error"') else _adapter(job)
    try:
        return next(iter(adapter.validate_json(output).values()))
    except (ValidationError, StopIteration) as error:
        return ParseError("too_complex", f"parser returned no result: {type(error).__name__}")
