"""The settings about bounces: where they go, and the mailbox in which Vigie reads them.

BOUNCE_MAILBOX_URL is imaps://user:password@host:port/folder: TLS from the first byte, port 993 and the folder INBOX by
default. Percent-encode special characters. Called by delivery/channels/email.py, bounce_mailbox.py and checks.py.
"""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from outbound.default import allowed_name
from outbound.imap import PORT
from outbound.ssrf import AllowList


@dataclass(frozen=True, slots=True)
class MailboxServer:
    """The parts of BOUNCE_MAILBOX_URL, percent-decoded."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str


def parse_mailbox_url(url: str) -> MailboxServer:
    """Return the parts of BOUNCE_MAILBOX_URL.

    Raises ImproperlyConfigured if it is malformed, without the password in the message.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # "from None": urlsplit quotes the part of the password after an unencoded "/"
        raise ImproperlyConfigured(
            "BOUNCE_MAILBOX_URL is not a URL such as imaps://user:password@host:993/INBOX"
        ) from None
    if parts.scheme != "imaps" or not parts.hostname or port == 0:
        raise ImproperlyConfigured("BOUNCE_MAILBOX_URL must start with imaps:// and name a host")
    try:
        AllowList([allowed_name(parts.hostname, port or PORT)])
    except ValueError:
        raise ImproperlyConfigured("BOUNCE_MAILBOX_URL must name a host or an IP address") from None
    if not parts.username or not parts.password:
        raise ImproperlyConfigured("BOUNCE_MAILBOX_URL must have a user and a password")
    if parts.query or parts.fragment:
        raise ImproperlyConfigured("BOUNCE_MAILBOX_URL must end after the folder, and special characters be encoded")
    folder = unquote(parts.path.removeprefix("/")) or "INBOX"
    return MailboxServer(parts.hostname, port or PORT, unquote(parts.username), unquote(parts.password), folder)


def bounce_address() -> str:
    """Return the address to which mail servers send bounces; "" for that of DEFAULT_FROM_EMAIL."""
    if settings.BOUNCE_ADDRESS or not settings.BOUNCE_MAILBOX_URL:
        return settings.BOUNCE_ADDRESS
    return parse_mailbox_url(settings.BOUNCE_MAILBOX_URL).user


def check_bounce_address() -> None:
    """Raise ImproperlyConfigured if bounces can't be sent to the address."""
    address = bounce_address()
    try:
        if address:
            validate_email(address)
    except ValidationError:
        advice = "BOUNCE_ADDRESS must be an email address such as bounces@example.com"
        if not settings.BOUNCE_ADDRESS:
            advice += ", since the user of BOUNCE_MAILBOX_URL is none"
        raise ImproperlyConfigured(advice) from None
