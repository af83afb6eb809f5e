"""Time whole pages at two sizes of a project: python -m tests.benchmarks.bench_pages [SMALL [LARGE]] [--keep FOLDER]

Generates a project of each size in one database, by default with 10,000 and 1,000,000 mentions over two years. Each
page is requested through Django's test client, without a network. Prints in milliseconds, at both sizes, the median
and the 95th percentile, and the processor time of Python and of Postgres; the ratio of the medians; and the size of
HTML and of scripts, in kB compressed. With --keep, the database stays in a folder for the next run.
"""

import argparse
import gzip
import re
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import psutil

from tests.benchmarks.bench_insights import fill
from tests.benchmarks.services import print_machine, vigie

ROUNDS = 30
THREE_FILTERS = "status=to_review&sentiment=negative&language=fr"
PAGES = {
    "overview": "/",
    "overview, 30 d": "/?period=30d",
    "details of the overview": "/overview/details",
    "compare": "/compare",
    "compare, 30 d": "/compare?period=30d",
    "compare, 90 d": "/compare?period=90d",
    "side of a comparison": "/compare/side",
    "details of a comparison": "/compare/details",
    "inbox": "/mentions",
    "inbox, three filters": f"/mentions?{THREE_FILTERS}",
    "inbox, three filters, 90 d": f"/mentions?{THREE_FILTERS}&period=90d",
    "counts of the inbox": "/mentions?period=7d&stories=fold&counts=1&fields=1",
    "counts, three filters": f"/mentions?{THREE_FILTERS}&counts=1&fields=1",
    "counts, three filters, 90 d": f"/mentions?{THREE_FILTERS}&period=90d&counts=1&fields=1",
    "inbox, search": "/mentions?q=word17",
    "search, rare": "/search?q=word17",
    "search, common": "/search?q=lumen",
    "keywords": "/keywords",
    "near misses": "/keywords/{keyword}/near-misses",
    "authors": "/authors",
    "author": "/authors/{author}",
    "response times": "/response-times",
    "saved views in the navigation": "/views/rail",
    "50 columns": "/columns",
}
FRAGMENTS = ("counts", "details", "side", "rail")
COLUMNS = 50
IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")


@dataclass(frozen=True)
class Measured:
    """A page: milliseconds per request, of the clock and of the processor, and compressed bytes."""

    median: float
    p95: float
    python: float
    postgres: float
    html: int
    scripts: int


def visit(client, url):
    """Return the milliseconds of a request and its response."""
    began = time.perf_counter()
    response = client.get(url, HTTP_HX_REQUEST="true" if any(name in url for name in FRAGMENTS) else "")
    response.content  # noqa: B018  # renders a lazy response
    elapsed = 1000 * (time.perf_counter() - began)
    assert response.status_code == 200, (url, response.status_code)
    return elapsed, response


def pages_of(project):
    """Return the URLs of the pages of a project by name."""
    from monitoring.models import Author, Keyword

    keyword = Keyword.objects.filter(project=project).order_by("id").first()
    author = Author.objects.filter(project=project).order_by("id").first()
    return {
        name: f"/p/{project.pk}{path.format(keyword=keyword.pk, author=author.pk)}" for name, path in PAGES.items()
    }


def add_columns(project, user):
    """Add saved views, and a column of the person for each."""
    from tests.benchmarks.bench_columns import QUERIES
    from workplace.columns import set_columns
    from workplace.models import SavedView

    views = SavedView.objects.bulk_create(
        SavedView(project=project, owner=user, name=f"View {n}", query=QUERIES[n % len(QUERIES)])
        for n in range(COLUMNS)
    )
    set_columns(project, user, [view.pk for view in views])


def measure(client, project):
    """Return what was measured, by page."""
    from django.db import connection

    found = {}
    for name, url in pages_of(project).items():
        _, response = visit(client, url)
        server = psutil.Process(connection.connection.info.backend_pid).parent()
        before = postgres_ms(server), time.process_time()
        times = [visit(client, url)[0] for _ in range(ROUNDS)]
        python = 1000 * (time.process_time() - before[1])
        postgres = postgres_ms(server) - before[0]
        found[name] = Measured(
            median(times),
            quantiles(times, n=20)[-1],
            python / ROUNDS,
            postgres / ROUNDS,
            len(gzip.compress(response.content)),
            script_bytes(response.content.decode()),
        )
    return found


def postgres_ms(server):
    """Return the processor time of a Postgres server with all its processes, in ticks of the system, often 10 ms."""
    own = server.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in server.children():
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return 1000 * total


def script_bytes(html):
    """Return the compressed bytes of a page's scripts and of all modules that they import."""
    from django.conf import settings

    root = Path(settings.STATIC_ROOT)
    waiting = [root / path for path in re.findall(r'<script src="/static/([^"]+)"', html)]
    seen = {}
    while waiting:
        path = waiting.pop().resolve()
        if path not in seen:
            content = path.read_bytes()
            seen[path] = len(gzip.compress(content))
            waiting += [path.parent / name for name in IMPORT.findall(content.decode())]
    return sum(seen.values())


def filled(size, user):
    """Return the project of this size: that of an earlier run in a kept folder, else a new one."""
    from django.utils import timezone

    from accounts.models import Membership, Project, Role

    name = f"Bench {size}"
    if project := Project.objects.filter(name=name).first():
        return project
    began = time.perf_counter()
    project, _ = fill(size, timezone.now())
    Membership.objects.create(project=project, user=user, role=Role.ADMIN)
    add_columns(project, user)
    Project.objects.filter(pk=project.pk).update(name=name)
    print(f"{size} mentions filled in {time.perf_counter() - began:.0f} s", flush=True)
    return project


def run(sizes):
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from accounts.models import User

    settings.ALLOWED_HOSTS = ["*"]
    user, _ = User.objects.get_or_create(email="bench@example.com")
    projects = [filled(size, user) for size in sizes]
    client = Client()
    client.force_login(user)
    small, large = (measure(client, project) for project in projects)
    print(f"{'':29} {'small':>30} {'large':>30}")
    columns = f"{'median':>8} {'p95':>6} {'Python':>7} {'Postgres':>7}"
    print(f"{'page':28} {columns} {columns} {'ratio':>6} {'HTML kB':>8} {'JS kB':>6}")
    for name in PAGES:
        one, two = small[name], large[name]
        numbers = " ".join(f"{m.median:8.1f} {m.p95:6.1f} {m.python:7.1f} {m.postgres:8.1f}" for m in (one, two))
        print(f"{name:28} {numbers} {two.median / one.median:6.1f} {two.html / 1000:8.1f} {two.scripts / 1000:6.1f}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        [size] = cursor.fetchone()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"memory of the process: {memory:.0f} MB at most; database: {size / 1e6:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", nargs="?", type=int, default=10_000)
    parser.add_argument("large", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the database here, and use it again")
    arguments = parser.parse_args()
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder, vigie(arguments.keep, STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
        print_machine()
        run([arguments.small, arguments.large])


if __name__ == "__main__":
    main()
