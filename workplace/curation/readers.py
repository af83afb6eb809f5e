"""Who receives a collection as a newsletter: addresses that confirmed by a mailed link, until they unsubscribe.

A reader is an `ExternalRecipient` of the collection's own mailing list: the consent to it allows nothing else, and
ending it ends nothing else. Called by the pages, the API, the public pages, and workplace/curation/newsletter.py.
"""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.activity_log import record
from accounts.models import User
from delivery import external_recipients
from delivery.external_recipients import MailingList
from delivery.links import absolute, signed_values, values_of
from delivery.models import ExternalRecipient
from workplace.models import Collection

PAGE = "newsletter_confirm"
LINK_SALT = "workplace.newsletter"


def mailing_list_of(collection: Collection) -> MailingList:
    """Return the mailing list of a collection."""
    return MailingList(f"newsletter:{collection.pk}", collection.name, PAGE)


def readers_of(collection: Collection) -> QuerySet[ExternalRecipient]:
    """Return everybody who was asked, also those who refused or unsubscribed."""
    name = mailing_list_of(collection).name
    return ExternalRecipient.objects.filter(project=collection.project_id, mailing_list=name)


def confirmed_readers(collection: Collection) -> QuerySet[ExternalRecipient]:
    """Return who receives the next issue."""
    return readers_of(collection).filter(confirmed_at__isnull=False, stopped_at=None)


def add_reader(collection: Collection, actor: User, email: str, now: datetime) -> ExternalRecipient:
    """Ask an address that a member entered to confirm. Raises ValidationError."""
    language, mailing_list = collection.language, mailing_list_of(collection)
    return external_recipients.invite(collection.project, actor, email, language, now, mailing_list)


def subscribe(collection: Collection, email: str, now: datetime) -> None:
    """Ask an address that somebody entered on the public page to confirm.

    Raises ValidationError only for a text that is no email address: the page must not tell apart who is a reader, who
    was asked before, and who can't be asked now.
    """
    try:
        external_recipients.invite(
            collection.project, None, email, collection.language, now, mailing_list_of(collection)
        )
    except ValidationError as error:
        if error.code == "invalid":
            raise


def remove_reader(collection: Collection, reader: ExternalRecipient, actor: User) -> None:
    """Remove an address, as a member asked. Who has refused stays, and can't be asked again so soon."""
    with transaction.atomic():
        if ExternalRecipient.objects.filter(pk=reader.pk, stopped_at=None).delete()[0]:
            record(collection.project, actor, "reader.removed", collection.name, email=reader.email)


def collection_of_reader(reader: ExternalRecipient) -> Collection | None:
    """Return the collection that a reader receives."""
    _newsletter, _colon, pk = reader.mailing_list.partition(":")
    return Collection.objects.select_related("project").filter(project=reader.project_id, pk=int(pk)).first()


def unsubscribe_url(reader: ExternalRecipient) -> str:
    """Return the link that ends a newsletter for an address, also if it was removed and has subscribed again.

    The link has a digest of the address: URLs are written to the logs of proxies.
    """
    values = (reader.pk, reader.mailing_list, _digest(reader.email))
    return absolute(reverse("newsletter_unsubscribe", args=[signed_values(LINK_SALT, *values)]))


def reader_of_link(signed: str) -> ExternalRecipient | None:
    """Return the reader of a link to unsubscribe; None if it is invalid, or if the address is no reader any more.

    Emails of earlier versions have links with the row alone.
    """
    match values_of(LINK_SALT, signed):
        case [int(pk)]:
            return _rows().filter(pk=pk).first()
        case [int(pk), str(name), str(digest)]:
            return _rows().filter(pk=pk).first() or _reader_of_digest(name, digest)
    return None


def _reader_of_digest(name: str, digest: str) -> ExternalRecipient | None:
    addresses = _rows().filter(mailing_list=name).values_list("pk", "email")
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    found = (pk for pk, email in addresses.iterator() if digest in {_digest(email, key) for key in keys})
    pk = next(found, None)
    return None if pk is None else _rows().filter(pk=pk).first()


def _rows() -> QuerySet[ExternalRecipient]:
    rows = ExternalRecipient.objects.select_related("project").exclude(mailing_list="")
    return rows.filter(project__deleted_at=None)


def _digest(email: str, key: str = "") -> str:
    return salted_hmac(LINK_SALT, email, key or None).hexdigest()


def unsubscribe(reader: ExternalRecipient, now: datetime) -> None:
    """End the newsletter, as its reader asked. Safe to repeat."""
    external_recipients.stop(reader, now)
