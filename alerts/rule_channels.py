"""The channels of a rule when a message is written: some are the browsers of people, who have quiet hours, and leave.

Called where messages about incidents and mentions are written.
"""

from collections.abc import Collection, Iterable

from django.db.models import Q

from accounts.models import Membership, User
from alerts.models import Rule
from delivery.channels.registry import CHANNELS, is_personal
from delivery.models import Destination


def channels_of(rule: Rule) -> list[Destination]:
    """Return the channels of a rule, also those that are off: what is sent to them stays in the delivery log."""
    channels = list(rule.destinations.select_related("created_by").order_by("pk"))
    for channel in channels:
        channel.project = rule.project
    return channels


def owners_of(channels: Iterable[Destination]) -> list[User]:
    """Return the people whose browsers are among the channels."""
    return [one.created_by for one in channels if is_personal(one.channel) and one.created_by]


def awake(channels: Iterable[Destination], quiet: Collection[int]) -> list[Destination]:
    """Return the channels without the browsers of these people."""
    return [one for one in channels if not (is_personal(one.channel) and one.created_by_id in quiet)]


def rules_with_channel(rules: Collection[Rule], members: Collection[Membership]) -> set[int]:
    """Return the ids of those rules that have a channel which is on, and not the browser of a former member."""
    links = Rule.destinations.through.objects.filter(rule__in=rules, destination__disabled_at=None)
    personal = [name for name in CHANNELS if is_personal(name)]
    of_members = Q(destination__created_by__in=[member.user_id for member in members])
    return set(links.filter(~Q(destination__channel__in=personal) | of_members).values_list("rule_id", flat=True))
