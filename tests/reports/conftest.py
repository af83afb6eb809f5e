"""A brand with mentions and a report on its last week."""

from datetime import timedelta

import pytest
from django.utils import timezone

DAY = timedelta(days=1)


@pytest.fixture
def mentions(project):
    """Ten mentions of a brand by two authors in the last two days, three of them one story; four of a competitor."""
    from tests.factories import make_keyword, make_mentions, make_source, make_story  # models need settings

    now = timezone.now()
    source = make_source(project, title="Le Phare")
    brand = make_keyword(project, "Lumen", type="brand")
    labels = ["negative", "positive", "neutral"]
    rows = [
        {"source": source, "author": f"Ada {number % 2}", "sentiment": labels[number % 3], "published": now - DAY}
        for number in range(7)
    ]
    make_mentions(brand, rows)
    make_story(brand, [{"title": "Lumen burns", "source": source, "published": now - DAY}] * 3)
    make_mentions(make_keyword(project, "Lampion", type="competitor"), [{"published": now - DAY}] * 4)
    return brand


@pytest.fixture
def fixed(project, owner, mentions):
    """A report of the last week up to today, with every section."""
    from reports.changes import create_report
    from reports.sections.registry import SECTIONS

    today = timezone.now().date()
    return create_report(
        project,
        owner,
        title="Press review",
        period="fixed",
        first_day=today - 6 * DAY,
        last_day=today,
        sections=[*SECTIONS],
        comment="**Calm** week <script>x</script> [more](javascript:alert(1)) [site](https://lumen.example)",
    )
