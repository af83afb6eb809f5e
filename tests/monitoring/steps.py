"""Count the work of a function, to compare it at two sizes without reading a clock. Called by tests of limits."""

import sys


class TooManyStepsError(Exception):
    """A function takes more steps than allowed."""


def count_steps(function, *arguments, limit=10**9):
    """Return how many lines a call runs and how many functions it calls: its work on a machine of any speed.

    Raise TooManyStepsError beyond `limit`. The work inside one C function, such as a pattern, counts as one step.
    """
    steps = 0

    def count(frame, event, argument):
        nonlocal steps
        steps += event in ("line", "call", "c_call")
        if steps > limit:
            raise TooManyStepsError(f"more than {limit}")
        return count

    tracer = sys.gettrace()
    sys.setprofile(count)
    sys.settrace(count)
    try:
        function(*arguments)
    finally:
        sys.settrace(tracer)
        sys.setprofile(None)
    return steps
