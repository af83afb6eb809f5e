"""The interface of a platform: what a kind of source (feeds, a search API, a timeline) implements to be polled.

A platform takes a claimed source and the process's HTTP client, and returns a `PollResult`. It reads no settings and
no database, so it can be tested against a look-alike server alone. Called through platforms/registry.py.
"""

from typing import Protocol

from monitoring.http import HttpClient
from monitoring.records import ClaimedSource, PollResult


class Platform(Protocol):
    """A kind of source. Instances are shared by all threads of a process and keep no state between polls."""

    def poll(self, source: ClaimedSource, http_client: HttpClient) -> PollResult:
        """Fetch what is new since `source.resume_state`.

        Return expected failures as `PollResult.error`; an exception is a bug. Every request goes through
        `http_client`, which enforces the time, size and address limits.
        """
        ...
