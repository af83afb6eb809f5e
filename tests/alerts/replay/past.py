"""Three months of a keyword with a crisis, an outage and quiet days. Shared by the tests of replays."""

import random
from datetime import timedelta

from monitoring.models import SourcePeriod
from tests.factories import make_keyword, make_mentions, make_source

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CRISIS, OUTAGE = 30 * DAY, 55 * DAY  # before now
CRISIS_SIZE = 40


def make_past(project, now, name="Lumen"):
    """Create a keyword with three mentions per day, CRISIS_SIZE negative ones in two hours, and a four-day outage."""
    draw = random.Random(1)
    keyword = make_keyword(project, name, "lumen", type="brand", created_at=now - 200 * DAY)
    source = make_source(project, title="Le Phare", created_at=now - 200 * DAY, last_success_at=now)
    periods = [
        ("working", 200 * DAY, OUTAGE),
        ("failing", OUTAGE, OUTAGE - 4 * DAY),
        ("working", OUTAGE - 4 * DAY, None),
    ]
    for state, start, end in periods:
        SourcePeriod.objects.create(
            source=source,
            state=state,
            error_code="dns" if state == "failing" else "",
            started_at=now - start,
            ended_at=None if end is None else now - end,
        )
    usual = [draw.random() * 125 * DAY for _ in range(3 * 125)]
    usual = [ago for ago in usual if not OUTAGE - 4 * DAY < ago < OUTAGE]
    crisis = [CRISIS - draw.random() * 2 * HOUR for _ in range(CRISIS_SIZE)]
    make_mentions(
        keyword,
        [
            {
                "title": f"Lumen in the news {number}"
                if ago in usual
                else f"{number} days without a parcel from Lumen",
                "source": source,
                "author": f"Author {number}",
                "found_at": now - ago,
                "published": now - ago,
                "sentiment": "negative" if number >= len(usual) or number % 5 == 0 else "neutral",
            }
            for number, ago in enumerate([*usual, *crisis])
        ],
    )
    return keyword
