"""A mailbox, read by IMAP: newsletters, press requests and Google Alerts that arrive by mail.

Facts: RFC 9051. A folder is opened with EXAMINE and read with BODY.PEEK, so nothing changes in it, not even what is
unread. Messages have numbers (UID) that only grow, until UIDVALIDITY changes: then all of them are new, and the
`Message-ID` shows which are known. The mark is the highest number read. The beginning of a message is enough: its
texts come before its attachments.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from monitoring.platforms.base import Can, Needs, PlatformDefaults, Setting, gettext_noop
from monitoring.platforms.mail_messages import MALFORMED, entries_of
from monitoring.platforms.paging import MAX_PAGES
from monitoring.records import Entry, PollError, PollJob, PollResult
from outbound import HttpClient
from outbound.imap import FAILURES, PORT, ImapConnection, StoredMessage, error_of

PAGE_SIZE = 20
MAX_MESSAGE = 500_000  # bytes that are read of a message


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
        connection.sign_in(self.job.source.settings["user"], self.job.secrets["password"])
        self.left = self._numbers(connection)
        while self.left and self.requests < min(self.job.requests, MAX_PAGES):
            page = self.left[:PAGE_SIZE]
            self.requests += 1
            self._add(connection.beginnings(page, MAX_MESSAGE))
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

    def _numbers(self, connection: ImapConnection) -> list[int]:
        """Open the folder and return the numbers of its unread messages, in order."""
        validity = connection.open_folder(self.job.source.settings["folder"])
        if validity != self.state.get("validity"):
            self.state = {"validity": validity}
        return connection.numbers_after(
            self.state.get("uid") or 0, self.job.since or self.job.now - Mailbox.first_poll
        )

    def _add(self, messages: list[StoredMessage]) -> None:
        for message in messages:
            try:
                entries = entries_of(message.content, message.received)
            except MALFORMED:
                self.skipped += 1
                continue
            self.entries.update((entry.native_id, entry) for entry in entries)
