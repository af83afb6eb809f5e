"""The keys of an incident's messages in the outbox, and who has received one. The outbox stores each key once.

An incident that joined another one has the keys of that one: one message per person and event about both.
"""

from accounts.models import User
from alerts.incident_joining import lead_of
from alerts.models import Incident
from delivery.channels.registry import is_personal
from delivery.models import Delivery


def message_key(incident: Incident, event: str, user: User) -> str:
    """Return the key of a message to a person."""
    return f"{notice_key(incident, event)}:{user.pk}"


def notice_key(incident: Incident, event: str) -> str:
    """Return the key of messages to channels, before that of the channel."""
    return f"incident:{lead_of(incident).pk}:{event}"


def alerted_people(incident: Incident) -> set[int]:
    """Return the ids of the people who got a message that the incident opened, by email or in their browser."""
    opened = Delivery.objects.filter(key__startswith=f"{notice_key(incident, 'opened')}:")
    rows = opened.values_list("channel", "user_id", "destination__created_by_id")
    people = {owner if is_personal(channel) else user for channel, user, owner in rows}
    return {one for one in people if one is not None}
