"""When a failed delivery is tried again. Read by delivery/outbox.py and delivery/recipients.py."""

from datetime import timedelta

# Greylisting servers accept after minutes, an outage is usually fixed within a day: 36 hours in all.
RETRY_AFTER = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480, 1440)]
ATTEMPTS = len(RETRY_AFTER) + 1
