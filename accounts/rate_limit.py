"""Requests per minute, counted in the cache: of API tokens (api/auth.py), and of public pages that take long."""

import logging
import time
from dataclasses import dataclass

import redis
from django.core.cache import cache

log = logging.getLogger(__name__)
WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class Count:
    """The requests in the current minute, this one included, and the seconds until the next one."""

    used: int
    left_s: int


def count_request(key: str) -> Count:
    """Count a request under a key. Without Redis there are none: every request is answered."""
    window, elapsed_s = divmod(int(time.time()), WINDOW_S)
    return Count(_increment(f"{key}:{window}"), WINDOW_S - elapsed_s)


def _increment(key: str) -> int:
    try:
        cache.add(key, 0, timeout=2 * WINDOW_S)
        return cache.incr(key)
    except ValueError:  # evicted between the two
        return 1
    except redis.RedisError as error:
        log.warning("event=rate_unknown error=%s", type(error).__name__)
        return 0
