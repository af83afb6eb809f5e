"""The email channel: sends a delivery by SMTP to the mail server in EMAIL_URL. Opened by delivery/tasks.py.

EMAIL_URL is smtp://user:password@host:port (no encryption), smtp+tls:// (STARTTLS) or smtps:// (TLS from the start).
Percent-encode special characters in the password.
"""

import smtplib
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.utils.crypto import salted_hmac
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _

from delivery.bounce_settings import bounce_address
from delivery.channels.base import (
    ADDRESS_REFUSED,
    LATER,
    MESSAGE_REFUSED,
    NOT_SECURE,
    SENDER_REFUSED,
    UNREACHABLE,
    Channel,
    Result,
)
from delivery.channels.smtp_connection import LimitedBackend
from delivery.models import Delivery

TIMEOUT_S = 20  # per server response
ATTEMPT_LIMIT_S = 60  # per message, with connecting; below outages.TRIAL
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The parts of EMAIL_URL, percent-decoded."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def parse_email_url(url: str) -> MailServer:
    """Return the parts of EMAIL_URL.

    Raises ImproperlyConfigured if it is malformed, without the password in the message.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # "from None": urlsplit quotes the part of the password after an unencoded "/"
        raise ImproperlyConfigured("EMAIL_URL is not a URL such as smtp+tls://user:password@host:587") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise ImproperlyConfigured(f"EMAIL_URL must start with one of {', '.join(PORTS)}:// and name a host")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ImproperlyConfigured("EMAIL_URL must end after the host and port, and special characters be encoded")
    return MailServer(
        parts.scheme,
        parts.hostname,
        port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class EmailChannel(Channel):
    """One connection to the mail server. It opens on the first delivery, and again after a failure."""

    name = Delivery.EMAIL
    label = _("Email")
    problems = {
        ADDRESS_REFUSED: _("The mail server rejected this address. Check it for typos."),
        MESSAGE_REFUSED: _("The mail server rejected this message: too large, or flagged as spam."),
        SENDER_REFUSED: _(
            "The mail server won’t let Vigie send email. Check the sender address and the password in EMAIL_URL."
        ),
        LATER: _("The mail server asked Vigie to try again later."),
        UNREACHABLE: _("The mail server couldn’t be reached, or stopped responding."),
        NOT_SECURE: _("The encrypted connection required by EMAIL_URL couldn’t be established."),
    }

    @classmethod
    def is_configured(cls) -> bool:
        return bool(settings.EMAIL_URL)

    def __init__(self) -> None:
        server = parse_email_url(settings.EMAIL_URL)
        self._smtp = LimitedBackend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.scheme == "smtp+tls",
            use_ssl=server.scheme == "smtps",
            timeout=TIMEOUT_S,
        )

    @property
    def server(self) -> str:
        # A change of these settings may end an outage, so it makes another server of this one.
        senders = f"{settings.DEFAULT_FROM_EMAIL}{bounce_address()}"
        fingerprint = salted_hmac("delivery.server", f"{settings.EMAIL_URL} {senders}")
        return f"{self.name}:{fingerprint.hexdigest()}"

    def send(self, delivery: Delivery) -> Result:
        try:
            with self._smtp.time_limit(ATTEMPT_LIMIT_S):
                self._smtp.open()
                self._smtp.send_messages([as_email(delivery)])
        except (smtplib.SMTPException, OSError) as error:
            result = _result_of(error)
            if self._smtp.is_overdue:
                result = Result(UNREACHABLE, f"no complete response within {ATTEMPT_LIMIT_S} s", reached=False)
            if not result.final:
                self.close()
            return result
        except ValueError as error:  # Django and smtplib refuse an address that no header or command can contain
            if not all(map(is_valid_address, (settings.DEFAULT_FROM_EMAIL, envelope_sender()))):
                return Result(SENDER_REFUSED, str(error), reached=False)
            return Result(ADDRESS_REFUSED, str(error), final=True)
        return Result()

    def close(self) -> None:
        try:
            with self._smtp.time_limit(TIMEOUT_S):
                self._smtp.close()
        except (smtplib.SMTPException, OSError):
            self._smtp.connection = None


def is_valid_address(address: str) -> bool:
    """Return True if an address, with or without a name, can be the sender of an email."""
    try:
        sanitize_address(address, "utf-8")
    except ValueError:
        return False
    return True


def envelope_sender() -> str:
    """Return the address for bounces, which the recipient's server stores as Return-Path."""
    return bounce_address() or settings.DEFAULT_FROM_EMAIL


def as_email(delivery: Delivery) -> EmailMultiAlternatives:
    """Return a delivery as an email: the same on every attempt (Message-ID, Date), except for the part boundaries."""
    headers = {
        "Date": http_date(delivery.created_at.timestamp()).replace("GMT", "+0000"),
        "Message-ID": delivery.message_id,
        "Auto-Submitted": "auto-generated",
        "From": settings.DEFAULT_FROM_EMAIL,  # the other sender is that of the envelope
        **delivery.headers,
    }
    message = EmailMultiAlternatives(
        delivery.subject, delivery.text, envelope_sender(), [delivery.recipient], headers=headers
    )
    if delivery.html:
        message.attach_alternative(delivery.html, "text/html")
    return message


def _result_of(error: Exception) -> Result:
    """Convert an SMTP error. A 5xx about the address or the message is final; every other failure is retried."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, response = next(iter(error.recipients.values()))
        return _refusal(code, response, ADDRESS_REFUSED)
    if isinstance(error, smtplib.SMTPDataError):
        return _refusal(error.smtp_code, error.smtp_error, MESSAGE_REFUSED)
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPAuthenticationError):
        result = _refusal(error.smtp_code, error.smtp_error, SENDER_REFUSED)
        return Result(result.code, result.detail, final=False, reached=False)
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return Result(LATER, f"{error.smtp_code} {_text(error.smtp_error)}", reached=False)
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return Result(NOT_SECURE, str(error), reached=False)
    return Result(UNREACHABLE, str(error) or type(error).__name__, reached=False)


def _refusal(code: int, response: bytes | str, refusal: str) -> Result:
    detail = f"{code} {_text(response)}"
    return Result(refusal, detail, final=True) if code >= 500 else Result(LATER, detail, reached=code != 421)


def _text(response: bytes | str) -> str:
    return response.decode(errors="replace") if isinstance(response, bytes) else response
