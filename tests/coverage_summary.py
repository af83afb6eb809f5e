"""Print the line coverage of each package: `python -m tests.coverage_summary FILE`.

Reads the JSON report of SlipCover, which `make test` writes while it runs the tests.
"""

import json
import sys
from collections import Counter
from pathlib import Path


def summary_lines(report: dict) -> list[str]:
    """Return one line per package and the total, from the report of SlipCover."""
    covered, total = Counter(), Counter()
    for path, file in report["files"].items():
        for name in (path.partition("/")[0], "total"):
            covered[name] += file["summary"]["covered_lines"]
            total[name] += file["summary"]["covered_lines"] + file["summary"]["missing_lines"]
    names = [*sorted(total.keys() - {"total"}), "total"]
    return [f"{name:<14}{total[name]:>7} lines{_percent(covered[name], total[name]):>5}%" for name in names]


def _percent(part: int, whole: int) -> int:
    """Return the percentage, rounded down: 100 means all."""
    return part * 100 // whole if whole else 100


if __name__ == "__main__":
    print("Line coverage")
    print("\n".join(summary_lines(json.loads(Path(sys.argv[1]).read_text()))))
