"""Beat's scheduler: sends no message to a queue that is already long, because no worker reads it or all are busy.

Named by CELERY_BEAT_SCHEDULER in config/settings.py. Expired messages stay in Redis until a worker discards them, so
without a limit a stopped worker would find thousands after a day.
"""

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry
from kombu import Queue
from kombu.exceptions import ChannelError
from redis import RedisError

log = logging.getLogger(__name__)
MAX_WAITING = 50  # messages: more than the periodic tasks of any queue, so each has one among them


class BoundedScheduler(PersistentScheduler):
    """Celery's own scheduler, apart from skipping ticks of long queues."""

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **options: Any) -> Any:
        """Send the message of an entry that is due, or only note the time. The next tick finds the same work."""
        if self._is_queue_long(entry):
            if advance:
                self.reserve(entry)
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **options)

    def _is_queue_long(self, entry: ScheduleEntry) -> bool:
        queue = self.app.amqp.router.route(dict(entry.options or {}), entry.task or "")["queue"].name
        try:
            # The connection of the producer: a new channel would open another one.
            channel = self.connection.default_channel
            declared: Any = Queue(queue, channel=channel).queue_declare(passive=True)  # its stubs say str
            waiting = declared.message_count
        except (ChannelError, RedisError, OSError):  # no such queue yet, or no Redis: sending reports that
            return False
        if waiting >= MAX_WAITING:
            log.warning("event=queue_long queue=%s waiting=%s task=%s skipped=yes", queue, waiting, entry.task)
        return waiting >= MAX_WAITING
