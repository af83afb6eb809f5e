"""Help tests of streams: posts of now, sources, and readers in threads that save quickly."""

import threading
import time
from collections.abc import Callable

from django.utils import timezone

from monitoring.models import Source
from monitoring.streaming.authors import Authors
from monitoring.streaming.reader import StreamPace, StreamReader
from tests.factories import make_source
from tests.lookalikes.platforms.base import Post
from tests.monitoring.platforms.polling import client_of

QUICK = StreamPace(
    flush_s=0.1, save_s=0.3, refresh_s=0.1, silence_s=3, first_wait_s=0.05, longest_wait_s=0.2, standby_s=0.1
)


def wait_until(is_done: Callable[[], object], limit_s: float = 15) -> None:
    deadline = time.monotonic() + limit_s
    while not is_done():
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.02)


def post(number: int, text: str = "Ma lampe Lumen", **fields) -> Post:
    """Return a post that is written now."""
    return Post(number=number, text=text, published=timezone.now(), **fields)


def make_stream_source(project, **fields):
    return make_source(project, "https://bsky.app/", platform="jetstream", host="127.0.0.1", **fields)


def is_working(source: Source) -> bool:
    source.refresh_from_db()
    return source.last_success_at is not None and not source.error_code


class RunningReader:
    """A reader in a thread."""

    def __init__(self, servers: list[str], profiles: str, pace: StreamPace = QUICK) -> None:
        client = client_of()
        self.reader = StreamReader(servers, client, Authors(client, profiles), pace)
        self.thread = threading.Thread(target=self.reader.run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.reader.stop()
        self.thread.join(15)
        assert not self.thread.is_alive()
