"""One digest window, and the mentions and messages in it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.digests.read import read_digest
from alerts.digests.scope import Scope
from delivery.message import Window
from delivery.models import Delivery
from tests.factories import make_mention

END = datetime(2026, 6, 10, 6, tzinfo=UTC)  # 8 a.m. in Paris
START = END - timedelta(days=1)
NOW = END + timedelta(minutes=5, seconds=40)  # after the time over which digests are spread
INSIDE = START + timedelta(hours=3)


def make_found(keyword, found_at=INSIDE, **fields):
    """Create a mention that was found, and published unless given, at `found_at`."""
    return make_mention(keyword, found_at=found_at, **{"published": found_at, **fields})


def messages():
    return Delivery.objects.filter(kind=Delivery.Kind.DIGEST).order_by("created_at")


def read(project, start=START, end=END):
    return read_digest(Scope(project), Window(start, end), ZoneInfo("Europe/Paris"))
