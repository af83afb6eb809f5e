"""Parse one body in a process of its own: `python -m monitoring.parsing.child`, started by child_process.py.

In, on stdin: a line of JSON with the job, its arguments and its limits, then the body. Out, on stdout: the result of
the job as JSON (jobs.py). It imports no Django and gets no secrets, so a body that takes it over finds nothing.
"""

import json
import os
import resource
import sys
from contextlib import suppress

from monitoring.feeds.errors import ParseError
from monitoring.parsing.jobs import JOBS, encode

# Below the processes that started it, which have other work to do.
_NICENESS = 5


def main() -> int:
    """Run the job; exit status 0 if its result was written. A process that exceeds a limit ends without one."""
    request = json.loads(sys.stdin.buffer.readline())
    os.nice(_NICENESS)
    _limit(resource.RLIMIT_AS, request["memory_bytes"])
    _limit(resource.RLIMIT_CPU, request["cpu_s"])
    _limit(resource.RLIMIT_CORE, 0)
    try:
        body = sys.stdin.buffer.read()
        output = encode(JOBS[request["job"]].run(body, **request["arguments"]))
    except MemoryError:
        output = encode(ParseError("too_complex", "memory limit"))
    sys.stdout.buffer.write(output)
    return 0


def _limit(kind: int, value: int) -> None:
    with suppress(ValueError, OSError):  # macOS has no limit of memory
        resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    sys.exit(main())
