"""Report which sentiment model the workers use, or why it cannot be loaded.

In: the model of the settings, which only workers load (a transformer takes a gigabyte). Out: a `ModelStatus` in the
cache, for pages and corrections. Called by monitoring/tasks.py before every analysis, services/corrections.py and the
sentiment settings page.
"""

import logging
import time
from dataclasses import dataclass

from django.core.cache import cache
from redis import RedisError

from monitoring.enrichment.analyzer import missing_encoder, model

log = logging.getLogger(__name__)

KEY = "sentiment-model-status"
STATUS_S = 120  # workers renew the status every few seconds: if it has expired, no worker runs
RETRY_S = 30  # it may take seconds to find out that a transformer cannot be loaded


@dataclass(frozen=True)
class ModelStatus:
    """The last report of a worker. `at` is Unix time; `error` says why the model cannot be loaded, with file names.

    `missing_encoder` says why only the small model is used, "" if the encoder is used too.
    """

    at: float
    version: str = ""
    threshold: float = 0.0
    error: str = ""
    missing_encoder: str = ""


def is_ready() -> bool:
    """Return whether this process has loaded the model. After an error it tries again every RETRY_S seconds.

    An error is logged once, when it first occurs.
    """
    before, now = last_status(), time.time()
    if before and before.error and before.at > now - RETRY_S:
        return False
    try:
        found = model()
        status = ModelStatus(now, found.version, found.threshold, missing_encoder=missing_encoder())
        if status.missing_encoder and not (before and before.missing_encoder):
            log.warning("event=encoder_not_loaded reason=%r; the small model is used alone", status.missing_encoder)
    except (OSError, ValueError, ImportError) as error:
        status = ModelStatus(now, error=str(error))
        if not before or before.error != status.error:
            log.error("event=model_not_loaded reason=%r; mentions are not analyzed until it is fixed", status.error)
    cache.set(KEY, status, STATUS_S)
    return not status.error


def last_status() -> ModelStatus | None:
    """Return the last report of a worker, None if there was none in the last STATUS_S seconds."""
    try:
        return cache.get(KEY)
    except RedisError:
        return None
