"""tests/coverage_summary.py sums a coverage report per package."""

from tests.coverage_summary import summary_lines


def _file(covered, missing):
    return {"summary": {"covered_lines": covered, "missing_lines": missing}}


def test_summary_has_totals_per_package_and_overall():
    report = {
        "files": {"alerts/rules.py": _file(8, 2), "alerts/digests/send.py": _file(10, 0), "api/app.py": _file(1, 2)}
    }
    assert summary_lines(report) == [
        "alerts             20 lines   90%",
        "api                 3 lines   33%",
        "total              23 lines   82%",
    ]


def test_summary_rounds_down_and_counts_empty_package_as_covered():
    report = {"files": {"api/app.py": _file(999, 1), "config/__init__.py": _file(0, 0)}}
    assert [line.split()[-1] for line in summary_lines(report)] == ["99%", "100%", "99%"]
