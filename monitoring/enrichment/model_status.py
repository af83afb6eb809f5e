"""Which model judges, or why none can be loaded, as the workers said last.

In: the model of the settings, which only workers load (a transformer takes a gigabyte). Out: `last_heard()` for pages,
kept in the cache for a short while. Called by tasks.py before anything is judged, and by the settings page.
"""

import logging
import time
from dataclasses import dataclass

from django.core.cache import cache
from redis import RedisError

from monitoring.enrichment.judge import model

log = logging.getLogger(__name__)

KEY = "sentiment-model"
KEPT_S = 120  # ticks renew it every few seconds: older, there is no worker
RETRY_S = 30  # a transformer that cannot be used may take seconds to find that out


@dataclass(frozen=True)
class Heard:
    """`error` says what to do where the model cannot be loaded; it may name folders. `at` is Unix time."""

    at: float
    version: str = ""
    threshold: float = 0.0
    error: str = ""


def is_ready() -> bool:
    """Whether this process has the model; where not, one line of the log says why, and it is tried again later."""
    before, now = last_heard(), time.time()
    if before and before.error and before.at > now - RETRY_S:
        return False
    try:
        found = model()
        heard = Heard(now, found.version, found.threshold)
    except (OSError, ValueError, ImportError) as error:
        heard = Heard(now, error=str(error))
        if not before or before.error != heard.error:
            log.error("event=model_not_loaded why=%r; mentions wait until it is mended", heard.error)
    cache.set(KEY, heard, KEPT_S)
    return not heard.error


def last_heard() -> Heard | None:
    """None where no worker has said anything for a while."""
    try:
        return cache.get(KEY)
    except RedisError:
        return None
