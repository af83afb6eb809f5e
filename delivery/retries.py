"""When a failed delivery, or a failing server, is tried again. Read by the outbox, recipients.py and outages.py."""

from datetime import timedelta

# Greylisting servers accept after minutes, an outage is usually fixed within a day: 36 hours in all.
RETRY_AFTER = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480, 1440)]
ATTEMPTS = len(RETRY_AFTER) + 1

# The wait of all messages after each consecutive failure of their server. One failure may be a broken connection; a
# restart takes seconds; after a longer outage messages leave within ten minutes.
SERVER_RETRY_AFTER = [timedelta(seconds=seconds) for seconds in (0, 15, 30, 60, 120, 300, 600)]


def server_wait(failures: int) -> timedelta:
    """Return how long a server is left alone after its n-th failure in a row (from 1)."""
    return SERVER_RETRY_AFTER[min(failures, len(SERVER_RETRY_AFTER)) - 1]
