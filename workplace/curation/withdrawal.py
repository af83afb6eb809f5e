"""The emails of an issue that is no longer published: those that are not sent yet are withdrawn.

Called in the transaction that unpublishes an issue, and by the outbox before each attempt (delivery/withdrawals.py).
"""

from delivery import withdrawals
from delivery.models import Delivery
from workplace.curation.readers import mailing_list_of
from workplace.models import CollectionIssue


def key_of(issue: CollectionIssue) -> str:
    """Return the beginning of the keys of the emails of an issue to its readers."""
    return f"{mailing_list_of(issue.collection).name}:{issue.pk}:"


def stop_sending(issue: CollectionIssue) -> None:
    """Withdraw the emails of a locked issue; unless all have left, it can be sent again. The caller saves.

    Who has received it doesn't get it again: the key of that email stays.
    """
    if withdrawals.withdraw(key_of(issue)) or issue.sent_at is None:
        issue.send_requested_at = issue.sent_at = None


def is_unpublished(delivery: Delivery) -> bool:
    """Return whether an email to a reader is about an issue that isn't published any more. Tests of drafts are not."""
    match delivery.key.split(":"):
        case ["newsletter", _collection, pk, *_reader] if pk.isdecimal():
            return not CollectionIssue.objects.filter(pk=int(pk), published_at__isnull=False).exists()
    return False
