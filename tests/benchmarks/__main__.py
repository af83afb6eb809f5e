"""Run benchmarks one after another, each in its own process: `python -m tests.benchmarks [NAME ...]`, `make bench`."""

import argparse
import subprocess
import sys

NAMES = (
    "polling",
    "platforms",
    "stream",
    "query",
    "insights",
    "pages",
    "columns",
    "preview",
    "search",
    "sentiment",
    "exports",
    "rules",
    "replay",
    "rules_pass",
    "digests",
    "alert_delay",
    "forecasts",
    "goals",
    "similar",
)

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
names = parser.parse_args().names or NAMES
if unknown := set(names) - set(NAMES):
    parser.error(f"unknown benchmarks: {', '.join(sorted(unknown))} (known: {', '.join(NAMES)})")
for name in names:
    print(f"\n=== {name} ===", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.bench_{name}"], check=True)
