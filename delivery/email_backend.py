"""Django's EMAIL_BACKEND: writes every EmailMessage (password reset, invitation) to the outbox instead of sending it.

settings.EMAIL_BACKEND names it, so accounts/ sends mail without importing delivery/.
"""

import uuid
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from delivery import outbox
from delivery.message import Message
from delivery.models import Delivery


class OutboxBackend(BaseEmailBackend):
    """Write one delivery per message and recipient. Attachments are ignored: nothing in Vigie sends any."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(1 for message in email_messages for recipient in message.recipients() if _write(message, recipient))


def _write(message: EmailMessage, recipient: str) -> Delivery | None:
    html = next((part for part, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
    is_html, body = message.content_subtype == "html", str(message.body)
    return outbox.write(
        Message(
            key=f"message:{uuid.uuid4()}",
            kind=Delivery.Kind.MESSAGE,
            recipient=recipient,
            subject=str(message.subject),
            text="" if is_html else body,
            html=body if is_html else str(html),
            headers={"Reply-To": ", ".join(message.reply_to)} if message.reply_to else {},
        )
    )
