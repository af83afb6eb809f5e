"""`manage.py read_jetstream`: read Bluesky's stream for the sources "Bluesky (live)" of all projects until stopped."""

import signal
import time
from argparse import ArgumentParser
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from monitoring.platforms.bluesky_posts import APPVIEW
from monitoring.platforms.jetstream import SERVERS
from monitoring.streaming.authors import Authors
from monitoring.streaming.reader import StreamReader
from outbound import HttpClient
from outbound.default import http_client

# Names of authors delay what is read after them, so they have less time than a feed.
PROFILES_TIMEOUT_S = 5
# Docker looks at the age of this file (docker-compose.yml).
ALIVE_FILE, ALIVE_EVERY_S = "read-jetstream", 10


class Command(BaseCommand):
    help = "Read Bluesky's stream of public posts until stopped. A second process waits for the first one to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--server", action="append", default=[], help="URL of a Jetstream server, instead of Bluesky's; repeatable"
        )
        parser.add_argument("--profiles", default=APPVIEW, help="URL of the AppView that names authors")

    def handle(self, *, server: list[str], profiles: str, **options: object) -> None:
        client = http_client()
        quick = HttpClient(replace(client.settings, total_timeout_s=PROFILES_TIMEOUT_S))
        alive = _Alive(Path(settings.VIGIE_DATA_DIR) / ALIVE_FILE)
        reader = StreamReader(server or SERVERS, client, Authors(quick, profiles), on_turn=alive.show)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reader.stop())
        reader.run()


class _Alive:
    """A file that is touched every few seconds while the process works."""

    def __init__(self, path: Path) -> None:
        self._path, self._next = path, 0.0

    def show(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + ALIVE_EVERY_S
            with suppress(OSError):
                self._path.touch(mode=0o600)
