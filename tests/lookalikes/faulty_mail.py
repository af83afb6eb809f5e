"""A mail server that fails by turns: refuses, asks to wait, or takes a message and drops the connection."""

from tests.lookalikes.smtp import Mailbox

# One of these for each message, in turn. The empty ones are taken as they should be.
FAULTS = ["", "", "", "drop", "", "", "450", "", "", "", "451", "", "", "550", "", ""]


class FaultyMailbox(Mailbox):
    """`dropped` has the Message-IDs that were taken without an answer. With `is_calm`, every message is taken."""

    def __init__(self):
        super().__init__()
        self.is_calm = False
        self.dropped = []
        self._turn = 0

    def _next_fault(self):
        self._turn += 1
        return "" if self.is_calm else FAULTS[self._turn % len(FAULTS)]

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.fault = self._next_fault()
        if envelope.fault in ("450", "550"):
            return f"{envelope.fault} not this one"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        if envelope.fault == "451":
            return "451 try again"
        answer = await super().handle_DATA(server, session, envelope)
        if envelope.fault == "drop":
            self.dropped.append(self.messages[-1]["Message-ID"])
            server.transport.abort()
        return answer
