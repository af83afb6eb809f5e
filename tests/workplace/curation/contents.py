"""The drafts of these tests: `add` items, read their `titles` in order; readers, and the emails to them."""

from django.utils import timezone

from delivery.models import Delivery, ExternalRecipient
from workplace.curation import items, readers

READER = "reader@example.org"


def titles(issue):
    """Return (section, title) of the items in the order in which readers see them."""
    order = [0, *(one["id"] for one in issue.sections)]
    found = sorted(issue.items.all(), key=lambda one: (order.index(one.section), one.position))
    return [(one.section, one.title) for one in found]


def add(draft, owner, *names, section=0):
    for name in names:
        items.add_url(draft, owner, f"https://{name}.example/", timezone.now(), section, title=name)


def reader_of(collection, email=READER, **fields):
    fields = {"confirmed_at": timezone.now(), **fields}
    name = readers.mailing_list_of(collection).name
    return ExternalRecipient.objects.create(
        project=collection.project, mailing_list=name, email=email, language="en", **fields
    )


def mails():
    return Delivery.objects.filter(kind="newsletter").order_by("recipient")
