"""What the outbox and a channel say to each other: a delivery in, a Result out.

Every channel answers with these codes; alerts/messages.py has their plain words.
"""

from dataclasses import dataclass

ADDRESS_REFUSED = "address_refused"  # the server knows no such mailbox, or takes nothing for it
MESSAGE_REFUSED = "message_refused"  # read and refused: too big, taken for spam, against a policy
SENDER_REFUSED = "sender_refused"  # our sender address or password: an operator can mend it, so we try again
LATER = "later"  # the server asks us to come back
UNREACHABLE = "unreachable"  # no server at that address, or it fell silent
NOT_SECURE = "not_secure"  # encryption was asked for and could not be had
NOT_A_MEMBER = "not_a_member"  # left the project, or was deactivated, after the message was written
INTERRUPTED = "interrupted"  # every attempt ended with the death of its worker


@dataclass(frozen=True, slots=True)
class Result:
    """`code` is "" when the message was accepted; `detail` the other side's own words. `final`: trying again is of no
    use. `reached` False: the server itself failed, so that other messages would fail alike just now."""

    code: str = ""
    detail: str = ""
    final: bool = False
    reached: bool = True
