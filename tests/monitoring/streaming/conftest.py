"""A Jetstream look-alike, a source of it, and readers that stop at the end of the test."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.lookalikes.platforms.jetstream import JetstreamServer


@pytest.fixture
def server():
    with JetstreamServer() as server:
        server.now = datetime.now(UTC) + timedelta(days=1)  # everything that was published is visible
        yield server


@pytest.fixture
def source(project):
    from tests.monitoring.streaming.running import make_stream_source

    return make_stream_source(project)


@pytest.fixture
def read(server):
    """`reader = read()`: a reader of the look-alike, or of other servers."""
    from tests.monitoring.streaming.running import RunningReader

    running = []

    def start(*servers, **options):
        running.append(RunningReader(list(servers) or [server.url], server.url, **options))
        return running[-1]

    yield start
    for reader in running:
        reader.stop()
