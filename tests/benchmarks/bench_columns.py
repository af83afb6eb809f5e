"""Time the refresh of 50 columns: python -m tests.benchmarks.bench_columns [MENTIONS]

Prints milliseconds per request when nothing and when everything has changed, and the share of one core that a page
with 50 columns takes at the interval of static/js/columns.js.
"""

import time
from datetime import UTC
from statistics import median

from tests.benchmarks.services import run_with

COLUMNS, ROUNDS, EVERY_S = 50, 9, 15
QUERIES = [
    "period=7d&stories=fold",
    "period=7d&status=needs_reply&stories=fold",
    "period=30d&sentiment=negative",
    "period=30d&language=fr&status=to_review",
    "period=90d&author=nobody",
]


def run(size):
    from accounts.models import User
    from monitoring.insights.columns import read_columns, rows_of_columns
    from monitoring.insights.filter_lists import read_filters
    from tests.benchmarks.bench_insights import NOW, fill
    from workplace.columns import columns_of, set_columns
    from workplace.models import SavedView

    project, keywords = fill(size)
    user = User.objects.create_user("bench@example.com")
    views = SavedView.objects.bulk_create(
        SavedView(
            project=project,
            owner=user,
            name=f"View {number}",
            query=QUERIES[number % len(QUERIES)] + (f"&keyword={keywords[number % len(keywords)].pk}" * (number % 2)),
        )
        for number in range(COLUMNS)
    )
    set_columns(project, user, [view.pk for view in views])

    def refresh(has_changed):
        filters = read_filters(project, [column.view.query for column in columns_of(user, project.pk)], NOW, UTC)
        columns = read_columns(filters)
        return rows_of_columns(columns) if has_changed else columns

    for has_changed in (False, True):
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            refresh(has_changed)
            times.append(time.perf_counter() - began)
        # Web process and Postgres work one after the other, so time is at most the processor time of one core.
        share = 100 * median(times) / EVERY_S
        name = "all changed" if has_changed else "none changed"
        print(f"{COLUMNS} columns, {name:14} {1000 * median(times):8.1f} ms   {share:5.1f}% of one core", flush=True)


if __name__ == "__main__":
    run_with(run, 1_000_000, __doc__)
