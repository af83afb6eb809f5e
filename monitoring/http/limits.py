"""How many requests one host gets at once: a URL in, its host's key out, and a counter of what is under way.

Called by the poller, which puts a source back in its queue when its host is busy instead of making a thread wait.
"""

import threading
from collections import Counter

from monitoring.http.guard import Refused, read_url


def host_key(url: str) -> str:
    """One name for a host however it is spelled, without port and scheme; "" for a URL that cannot be fetched."""
    try:
        return read_url(url).host
    except Refused:
        return ""


class HostLimiter:
    """Counts requests under way by key. Never blocks; shared by the threads of one process."""

    def __init__(self, at_once: int = 2) -> None:
        self._at_once = at_once
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    def try_acquire(self, key: str) -> bool:
        with self._lock:
            if self._under_way[key] >= self._at_once:
                return False
            self._under_way[key] += 1
            return True

    def release(self, key: str) -> None:
        with self._lock:
            self._under_way[key] -= 1
            if self._under_way[key] <= 0:
                del self._under_way[key]
