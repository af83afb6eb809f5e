"""Email, both ways: `Mailer` sends a delivery by SMTP and answers with a Result; `OutboxBackend` is Django's way out
for any EmailMessage (a password reset, an invitation), which becomes a delivery like every other.

EMAIL_URL is smtp://user:password@host:port (no encryption), smtp+tls:// (STARTTLS) or smtps:// (TLS from the start).
Percent-encode special characters of the password.
"""

import smtplib
import ssl
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.http import http_date

from delivery import outbox
from delivery.channels.base import (
    ADDRESS_REFUSED,
    LATER,
    MESSAGE_REFUSED,
    NOT_SECURE,
    SENDER_REFUSED,
    UNREACHABLE,
    Result,
)
from delivery.message import Message
from delivery.models import Delivery

TIMEOUT_S = 20  # for each answer of the server
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    scheme: str
    host: str
    port: int
    user: str
    password: str


def parse_email_url(url: str) -> Server:
    """Raises ImproperlyConfigured, without the password in its words, where EMAIL_URL cannot be meant."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # not told: it quotes the part of a password after which a "/" stands
        raise ImproperlyConfigured("EMAIL_URL is not an address such as smtp+tls://user:password@host:587") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise ImproperlyConfigured(f"EMAIL_URL must begin with one of {', '.join(PORTS)}:// and name a host")
    return Server(
        parts.scheme,
        parts.hostname,
        port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class Mailer:
    """A connection to the mail server for as many deliveries as there are: `with Mailer(url) as send: send(delivery)`.

    It connects with the first delivery and again after a failure.
    """

    def __init__(self, url: str) -> None:
        server = parse_email_url(url)
        self._smtp = EmailBackend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.scheme == "smtp+tls",
            use_ssl=server.scheme == "smtps",
            timeout=TIMEOUT_S,
        )

    def __enter__(self) -> "Mailer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def __call__(self, delivery: Delivery) -> Result:
        try:
            self._smtp.open()
            self._smtp.send_messages([as_email(delivery)])
        except (smtplib.SMTPException, OSError) as error:
            result = _result_of(error)
            if not result.final:
                self._hang_up()
            return result
        except UnicodeError as error:
            return Result(ADDRESS_REFUSED, str(error), final=True)
        return Result()

    def _hang_up(self) -> None:
        try:
            self._smtp.close()
        except (smtplib.SMTPException, OSError):
            self._smtp.connection = None


def as_email(delivery: Delivery) -> EmailMultiAlternatives:
    """The same bytes on every attempt, but for the boundaries of the parts: same Message-ID, same Date."""
    headers = {
        "Date": http_date(delivery.created_at.timestamp()).replace("GMT", "+0000"),
        "Message-ID": delivery.message_id,
        "Auto-Submitted": "auto-generated",
        **delivery.headers,
    }
    message = EmailMultiAlternatives(
        delivery.subject, delivery.text, settings.DEFAULT_FROM_EMAIL, [delivery.recipient], headers=headers
    )
    if delivery.html:
        message.attach_alternative(delivery.html, "text/html")
    return message


class OutboxBackend(BaseEmailBackend):
    """settings.EMAIL_BACKEND. Attachments are not taken: nothing in Vigie sends any."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(1 for message in email_messages for recipient in message.recipients() if _keep(message, recipient))


def _keep(message: EmailMessage, recipient: str) -> Delivery | None:
    html = next((part for part, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
    is_html = message.content_subtype == "html"
    return outbox.write(
        Message(
            key=f"message:{uuid.uuid4()}",
            kind=Delivery.Kind.MESSAGE,
            recipient=recipient,
            subject=message.subject,
            text="" if is_html else message.body,
            html=message.body if is_html else html,
            headers={"Reply-To": ", ".join(message.reply_to)} if message.reply_to else {},
        )
    )


def _result_of(error: Exception) -> Result:
    """A server's 5xx to the address or the message is its last word; everything else may mend itself."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _answer(code, words, ADDRESS_REFUSED)
    if isinstance(error, smtplib.SMTPDataError):
        return _answer(error.smtp_code, error.smtp_error, MESSAGE_REFUSED)
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPAuthenticationError):
        result = _answer(error.smtp_code, error.smtp_error, SENDER_REFUSED)
        return Result(result.code, result.detail, final=False, reached=False)
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return Result(LATER, f"{error.smtp_code} {_text(error.smtp_error)}", reached=False)
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return Result(NOT_SECURE, str(error), reached=False)
    return Result(UNREACHABLE, str(error) or type(error).__name__, reached=False)


def _answer(code: int, words: bytes | str, refusal: str) -> Result:
    detail = f"{code} {_text(words)}"
    return Result(refusal, detail, final=True) if code >= 500 else Result(LATER, detail, reached=code != 421)


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words
