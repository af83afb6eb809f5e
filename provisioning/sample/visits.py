"""The visits of the sample website: a weekly rhythm, a slow growth, and visits from social sites after mentions. Pure.

In: the days, from older to newer, and the brand's mentions of each. Out: their figures, the same for the same input.
website.py stores them.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from website.readers.base import BreakdownRow, DayFigures, Dimension
from website.social import is_social

# Sessions of an ordinary Monday, and relative to it those of each weekday: people buy lamps on Sunday evenings.
SESSIONS = 430
WEEKDAYS = (1.0, 0.96, 0.94, 0.97, 0.92, 1.12, 1.25)
GROWTH = 0.15  # over all days
# Visits from social sites per mention of the day before, and those of a day without any.
PER_MENTION, FEWEST = 7, 14
# Sources and mediums with their shares of the visits that come from no social site.
SOURCES = (
    *(("google", "organic", 0.44), ("(direct)", "", 0.24), ("newsletter", "email", 0.11)),
    *(("bing", "organic", 0.06), ("phare-du-design.example", "referral", 0.09)),
    ("lamp-talk.example", "referral", 0.06),
)
SOCIAL = (("mastodon", "social", 0.5), ("m.facebook.com", "referral", 0.3), ("instagram.com", "referral", 0.2))
PAGES = (("/", 0.38), ("/lampes/aurore", 0.22), ("/lampes", 0.15), ("/livraison", 0.13), ("/atelier", 0.12))
TERMS = (("lampe design", 0.5), ("maison lumen", 0.3), ("lampe de bureau", 0.2))
CAMPAIGNS = (("automne", "atelier", 0.6), ("automne", "ampoule", 0.4))
DAY = timedelta(days=1)


def visits_of(days: Sequence[date], mentions: Mapping[date, int]) -> list[DayFigures]:
    """Return the figures of each day."""
    rng = random.Random("vigie visits")
    span = max(len(days) - 1, 1)
    return [_day(day, place / span, mentions.get(day - DAY, 0), rng) for place, day in enumerate(days)]


def _day(day: date, age: float, mentions_before: int, rng: random.Random) -> DayFigures:
    social = round((FEWEST + PER_MENTION * mentions_before) * rng.uniform(0.9, 1.1))
    others = round(SESSIONS * WEEKDAYS[day.weekday()] * (1 + GROWTH * age) * rng.uniform(0.93, 1.07))
    sessions = social + others
    buyers, readers = round(sessions * rng.uniform(0.017, 0.023)), round(sessions * rng.uniform(0.01, 0.014))
    rows = [
        *_split(Dimension.SOURCE, SOURCES, others),
        *_split(Dimension.SOURCE, SOCIAL, social),
        *_split(Dimension.LANDING_PAGE, [(path, "", share) for path, share in PAGES], sessions),
        *_split(Dimension.SEARCH_TERM, [(term, "", share) for term, share in TERMS], round(others * 0.05)),
        *_split(Dimension.CAMPAIGN, CAMPAIGNS, round(social * 0.3)),
        BreakdownRow(Dimension.KEY_EVENT, "purchase", "", buyers),
        BreakdownRow(Dimension.KEY_EVENT, "sign_up", "", readers),
    ]
    return DayFigures(
        day=day,
        sessions=sessions,
        users=round(sessions * 0.86),
        new_users=round(sessions * 0.55),
        key_events=buyers + readers,
        converted=round((buyers + readers) * 0.9),
        is_thresholded=False,
        rows=tuple(row for row in rows if row.count),
    )


def social_of(figures: DayFigures) -> int:
    """Return the visits of a day from social sites."""
    rows = (row for row in figures.rows if row.dimension is Dimension.SOURCE and is_social(row.value, row.detail))
    return sum(row.count for row in rows)


def _split(dimension: Dimension, parts: Sequence[tuple[str, str, float]], total: int) -> list[BreakdownRow]:
    """Return rows that add up to a total; the first part has what rounding leaves."""
    counts = [round(total * share) for _value, _detail, share in parts]
    counts[0] += total - sum(counts)
    return [
        BreakdownRow(dimension, value, detail, count)
        for (value, detail, _share), count in zip(parts, counts, strict=True)
    ]
