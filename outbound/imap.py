"""Connections to mail servers by IMAP over TLS, with the address checks and limits of the HTTP client.

A client, a host and a port in; an `imaplib` connection out. Called by platforms/mailbox.py. The failures of a
connection and of its commands are `FAILURES`, which `error_of` turns into values without texts of the server: those
may repeat what was sent.
"""

import base64
import imaplib
import re
import ssl
import time
from typing import Any, cast

import requests

from outbound.client import HttpClient
from outbound.records import FetchError
from outbound.ssrf import RequestRefused
from outbound.transport import RequestBudget, open_socket, tls_context

FAILURES = (RequestRefused, OSError, imaplib.IMAP4.error)
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

    def _budget(self) -> RequestBudget:
        settings = self._client.settings
        budget = RequestBudget(self._deadline, settings.connect_timeout_s, settings.max_bytes)
        budget.end_head()
        return budget


def error_of(failure: Exception) -> FetchError:
    """Return one of `FAILURES` as a value."""
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
