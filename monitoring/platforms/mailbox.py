"""A mailbox, read by IMAP: newsletters, press requests and Google Alerts that arrive by mail.

Facts: RFC 9051. A folder is opened with EXAMINE and read with BODY.PEEK, so nothing changes in it, not even what is
unread. Messages have numbers (UID) that only grow, until UIDVALIDITY changes: then all of them are new, and the
`Message-ID` shows which are known. The mark is the highest number read. The beginning of a message is enough: its
texts come before its attachments.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from monitoring.platforms.base import Can, Needs, PlatformDefaults, Setting, gettext_noop
from monitoring.platforms.mail_messages import MALFORMED, entries_of
from monitoring.platforms.paging import MAX_PAGES
from monitoring.records import Entry, PollError, PollJob, PollResult
from outbound import HttpClient
from outbound.imap import FAILURES, ImapConnection, code_of, error_of, quoted

PAGE_SIZE = 20
MAX_MESSAGE = 500_000  # bytes that are read of a message
PORT = 993
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Refused(Exception):
    """A command that the server refuses."""

    def __init__(self, error: PollError) -> None:
        super().__init__(error.code)
        self.error = error


class Mailbox(PlatformDefaults):
    name = item_platform = "email"
    label = gettext_noop("Mailbox")
    summary = gettext_noop("Messages in a folder of a mailbox, such as Google Alerts, filtered by your keywords.")
    needs = Needs.KEY
    can = frozenset({Can.BACKFILL})
    settings = (
        Setting(
            "host",
            gettext_noop("IMAP server"),
            help=gettext_noop("It has to accept encrypted connections (TLS) on port 993."),
            example="imap.example.com",
            pattern=r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}",
            is_server=True,
        ),
        Setting("user", gettext_noop("User name"), example="press@example.com", pattern=r"[\x21\x23-\x5b\x5d-\x7e]+"),
        Setting(
            "folder",
            gettext_noop("Folder"),
            help=gettext_noop("All its messages can be read by the members of the project."),
            example="Newsletters",
            default="INBOX",
            pattern=r"[^\x00-\x1f\x7f]{1,200}",
        ),
        Setting(
            "password",
            gettext_noop("Password"),
            help=gettext_noop("With two-factor authentication, an app password."),
            is_secret=True,
        ),
    )
    min_interval_s = 600
    first_poll = timedelta(days=7)
    is_forward = True
    overlap = timedelta()

    def address(self, settings: Mapping[str, str]) -> str:
        """Return the address of the server: a mailbox has no web page that is known."""
        return f"https://{settings['host']}/{quote(settings['user'])}/{quote(settings['folder'], safe='')}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['host']}"

    def poll(self, job: PollJob, http_client: HttpClient) -> PollResult:
        if not job.secrets.get("password"):
            return PollResult(error=PollError("credential_missing"), requests=0)
        reader = _Reader(job)
        error = None
        try:
            server = urlsplit(job.base_url or f"{self.api_url(job.source.settings)}:{PORT}")
            with ImapConnection(http_client, server.hostname or "", server.port or PORT) as connection:
                reader.read(connection)
        except _Refused as refusal:
            error = refusal.error
        except FAILURES as failure:
            problem = error_of(failure)
            error = PollError(problem.code, problem.detail)
        return reader.result(error)


class _Reader:
    """One poll of one folder."""

    def __init__(self, job: PollJob) -> None:
        self.job = job
        self.state: dict[str, Any] = dict(job.source.resume_state)
        self.entries: dict[str, Entry] = {}
        self.requests, self.skipped = 0, 0
        self.left: list[int] = []

    def read(self, connection: ImapConnection) -> None:
        """Read messages from older to newer until none or no request is left. Change the state after each page."""
        self._sign_in(connection)
        self.left = self._numbers(connection)
        while self.left and self.requests < min(self.job.requests, MAX_PAGES):
            page = self.left[:PAGE_SIZE]
            connection.allow_more()
            self.requests += 1
            self._add(_checked(*connection.uid("FETCH", ",".join(map(str, page)), _PARTS)))
            self.state["uid"] = page[-1]
            self.left = self.left[PAGE_SIZE:]

    def result(self, error: PollError | None) -> PollResult:
        """Return what was read. A failure on the way is none: the rest is read in the next poll."""
        is_partial = error is not None and self.requests > 1 and error.code in ("rate_limited", "timeout")
        return PollResult(
            entries=tuple(self.entries.values()),
            resume_state=self.state,
            error=None if is_partial else error,
            is_incomplete=bool(self.left),
            requests=self.requests,
            report={"skipped": self.skipped, "gap": bool(self.left)},
        )

    def _sign_in(self, connection: ImapConnection) -> None:
        user, password = self.job.source.settings["user"], self.job.secrets["password"]
        try:
            if "AUTH=PLAIN" in connection.capabilities:
                connection.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            else:
                connection.login(user, password)
        except connection.abort:
            raise
        except (connection.error, UnicodeError) as failure:
            raise _Refused(PollError(code_of(str(failure)) or "credential_rejected", "sign-in")) from None

    def _numbers(self, connection: ImapConnection) -> list[int]:
        """Open the folder and return the numbers of its unread messages, in order."""
        folder = quoted(self.job.source.settings["folder"])
        status, lines = connection.select(folder, readonly=True)
        if status != "OK":
            raise _Refused(PollError(code_of(str(lines)) or "not_found", "folder"))
        validity = _text(connection.response("UIDVALIDITY")[1])
        if validity != self.state.get("validity"):
            self.state = {"validity": validity}
        mark = self.state.get("uid")
        since = self.job.since or self.job.now - Mailbox.first_poll
        criteria = ("UID", f"{mark + 1}:*") if mark else ("SINCE", _day(since))
        found = _text(_checked(*connection.uid("SEARCH", *criteria)))
        # "9:*" has the last message even if its number is lower.
        return sorted({int(number) for number in found.split() if int(number) > (mark or 0)})

    def _add(self, parts: list[Any]) -> None:
        for message, internal in _messages(parts):
            try:
                entries = entries_of(message, internal)
            except MALFORMED:
                self.skipped += 1
                continue
            self.entries.update((entry.native_id, entry) for entry in entries)


_PARTS = f"(UID INTERNALDATE BODY.PEEK[]<0.{MAX_MESSAGE}>)"
_INTERNAL = re.compile(rb'INTERNALDATE "([^"]+)"')


def _messages(parts: list[Any]) -> list[tuple[bytes, str]]:
    """Return the messages of a response, each with the time at which the server received it."""
    found = []
    for index, part in enumerate(parts):
        if isinstance(part, tuple):
            after = parts[index + 1] if index + 1 < len(parts) else b""
            around = part[0] + (after if isinstance(after, bytes) else b"")
            internal = _INTERNAL.search(around)
            found.append((part[1], internal[1].decode("ascii", "replace") if internal else ""))
    return found


def _checked(status: str, lines: list[Any]) -> list[Any]:
    if status != "OK":
        raise _Refused(PollError(code_of(str(lines)) or "unexpected_response", "command refused"))
    return lines


def _text(lines: list[Any]) -> str:
    return lines[-1].decode("ascii", "replace") if lines and isinstance(lines[-1], bytes) else ""


def _day(time: datetime) -> str:
    return f"{time.day}-{_MONTHS[time.month - 1]}-{time.year}"
