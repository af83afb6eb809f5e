"""The channel interface: a delivery in, a Result out.

Every channel subclasses `Channel` and returns the codes below; delivery/messages.py turns codes into sentences.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Q
from django.utils.functional import Promise

if TYPE_CHECKING:
    from delivery.models import Delivery

# Returned by channels: each has one sentence per channel in `Channel.problems`.
ADDRESS_REFUSED = "address_refused"  # no such recipient, or the server accepts nothing for it
MESSAGE_REFUSED = "message_refused"  # the server read the message and rejected it: too large, spam, a policy
SENDER_REFUSED = "sender_refused"  # sender address or credentials rejected: the server admin can fix it, so retry
LATER = "later"  # the server asks to try again later
UNREACHABLE = "unreachable"  # no server at that address, or it stopped responding
NOT_SECURE = "not_secure"  # the required encryption could not be established
CHANNEL_CODES = (ADDRESS_REFUSED, MESSAGE_REFUSED, SENDER_REFUSED, LATER, UNREACHABLE, NOT_SECURE)

# Returned by delivery/recipients.py or set by the outbox, for every channel.
NOT_A_MEMBER = "not_a_member"  # the recipient left the project after the message was written
ACCOUNT_INACTIVE = "account_inactive"  # the recipient's account was deactivated after the message was written
PROJECT_DELETED = "project_deleted"  # the project was deleted after the message was written
NOT_CONFIRMED = "not_confirmed"  # an address without account has not confirmed, or wants nothing any more
WITHDRAWN = "withdrawn"  # the issue in the message was unpublished after it was written
INTERRUPTED = "interrupted"  # every attempt ended with the death of its worker
DESTINATION_OFF = "destination_off"  # the destination was turned off before the message was sent
DESTINATION_DELETED = "destination_deleted"  # the destination was deleted before the message was sent
ADDRESS_OFF = "address_off"  # the mail server refused the last messages to this address, so it was not tried again
BOUNCED = "bounced"  # the mail server accepted the message, and a bounce came later (delivery/bounce_mailbox.py)
OUTBOX_CODES = (
    *(NOT_A_MEMBER, ACCOUNT_INACTIVE, PROJECT_DELETED, NOT_CONFIRMED, WITHDRAWN, INTERRUPTED),
    *(DESTINATION_OFF, DESTINATION_DELETED, ADDRESS_OFF, BOUNCED),
)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one attempt.

    `code` is "" if the message was accepted; `detail` is the server's own response. `final`: retrying is useless.
    `reached` False: the server itself failed, so every other message of this channel would fail now, too.
    `disables`: no message can be sent to this destination until a person changes it. `retry_after_s` is what the
    server asked for, 0 without a wish.
    """

    code: str = ""
    detail: str = ""
    final: bool = False
    reached: bool = True
    disables: bool = False
    retry_after_s: float = 0


class Channel(ABC):
    """A way to send deliveries. One instance serves one run of the outbox:
    `with EmailChannel() as channel: channel.send(delivery)`, for any number of deliveries.

    `name` is stored in `Delivery.channel`, `label` is shown to people, and `problems` has one sentence for each of
    CHANNEL_CODES (lazy translations). `needs_destination`: an instance sends to one destination of a project
    (delivery/channels/http.py); `is_personal`: a device of the member who created it. `interval_s` is the
    shortest time between two messages.
    """

    needs_destination: ClassVar[bool] = False
    is_personal: ClassVar[bool] = False
    destination_id: int | None = None
    interval_s: ClassVar[float] = 0
    name: ClassVar[str]
    label: ClassVar[str | Promise]
    problems: ClassVar[Mapping[str, str | Promise]]

    @classmethod
    @abstractmethod
    def is_configured(cls) -> bool:
        """Return True if messages can be sent; if False, they are kept in the delivery log."""

    @abstractmethod
    def send(self, delivery: "Delivery") -> Result:
        """Try once to send a delivery. Return expected failures as a Result; raise only for bugs."""

    @property
    def server(self) -> str:
        """The server that the channel sends through, without secrets: if it fails, all its messages wait."""
        return self.name

    @property
    def queue_key(self) -> tuple[str, object]:
        """The column of deliveries, and its value, by which this instance finds those that it sends."""
        return "channel", self.name

    @property
    def queue(self) -> Q:
        """The deliveries that this instance sends."""
        return Q(self.queue_key)

    def close(self) -> None:  # noqa: B027 (optional: not every channel has a connection)
        """Close the connection, if any. Called once, at the end of the run."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
