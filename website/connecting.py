"""Connect a project to its website's analytics, replace the key, disconnect: each with an entry in the activity log.

Called by the settings of a project. Nothing is stored before the provider has shown the website to the
person's key, so a wrong value is reported while they are still at the form.
"""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from accounts.secret_box import Unreadable
from outbound.default import waiting_client
from website.models import Website
from website.readers.base import NEEDS_PERSON, Property, Reader, ReadError, storable
from website.readers.registry import READERS
from website.reading import open_connection

MAX_PER_PROJECT = 5


class NotConnected(Exception):
    """The provider refused; `error` says what and which field."""

    def __init__(self, error: ReadError) -> None:
        super().__init__(error.code)
        self.error = error


class AlreadyConnected(Exception):
    """The project has this website already."""


class TooMany(Exception):
    """The project has MAX_PER_PROJECT websites."""


def websites_of(project: Project) -> QuerySet[Website]:
    """Return the websites of a project that a reader still exists for, in the order of connection."""
    return Website.objects.filter(project=project, provider__in=READERS).order_by("pk")


def count_rejected(project: Project) -> int:
    """Return how many websites of a project can't be read until a person acts."""
    return websites_of(project).filter(error_code__in=NEEDS_PERSON).count()


def connect(
    project: Project,
    user: User,
    reader: Reader,
    values: Mapping[str, str],
    *,
    secrets: Mapping[str, str] | None = None,
    name: str = "",
) -> Website:
    """Connect a website. Raise NotConnected, AlreadyConnected or TooMany.

    `secrets` are others than those of the form, such as a sign-in; `name` is what the provider calls the website.
    """
    if Website.objects.filter(project=project).count() >= MAX_PER_PROJECT:
        raise TooMany
    website = Website(project=project, provider=reader.name, created_by=user)
    website.settings = {one.name: values[one.name] for one in reader.fields if not one.is_secret}
    own = {one.name: values[one.name] for one in reader.fields if one.is_secret and one.name in values}
    website.set_secrets(own if secrets is None else secrets)
    website.identity = " ".join(values[name] for name in ("url", reader.identity) if name in values)[:500]
    found = _checked(website, reader)
    website.name, website.zone_name = storable(name or found.name, 100) or reader.label, found.zone
    try:
        with transaction.atomic():
            website.save()
            record(project, user, "website.connected", website, provider=reader.name)
    except IntegrityError:
        raise AlreadyConnected from None
    return website


def replace_key(website: Website, user: User, values: Mapping[str, str]) -> None:
    """Replace the key of a website by that of a form, and read it now. Raise NotConnected."""
    reader = READERS[website.provider]
    replace_secrets(website, user, {one.name: values[one.name] for one in reader.fields if one.is_secret})


def replace_secrets(website: Website, user: User, secrets: Mapping[str, str]) -> None:
    """Replace the secrets of a website, and read it now. Raise NotConnected."""
    website.set_secrets(secrets)
    _checked(website, READERS[website.provider])
    website.error_code, website.error_detail, website.failing_since, website.failures = "", "", None, 0
    website.claim, website.claimed_until, website.next_read_at = None, None, timezone.now()
    website.reported_at = None
    with transaction.atomic():
        website.save()
        record(website.project, user, "website.key_replaced", website, provider=website.provider)


def disconnect(website: Website, user: User) -> None:
    """Delete a website with its figures."""
    with transaction.atomic():
        record(website.project, user, "website.disconnected", website, provider=website.provider)
        website.delete()


def try_connection(website: Website) -> Property | ReadError:
    """Ask the provider for the website while a person waits. If it responds, the next read is now."""
    try:
        connection = open_connection(website, waiting_client().call, timezone.now())
    except Unreadable:
        return ReadError("secret_unreadable")
    found = READERS[website.provider].check(connection)
    if isinstance(found, Property) and website.error_code:
        Website.objects.filter(pk=website.pk).update(next_read_at=timezone.now())
    return found


def _checked(website: Website, reader: Reader) -> Property:
    found = reader.check(open_connection(website, waiting_client().call, timezone.now()))
    if isinstance(found, ReadError):
        raise NotConnected(found)
    return found
