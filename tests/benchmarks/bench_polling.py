"""Compare polling with the PyPI package `reader`: python -m tests.benchmarks.bench_polling [--feeds N]

Both poll the same feeds from the same server in the same run. Vigie runs a Celery worker (two processes, as in
`make run`) from beat's message to committed rows in Postgres, including address checks, sanitizing and matching;
reader runs `update_feeds(workers=4)` into SQLite. Prints feeds/s for a first full pass, an unchanged one (304), and
one where a feed in ten has a new entry; then the same under realistic conditions: TLS, one host per feed, every
response delayed by 0.3 s, one host in twenty hanging for 5 s.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import certifi

from tests.benchmarks.services import print_machine, timed, vigie
from tests.lookalikes.feeds import FeedServerProcess
from tests.monitoring.feeds.generate import mixed_feed

PASSES = ("first full pass", "all unchanged", "one in ten has news")
LATE_S, HANGS_S, HANGING = 0.3, 5.0, 20
# A brand, competitors and subjects, as people track them; three entries in a hundred name the brand.
QUERIES = [
    '"maison lumen" OR lumen',
    "halo -halogène",
    "brise OR #brise",
    "lumen NEAR/5 (retard OR delay)",
    '"service client" (lumen OR halo OR brise)',
    '"luminaire connecté" OR "smart lamp"',
]


class World:
    """The feeds and the server that publishes them."""

    def __init__(self, server: FeedServerProcess, feeds: int, real: bool, authorities: str) -> None:
        self.server, self.feeds, self.real, self.authorities = server, feeds, real, authorities

    def publish(self, newer_every: int = 0) -> None:
        """Publish every feed; each `newer_every`th with one entry more than before."""
        routes = {}
        for seed in range(self.feeds):
            newer = 1 if newer_every and seed % newer_every == 0 else 0
            latency = {"latency_s": HANGS_S if seed % HANGING == 0 else LATE_S} if self.real else {}
            body = mixed_feed(seed, newer=newer)
            kind = "application/feed+json" if body.startswith(b"{") else "application/xml"
            routes[f"/{seed}"] = {
                "body": body,
                "etag": f'"{seed}.{newer}"',
                "content_type": kind,
                "gzipped": True,
            } | latency
        self.server.put_many(routes)

    def urls(self) -> list[str]:
        hosts = self.server.hosts
        return [self.server.url(f"/{seed}", hosts[seed % len(hosts)]) for seed in range(self.feeds)]


def ours(world: World, environment: dict[str, str]) -> list[tuple[float, int, float]]:
    """For each pass: seconds, documents stored so far, seconds until all feeds were done whose host does not hang."""
    from accounts.models import Project
    from monitoring.models import Document, Keyword, Source
    from monitoring.tasks import poll_due
    from outbound import host_key

    project = Project.objects.create(name=f"bench real={world.real}")
    for number, query in enumerate(QUERIES):
        Keyword.objects.create(project=project, name=str(number), query=query)
    Source.objects.bulk_create(Source(project=project, url=url, host=host_key(url)) for url in world.urls())
    sources = Source.objects.filter(project=project)

    prompt = sources.exclude(url__in=world.urls()[::HANGING]) if world.real else sources

    def one_pass(process: subprocess.Popen) -> float:
        from django.utils import timezone

        began = timezone.now()
        sources.update(next_poll_at=began)
        poll_due.delay()
        while sources.exclude(last_polled_at__gte=began).exists():
            if process.poll() is not None:
                raise SystemExit(f"the worker ended with status {process.returncode}")
            time.sleep(0.02)
        return (prompt.latest("last_polled_at").last_polled_at - began).total_seconds()

    worker = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-Q", "poll", "-c", "2"]
    quiet = {**environment, "LOG_LEVEL": "ERROR"}
    with subprocess.Popen(
        [*worker, "--loglevel", "ERROR", "--without-gossip", "--without-mingle"],
        env=quiet,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            time.sleep(5)
            results = []
            for newer in (0, 0, 10):
                world.publish(newer)
                seconds, prompt_s = timed(one_pass, process)
                results.append((seconds, Document.objects.filter(project=project).count(), prompt_s))
            failed = sources.exclude(error_code="").values_list("error_code", "error_detail")
            if failed:
                print("  failed:", list(failed[:3]))
            return results
        finally:
            process.terminate()


def readers(world: World) -> list[tuple[float, int]]:
    """The same of reader."""
    import requests
    from reader import make_reader

    requests.adapters.DEFAULT_CA_BUNDLE_PATH = world.authorities
    logging.getLogger("reader").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        for url in world.urls():
            reader.add_feed(url)
        results = []
        for newer in (0, 0, 10):
            world.publish(newer)
            seconds, _ = timed(lambda: reader.update_feeds(workers=4, scheduled=False))
            results.append((seconds, reader.get_entry_counts().total))
        reader.close()
        return results


def compare(feeds: int, real: bool, passes: tuple[str, ...]) -> None:
    hosts = (
        tuple(f"127.0.{1 + number // 200}.{1 + number % 200}" for number in range(feeds)) if real else ("127.0.0.1",)
    )
    with FeedServerProcess(hosts, tls=real, log=False) as server, tempfile.NamedTemporaryFile() as authorities:
        # As for the real web, both read the whole bundle of authorities, with the test's own added.
        authorities.write(Path(certifi.where()).read_bytes())
        authorities.write(Path(server.ca_file).read_bytes() if real else b"")
        authorities.flush()
        with vigie(FETCH_ALLOWED_HOSTS="127.0.0.0/8", FETCH_CA_FILE=authorities.name) as environment:
            world = World(server, feeds, real, authorities.name)
            our_results = ours(world, environment)
            their_results = readers(world)
    print(
        f"\n{'as the real web is: TLS, a host a feed, 0.3 s late, 1 in 20 hangs 5 s' if real else 'plain, one host'}"
    )
    print(f"{'pass':24}{'ours feeds/s':>14}{'reader feeds/s':>16}{'ratio':>8}{'ours stored':>13}{'reader stored':>15}")
    for name, (our_s, our_n, prompt_s), (their_s, their_n) in zip(passes, our_results, their_results, strict=True):
        row = f"{name:24}{feeds / our_s:14.1f}{feeds / their_s:16.1f}{their_s / our_s:8.1f}{our_n:13}{their_n:15}"
        print(row + (f"   all but the hanging after {prompt_s:.1f} s" if real else ""))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--only", choices=("plain", "real"))
    options = parser.parse_args()
    print_machine()
    # Settings are read once per process, so each comparison has its own.
    if options.only is None:
        for only in ("plain", "real"):
            subprocess.run(
                [sys.executable, "-m", __spec__.name, "--feeds", str(options.feeds), "--only", only], check=True
            )
        return
    compare(options.feeds, options.only == "real", PASSES)


if __name__ == "__main__":
    main()
