"""Time one reading of a goal of each metric: python -m tests.benchmarks.bench_goals [MENTIONS]

Generates mentions of twenty keywords over two years. Each goal lasts 180 days, of which 90 are over, and is about one
brand, and about all keywords where it can be. Prints the median in milliseconds, the number of queries, and the ratio
to a floor of the same run: one statement of SQL that counts the mentions of the brand (or of all keywords) per day
over the same days. Every goal is read once per hour.
"""

import time
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from tests.benchmarks.bench_insights import fill
from tests.benchmarks.services import run_with

ROUNDS = 7
PAST, LENGTH, READ_BEFORE = 90, 180, 28  # days; a forecast also reads the four weeks before the first one
ZONE = "Europe/Paris"
ENGAGED, TRIAGED = 10, 40  # one document in so many has engagement, or needed a reply
FLOOR = """
SELECT (published AT TIME ZONE %(zone)s)::date, count(*) FROM monitoring_mention
WHERE keyword_id = ANY(%(keywords)s) AND published >= %(since)s AND published < %(until)s GROUP BY 1
"""
EXTRAS = """
UPDATE monitoring_document SET engagement = id %% 50 WHERE project_id = %(project)s AND id %% %(engaged)s = 0;
UPDATE monitoring_mention m SET engagement = d.engagement FROM monitoring_document d
WHERE d.id = m.document_id AND d.engagement IS NOT NULL AND d.project_id = %(project)s;
"""


def timed(read):
    """Return the median in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        read()
        times.append(time.perf_counter() - began)
    return 1000 * median(times)


def add_rest(project, user, now):
    """Add what the mentions lack: engagement, replies, posts, an account and a website, each of 150 days."""
    from django.db import connection

    from monitoring.models import Document, Source, Triage
    from tests.website.factories import make_days, make_website
    from workplace.models import FollowerCount, OutgoingPost, OwnAccount, Post
    from workplace.response_targets import set_target, suggested_target

    Source.objects.filter(project=project).update(created_at=now - timedelta(days=730))
    with connection.cursor() as cursor:
        cursor.execute(EXTRAS, {"project": project.pk, "engaged": ENGAGED})
    target = suggested_target(project, user)
    set_target(project, user, hours=target.hours, time_zone=target.time_zone, calendar=target.calendar)
    recent = Document.objects.filter(project=project, published__gt=now - timedelta(days=150))
    rows = recent.values_list("pk", "published").iterator()
    Triage.objects.bulk_create(
        [
            Triage(
                document_id=pk,
                project=project,
                due_at=published + timedelta(hours=8),
                first_replied_at=published + timedelta(hours=pk % 12),
                response_s=3600 * (pk % 12),
            )
            for pk, published in rows
            if pk % TRIAGED == 0
        ],
        batch_size=5_000,
        ignore_conflicts=True,  # a target gives items that need a reply their time
    )
    today = now.astimezone(ZoneInfo(ZONE)).date()
    make_days(make_website(project, zone_name=ZONE), today - timedelta(days=1), [300] * 150, [40] * 150)
    account = OwnAccount.objects.create(project=project, platform="mastodon", native_id="1", name="@lumen")
    for offset in range(1, 151):
        day, at = today - timedelta(days=offset), now - timedelta(days=offset)
        FollowerCount.objects.create(account=account, day=day, followers=4_000 - offset)
        post = Post.objects.create(project=project, title="Post", status="published", published_at=at)
        variant = post.variants.create(platform="mastodon")
        OutgoingPost.objects.create(project=project, variant=variant, text="", state="sent", sent_at=at, likes=9)
    return account


def goals_of(project, brand, account, now):
    """Return a goal of each metric with its name: about a brand, and about all keywords."""
    from workplace.goals.metrics.registry import METRICS
    from workplace.models import Goal

    today = now.astimezone(ZoneInfo(ZONE)).date()
    days = {"starts_on": today - timedelta(days=PAST), "ends_on": today + timedelta(days=LENGTH - PAST - 1)}
    common = {"project": project, "target": 100, "baseline": 1, "time_zone": ZONE, **days}
    for name, metric in METRICS.items():
        keywords = [None] if not metric.has_filter else [brand] if metric.needs_keyword else [brand, None]
        for keyword in keywords:
            goal = Goal.objects.create(
                name=name, metric=name, keyword=keyword, account=account if metric.needs_account else None, **common
            )
            yield (f"{name}, {'one brand' if keyword else 'all'}" if metric.has_filter else name), goal


def floors(project, keywords, brand, now):
    """Return the milliseconds of the floor for the brand, and for all keywords."""
    from django.db import connection

    end = now.astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    since = end - timedelta(days=PAST + READ_BEFORE)

    def read(ids):
        with connection.cursor() as cursor:
            cursor.execute(FLOOR, {"zone": ZONE, "keywords": ids, "since": since, "until": end})
            return cursor.fetchall()

    assert read([brand.pk])
    return timed(lambda: read([brand.pk])), timed(lambda: read([keyword.pk for keyword in keywords]))


def run(size):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from accounts.models import User
    from workplace.goals.read import read_goal

    now: datetime = timezone.now()
    began = time.perf_counter()
    project, keywords = fill(size, now)
    user = User.objects.create(email="bench@example.com", time_zone=ZONE)
    account = add_rest(project, user, now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{size} mentions filled in {time.perf_counter() - began:.0f} s; median of {ROUNDS}", flush=True)
    brand, *_others = keywords
    of_brand, of_all = floors(project, keywords, brand, now)
    print(f"floor: count per day in SQL, one brand {of_brand:.1f} ms, all keywords {of_all:.1f} ms")
    print(f"{'goal':36} {'ms':>8} {'queries':>8} {'ratio to the floor':>19}")
    for name, goal in goals_of(project, brand, account, now):
        with CaptureQueriesContext(connection) as captured:
            read_goal(goal, now)
        took = timed(lambda goal=goal: read_goal(goal, now))
        is_of_all = goal.keyword_id is None or name.startswith("share_of_voice")  # it reads all brands
        floor = of_all if is_of_all else of_brand
        print(f"{name:36} {took:8.1f} {len(captured):8} {took / floor:19.2f}", flush=True)


if __name__ == "__main__":
    run_with(run, 1_000_000, __doc__)
