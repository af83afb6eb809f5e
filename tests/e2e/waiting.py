"""Wait for something that only a script can tell."""

import time

LIMIT_S = 10


def wait_until(page, expression, argument=None):
    """Evaluate a JavaScript expression or function until it is true. Raise AssertionError after 10 s.

    Page.wait_for_function evaluates a string inside the page from its second attempt on, which the pages' content
    security policy forbids.
    """
    deadline = time.monotonic() + LIMIT_S
    while not page.evaluate(expression, argument):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)
