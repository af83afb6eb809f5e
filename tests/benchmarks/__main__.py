"""Every benchmark, one after another, each in a process of its own: `make bench`."""

import subprocess
import sys

for name in ("bench_polling", "bench_query", "bench_insights", "bench_preview", "bench_search", "bench_sentiment"):
    print(f"\n=== {name} ===", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=True)
