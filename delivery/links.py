"""Absolute URLs and the mail domain for messages, which are read outside the site.

Called by everything that renders a message, and by the outbox.
"""

from email.utils import parseaddr

from django.conf import settings
from django.core import signing


def absolute(path: str) -> str:
    """Return a path of this site as a URL below BASE_URL."""
    return f"{settings.BASE_URL}{path}"


def open_url(url: str) -> str:
    """Return a URL from a feed if it is safe as a link (http or https), else ""."""
    return url if url.startswith(("https://", "http://")) else ""


def mail_domain() -> str:
    """Return the domain of the sender address, for message and list ids."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def signed_values(salt: str, *values: int | str) -> str:
    """Return the part of a URL that gives access to what the values name. Old emails must work: it never expires."""
    return signing.Signer(salt=salt).sign_object(list(values))


def values_of(salt: str, signed: str) -> object:
    """Return the values of such a part, None if it is invalid."""
    try:
        return signing.Signer(salt=salt).unsign_object(signed)
    except (signing.BadSignature, ValueError):
        return None
