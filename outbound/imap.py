"""Connections to mail servers by IMAP over TLS, with the address checks and limits of the HTTP client.

A client, a host and a port in; an `imaplib` connection out, and what its commands return. Nothing here changes a
mailbox. Called by platforms/mailbox.py and delivery/bounce_mailbox.py. The failures of a connection and of its
commands are `FAILURES`, which `error_of` turns into values without texts of the server, as those may repeat what was
sent.
"""

import base64
import imaplib
import re
import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import requests

from outbound.client import HttpClient
from outbound.records import FetchError
from outbound.ssrf import RequestRefused
from outbound.transport import RequestBudget, open_socket, tls_context

PORT = 993
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_INTERNAL = re.compile(rb'INTERNALDATE "([^"]+)"')
# Response codes of RFC 5530, and those of Gmail, Yahoo and Exchange, by the code of an error.
_RESPONSES = {
    "[LIMIT]": "rate_limited",
    "[OVERQUOTA]": "rate_limited",
    "[THROTTLED]": "rate_limited",
    "[INUSE]": "rate_limited",
    "TOO MANY": "rate_limited",
    "[UNAVAILABLE]": "unavailable",
    "[SERVERBUG]": "server_error",
}


class CommandRefused(Exception):
    """A command that the server refuses."""

    def __init__(self, error: FetchError) -> None:
        super().__init__(error.code)
        self.error = error


FAILURES = (CommandRefused, RequestRefused, OSError, imaplib.IMAP4.error)


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """The beginning of a message. `uid` is 0 and `received`, when the server got it, "" where the server is silent."""

    uid: int
    received: str
    content: bytes


class ImapConnection(imaplib.IMAP4):
    """A connection whose receives end with the time and bytes left. Use as a context manager, which signs out."""

    def __init__(self, client: HttpClient, host: str, port: int) -> None:
        self._client = client
        self._deadline = time.monotonic() + client.settings.total_timeout_s
        super().__init__(host, port)

    def open(self, host: str = "", port: int = 993, timeout: float | None = None) -> None:
        """Connect to an address that was checked: called by `imaplib`."""
        settings = self._client.settings
        plain = open_socket(settings, host, port, self._deadline)
        ca_file = settings.ca_file or requests.certs.where()  # type: ignore[attr-defined]  # not in its stubs
        try:
            self.sock = tls_context(ca_file).wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        cast(Any, self.sock).budget = self._budget()
        self.host, self.port = host, port
        self.file = self.sock.makefile("rb")

    def allow_more(self) -> None:
        """Allow the bytes of another response. The time limit stays."""
        cast(Any, self.sock).budget = self._budget()

    def read(self, size: int) -> bytes:
        """Read a literal, whose size the server says before: refuse what would not fit."""
        if size > self._client.settings.max_bytes:
            raise RequestRefused("too_large", "a literal beyond the limit")
        return super().read(size)

    def sign_in(self, user: str, password: str) -> None:
        """Sign in, with any characters if the server can. Raise CommandRefused."""
        try:
            if "AUTH=PLAIN" in self.capabilities:
                self.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            else:
                self.login(user, password)
        except self.abort:
            raise
        except (self.error, UnicodeError) as failure:
            raise CommandRefused(FetchError(code_of(str(failure)) or "credential_rejected", "sign-in")) from None

    def open_folder(self, folder: str) -> str:
        """Open a folder read-only and return its UIDVALIDITY. Raise CommandRefused."""
        status, lines = self.select(quoted(folder), readonly=True)
        if status != "OK":
            raise CommandRefused(FetchError(code_of(str(lines)) or "not_found", "folder"))
        return _text(self.response("UIDVALIDITY")[1])

    def numbers_after(self, mark: int, since: datetime) -> list[int]:
        """Return the numbers of the messages above `mark`, in order; without one (0), of those since a day."""
        criteria = ("UID", f"{mark + 1}:*") if mark else ("SINCE", _day(since))
        found = _text(_checked(*self.uid("SEARCH", *criteria)))
        # "9:*" has the last message even if its number is lower.
        return sorted({int(number) for number in re.findall(r"\b\d{1,10}\b", found) if int(number) > mark})

    def beginnings(self, numbers: list[int], size: int) -> list[StoredMessage]:
        """Return the first `size` bytes of these messages, which stay unread. Raise CommandRefused."""
        self.allow_more()
        parts = f"(UID INTERNALDATE BODY.PEEK[]<0.{size}>)"
        return _messages(_checked(*self.uid("FETCH", ",".join(map(str, numbers)), parts)))

    def _budget(self) -> RequestBudget:
        settings = self._client.settings
        budget = RequestBudget(self._deadline, settings.connect_timeout_s, settings.max_bytes)
        budget.end_head()
        return budget


def error_of(failure: Exception) -> FetchError:
    """Return one of `FAILURES` as a value."""
    if isinstance(failure, CommandRefused):
        return failure.error
    if isinstance(failure, RequestRefused):
        return FetchError(failure.code, failure.detail)
    if isinstance(failure, TimeoutError):
        return FetchError("timeout")
    if isinstance(failure, ssl.SSLError):
        return FetchError("tls", str(failure.reason or ""))
    if isinstance(failure, OSError):
        return FetchError("connect", failure.strerror or "")
    return FetchError(code_of(str(failure)) or "protocol")


def code_of(response: str) -> str:
    """Return what a response that is no success means, "" if it doesn't say."""
    text = response.upper()
    return next((code for name, code in _RESPONSES.items() if name in text), "")


def quoted(folder: str) -> str:
    """Return the name of a folder as IMAP writes it: in quotation marks, in modified UTF-7 (RFC 3501, 5.1.3)."""

    def encoded(match: re.Match[str]) -> str:
        text = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{text}-"

    name = re.sub(r"[^\x20-\x7e]+", encoded, folder.replace("&", "&-"))
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _messages(parts: list[Any]) -> list[StoredMessage]:
    """Return the messages of a response to FETCH."""
    found = []
    for index, part in enumerate(parts):
        if isinstance(part, tuple):
            after = parts[index + 1] if index + 1 < len(parts) else b""
            around = part[0] + (after if isinstance(after, bytes) else b"")
            uid, internal = _UID.search(around), _INTERNAL.search(around)
            received = internal[1].decode("ascii", "replace") if internal else ""
            found.append(StoredMessage(int(uid[1]) if uid else 0, received, part[1]))
    return found


def _checked(status: str, lines: list[Any]) -> list[Any]:
    if status != "OK":
        raise CommandRefused(FetchError(code_of(str(lines)) or "unexpected_response", "command refused"))
    return lines


def _text(lines: list[Any]) -> str:
    return lines[-1].decode("ascii", "replace") if lines and isinstance(lines[-1], bytes) else ""


def _day(time: datetime) -> str:
    return f"{time.day}-{_MONTHS[time.month - 1]}-{time.year}"
