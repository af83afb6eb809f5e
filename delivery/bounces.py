"""Parse bounces: emails by which a mail server reports that it could not deliver a message (RFC 3464). Pure.

In: the bytes of an email, perhaps without its end. Out: one `Bounce` per recipient that it reports, none for any other
email. Called by delivery/bounce_mailbox.py. Anybody can send such an email, so no input raises, and the caller checks
each bounce against the messages that were sent.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from typing import Any

# Python's parser repairs most damage; this is what it raises for the rest.
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError, MessageError, RecursionError)
MAX_RECIPIENTS = 20  # of one bounce: Vigie sends each message to one
MAX_IDS = 20
MAX_DIAGNOSTIC = 500
_ID = re.compile(r"<[^<>\s]{1,200}>")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_TYPE = re.compile(r"[\w-]{1,40} ?; ?")
# Neither Postgres nor a page can show them: control characters, and halves of surrogate pairs.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report of a mail server about one recipient of a message.

    `message_ids` name the message, with their angle brackets: the returned one, or what the bounce replies to.
    `recipient` is an email address, `action` in lower case (`failed`, `delayed`...), `status` a code of RFC 3463 such
    as 5.1.1, `diagnostic` the words of the server that refused. Each may be "" but the recipient.
    """

    message_ids: tuple[str, ...]
    recipient: str
    action: str
    status: str
    diagnostic: str

    @property
    def is_permanent(self) -> bool:
        return self.action == "failed" and self.status.startswith("5.")

    @property
    def reason(self) -> str:
        """The status code and the words of the server, on one line."""
        return self.diagnostic if self.status in self.diagnostic else f"{self.status} {self.diagnostic}".strip()


def read_bounces(email: bytes) -> tuple[Bounce, ...]:
    """Return what an email reports about recipients."""
    try:
        message = message_from_bytes(email)
        # Direct parts only: a bounce that somebody forwards is deeper.
        payload: Any = message.get_payload() if message.get_content_type() == "multipart/report" else []
        parts = [part for part in payload if isinstance(part, Message)]
        report = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
        return _bounces(report, _message_ids(message, parts)) if report else ()
    except _MALFORMED:
        return ()


def _bounces(report: Message, message_ids: tuple[str, ...]) -> tuple[Bounce, ...]:
    """Return a bounce per group of fields that names a recipient; the first group is about the message."""
    groups: Any = report.get_payload()
    found = (_bounce(group, message_ids) for group in groups[: MAX_RECIPIENTS + 1] if group["Final-Recipient"])
    return tuple(bounce for bounce in found if bounce.recipient)


def _bounce(group: Message, message_ids: tuple[str, ...]) -> Bounce:
    status = _STATUS.search(_field(group, "Status"))
    return Bounce(
        message_ids,
        _typed(group, "Final-Recipient").strip("<> "),
        _field(group, "Action").partition(" ")[0].lower(),
        status[0] if status else "",
        _typed(group, "Diagnostic-Code")[:MAX_DIAGNOSTIC],
    )


def _message_ids(bounce: Message, parts: list[Message]) -> tuple[str, ...]:
    """Return the Message-ID of the returned message or headers; without it, those that the bounce replies to."""
    returned = [_returned(part) for part in parts]
    texts = [_field(message, "Message-ID") for message in returned if message is not None]
    if not any(_ID.search(text) for text in texts):
        texts = [_field(bounce, "In-Reply-To"), _field(bounce, "References")]
    return tuple(dict.fromkeys(_ID.findall(" ".join(texts))))[:MAX_IDS]


def _returned(part: Message) -> Message | None:
    """Return the message that a part of a bounce holds, complete or its headers; None for another part."""
    payload: Any
    if part.get_content_type() == "text/rfc822-headers":
        payload = part.get_payload(decode=True)
        return message_from_bytes(payload)
    payload = part.get_payload()
    return payload[0] if part.get_content_type() == "message/rfc822" else None


def _typed(group: Message, name: str) -> str:
    """Return a field without the type before it: "smtp; 550 no such user"."""
    value = _field(group, name)
    kind = _TYPE.match(value)
    return value[kind.end() :] if kind else value


def _field(message: Message, name: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", str(message.get(name) or "")).split())
