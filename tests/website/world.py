"""A website with months of figures, and mentions that its visits from social sites follow by a day."""

from datetime import UTC, datetime, time, timedelta
from random import Random

from django.utils import timezone

from monitoring.models import Source
from tests.factories import make_mentions
from tests.website.factories import make_breakdown, make_days, make_website
from website.readers.base import Dimension

VALUES = {
    Dimension.SOURCE: [
        *[("google", "organic", 60), ("(direct)", "", 40), ("m.facebook.com", "referral", 21)],
        *[("lemonde.fr", "referral", 9), ("mastodon", "social", 12), ("newsletter", "email", 5)],
    ],
    Dimension.LANDING_PAGE: [("/", "", 80), ("/lampes/aurore", "", 44), ("/blog/bien-eclairer-son-bureau", "", 12)],
    Dimension.KEY_EVENT: [("purchase", "", 6), ("sign_up", "", 3)],
    Dimension.SEARCH_TERM: [("lampe design", "", 4)],
    Dimension.CAMPAIGN: [("automne-2026", "contenu-12", 9), ("automne-2026", "contenu-14", 5)],
}


def make_figures(keyword, days=80, **fields):
    """Create a website, its days until yesterday, and the mentions of a keyword."""
    random = Random(4)
    today = timezone.now().date()
    bursts = [random.choice([1, 1, 1, 1, 2, 3]) for _ in range(days + 1)]
    bursts[days - 5] = 12
    Source.objects.filter(project=keyword.project).update(created_at=timezone.now() - timedelta(days=400))
    rows = []
    for number, burst in enumerate(bursts[:-1]):
        noon = datetime.combine(today - timedelta(days=days - number), time(12), UTC)
        rows += [{"published": noon, "sentiment": "neutral"}] * (2 * burst + number % 2)
    make_mentions(keyword, rows)
    social = [20 * bursts[max(number - 1, 0)] + number % 5 for number in range(days)]
    sessions = [150 + one + 20 * (number % 7) for number, one in enumerate(social)]
    website = make_website(keyword.project, name="Maison Lumen", **{"zone_name": "UTC"} | fields)
    make_days(website, today - timedelta(days=1), sessions, social, users=140, new_users=90, key_events=9, converted=7)
    for offset in range(1, 29):
        for dimension, values in VALUES.items():
            for value, detail, count in values:
                make_breakdown(website, today - timedelta(days=offset), dimension, value, count, detail)
    make_breakdown(website, today - timedelta(days=2), Dimension.LANDING_PAGE, "", 240)
    return website
