"""Read a stream like Bluesky's: python -m tests.benchmarks.bench_stream [--rate N] [--keywords N] [--seconds N]

A server in its own process sends synthetic posts, first at the given rate, then as fast as they are read. The reader
is that of `read_jetstream`, with a real Postgres. Prints posts per second, the reader's CPU time and memory, and how
many posts were stored.
"""

import argparse
import json
import logging
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

from tests.benchmarks.bench_query import ENGLISH, FRENCH, SEED, Language, queries
from tests.benchmarks.services import print_machine, vigie

DISTINCT = 20_000
COLLECTION = "app.bsky.feed.post"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--keywords", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve_posts(arguments.rate)
        return
    print_machine()
    with vigie(FETCH_ALLOWED_HOSTS="127.0.0.0/8"):
        print(f"{arguments.keywords} keywords of one project, {arguments.seconds} s each")
        for rate in (arguments.rate, 0):
            measure(rate, arguments.keywords, arguments.seconds)


def languages() -> list[Language]:
    rng = random.Random(SEED)
    return [Language(rng, FRENCH, True), Language(rng, ENGLISH, False)]


def messages() -> Iterator[str]:
    """Yield events of posts forever: a few texts repeat, the identity and the time of each are new."""
    rng = random.Random(SEED)
    both = languages()
    texts = [json.dumps(rng.choice(both).text(rng, rng.randint(3, 50))[:300]) for _ in range(DISTINCT)]
    number = 0
    while True:
        number += 1
        now = time.time()
        created = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now))
        did = f"did:plc:{number % 500_000:024d}"
        yield (
            f'{{"did":"{did}","time_us":{int(now * 1e6)},"kind":"commit","commit":{{"rev":"3k{number}",'
            f'"operation":"create","collection":"{COLLECTION}","rkey":"3k{number}","record":{{"$type":"{COLLECTION}",'
            f'"createdAt":"{created}","langs":["fr"],"text":{texts[number % DISTINCT]}}},"cid":"bafyrei{number}"}}}}'
        )


def serve_posts(rate: int) -> None:
    """Send posts to each client, `rate` per second or, for 0, as fast as it reads. Print the port first."""
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.server import serve

    prepared = [next(source) for source in [messages()] for _ in range(DISTINCT * 5)]

    def send(connection) -> None:
        began, sent = time.monotonic(), 0
        try:
            while True:
                if rate and sent >= (time.monotonic() - began) * rate:
                    time.sleep(0.002)
                    continue
                connection.send(prepared[sent % len(prepared)])
                sent += 1
        except ConnectionClosed:
            return

    logger = logging.getLogger("bench")
    logger.setLevel(logging.CRITICAL)
    with serve(send, "127.0.0.1", 0, compression=None, logger=logger) as server:
        print(server.socket.getsockname()[1], flush=True)
        server.serve_forever()


def measure(rate: int, keywords: int, seconds: int) -> None:
    import psutil

    from accounts.models import Project
    from monitoring.models import Document, Keyword, Source
    from monitoring.streaming import batch
    from monitoring.streaming.authors import Authors
    from monitoring.streaming.reader import StreamReader
    from outbound.default import http_client

    project = Project.objects.create(name=f"Bench {rate}")
    for number, query in enumerate(queries(languages(), keywords)):
        Keyword.objects.create(project=project, name=str(number), query=query)
    Source.objects.exclude(project=project).update(state=Source.State.PAUSED)
    Source.objects.create(project=project, platform="jetstream", url="https://bsky.app/", title="Bench")
    argv = [sys.executable, "-m", "tests.benchmarks.bench_stream", "--serve", "--rate", str(rate)]
    server = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    read = [0]
    add = batch.StreamBatch.add

    def counted(self, *arguments) -> None:
        read[0] += 1
        add(self, *arguments)

    batch.StreamBatch.add = counted
    reader = StreamReader([url], http_client(), Authors(http_client(), url))
    thread = threading.Thread(target=reader.run)
    thread.start()
    time.sleep(5)  # compile, connect
    process, before, began, cpu = psutil.Process(), read[0], time.monotonic(), sum(psutil.Process().cpu_times()[:2])
    time.sleep(seconds)
    posts, wall = read[0] - before, time.monotonic() - began
    cpu = sum(process.cpu_times()[:2]) - cpu
    stored = Document.objects.filter(project=project).count()
    print(
        f"{'at ' + str(rate) + '/s' if rate else 'at full speed':>14}: {posts / wall:7,.0f} posts/s,"
        f" {cpu / wall:4.0%} of a core, {cpu / posts * 1e6:4.0f} µs per post,"
        f" {process.memory_info().rss / 1e6:.0f} MB, {stored} stored",
        flush=True,
    )
    reader.stop()
    thread.join()
    server.kill()
    batch.StreamBatch.add = add


if __name__ == "__main__":
    main()
