"""Simulate a day of all platforms with many keywords: python -m tests.benchmarks.bench_platforms [--keywords N].

The clock is simulated: each platform polls its look-alike with the code of the workers (buckets, walks, schedule),
without a network. Prints by platform: requests, the fullest window relative to its limit, items lost, and the minutes
from publication to the poll that found an item: median and worst.
"""

import argparse
import statistics

from tests.benchmarks.services import print_machine, vigie


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keywords", type=int, default=200)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--platforms", type=int, default=12)
    arguments = parser.parse_args()
    print_machine()
    with vigie():
        show(arguments)


def show(arguments: argparse.Namespace) -> None:
    from tests.benchmarks.platform_day import ITEMS_PER_DAY, PLATFORMS_OF_THE_DAY, simulate

    names = PLATFORMS_OF_THE_DAY[: arguments.platforms]
    print(f"{arguments.hours} h, {arguments.keywords} keywords, {len(names)} platforms, {ITEMS_PER_DAY} items each")
    print(f"{'platform':18} {'requests':>9} {'fullest':>8} {'lost':>5} {'median':>8} {'worst':>8}  errors")
    for day in simulate(names, arguments.keywords, arguments.hours):
        late = [
            (day.found[identity] - post.published).total_seconds() / 60
            for post in day.server.posts
            if (identity := day.server.native_id(post)) in day.found
        ]
        lost = len(day.server.posts) - len(late)
        median, worst = (statistics.median(late), max(late)) if late else (0, 0)
        print(
            f"{day.server.platform:18} {len(day.made):9} {day.fullest():8.0%} {lost:5}"
            f" {median:6.1f} m {worst:6.1f} m  {dict(day.errors) or ''}"
        )


if __name__ == "__main__":
    main()
