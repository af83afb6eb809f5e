"""Time whole pages at two sizes of a project: python -m tests.benchmarks.bench_pages [SMALL [LARGE]]

Generates a project of each size in one database, by default with 10,000 and 1,000,000 mentions over two years. Each
page is requested through Django's test client, without a network. Prints the median and the 95th percentile in
milliseconds at both sizes, the ratio of the medians, and the compressed size of the HTML.
"""

import argparse
import gzip
import tempfile
import time
from statistics import median, quantiles

from tests.benchmarks.bench_insights import fill
from tests.benchmarks.services import print_machine, vigie

ROUNDS = 30
PAGES = {
    "overview": "/",
    "overview, 30 d": "/?period=30d",
    "details of the overview": "/overview/details",
    "inbox": "/mentions",
    "inbox, three filters": "/mentions?status=to_review&sentiment=negative&language=fr",
    "inbox, three filters, 90 d": "/mentions?status=to_review&sentiment=negative&language=fr&period=90d",
    "inbox, counts": "/mentions?counts=1",
    "inbox, search": "/mentions?q=word17",
    "search, rare": "/search?q=word17",
    "search, common": "/search?q=lumen",
    "keywords": "/keywords",
    "columns": "/columns",
}


def visit(client, url):
    """Return the milliseconds of a request and its response."""
    began = time.perf_counter()
    response = client.get(url, HTTP_HX_REQUEST="true" if "counts" in url or "details" in url else "")
    response.content  # noqa: B018  # renders a lazy response
    elapsed = 1000 * (time.perf_counter() - began)
    assert response.status_code == 200, (url, response.status_code)
    return elapsed, response


def measure(client, project):
    """Return (median, 95th percentile, compressed bytes) by page."""
    found = {}
    for name, path in PAGES.items():
        url = f"/p/{project.pk}{path}"
        _, response = visit(client, url)
        times = [visit(client, url)[0] for _ in range(ROUNDS)]
        size = len(gzip.compress(response.content))
        found[name] = (median(times), quantiles(times, n=20)[-1], size)
    return found


def run(sizes):
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from accounts.models import Membership, Role, User

    settings.ALLOWED_HOSTS = ["*"]
    user = User.objects.create_user("bench@example.com")
    results = []
    for size in sizes:
        began = time.perf_counter()
        project, _ = fill(size, timezone.now())
        print(f"{size} mentions filled in {time.perf_counter() - began:.0f} s", flush=True)
        Membership.objects.create(project=project, user=user, role=Role.ADMIN)
        client = Client()
        client.force_login(user)
        results.append(measure(client, project))
    small, large = results
    print(f"{'page':28} {'small: median, p95':>20} {'large: median, p95':>20} {'ratio':>6} {'kB gzip':>8}")
    for name in PAGES:
        (a, a95, _), (b, b95, size) = small[name], large[name]
        print(f"{name:28} {a:12.1f} {a95:7.1f} {b:12.1f} {b95:7.1f} {b / a:6.1f} {size / 1000:8.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", nargs="?", type=int, default=10_000)
    parser.add_argument("large", nargs="?", type=int, default=1_000_000)
    arguments = parser.parse_args()
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder, vigie(STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
        print_machine()
        run([arguments.small, arguments.large])


if __name__ == "__main__":
    main()
