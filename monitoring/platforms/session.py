"""The requests of one poll, or of one check of known items: signing in, renewing, counting what they take.

Called by platforms/paging.py and platforms/rechecking.py.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from monitoring.platforms.pages import WRONG_SHAPE, Connection
from monitoring.records import PollError, PollJob, QuotaReading
from outbound import ApiRequest, FetchResult, HttpClient

if TYPE_CHECKING:
    from monitoring.platforms.paging import PagedPlatform

MAX_WAIT_S = 31 * 86_400


class Session:
    """Requests to a platform with one credential, and what they cost."""

    def __init__(self, platform: "PagedPlatform", job: PollJob, http_client: HttpClient) -> None:
        self.platform, self.job, self.http_client = platform, job, http_client
        self.api_url = (job.base_url or platform.api_url(job.source.settings)).rstrip("/")
        self.secrets = job.secrets
        self.is_renewed = False
        self.requests, self.status = 0, 0
        self.spent: dict[str, float] = {}
        self.quota: QuotaReading | None = None
        self.retry_after_s: int | None = None

    def sign_in(self) -> PollError | None:
        """Return what is wrong with the secrets. Renew those that have ended."""
        names = {setting.name for setting in self.platform.settings if setting.is_secret and setting.is_required}
        if not all(self.secrets.get(name) for name in names):
            return PollError("credential_missing")
        if self.platform.is_renewable and self.platform.has_ended(self.secrets, self.job.now):
            return self.renew()
        return None

    def renew(self) -> PollError | None:
        self.is_renewed = True
        changed = self.job.renew(self._new_secrets) if self.job.renew else self._new_secrets(self.secrets)
        if isinstance(changed, PollError):
            return changed
        self.secrets = changed
        return None

    def _new_secrets(self, stored: Mapping[str, str]) -> Mapping[str, str] | PollError:
        """Return secrets with a new session or token: those stored if another worker has renewed them since."""
        if stored != self.secrets and not self.platform.has_ended(stored, self.job.now):
            return stored
        try:
            return self.platform.renew(
                Connection(self.api_url, self.job.source.settings, stored, self.job.now, self.call)
            )
        except WRONG_SHAPE as problem:
            return self.unexpected(problem)

    def may_renew(self, error: PollError) -> bool:
        """Return whether a rejected credential can be renewed: once per session."""
        return error.code == "credential_rejected" and self.platform.is_renewable and not self.is_renewed

    def call(self, request: ApiRequest) -> FetchResult:
        self.requests += 1
        response = self.http_client.call(request)
        self.status = response.status
        self.quota = self.platform.quota(response, self.job.now) or self.quota
        if response.error:
            self.retry_after_s = self.platform.wait_s(response)
        return response

    def unexpected(self, problem: Exception) -> PollError:
        return PollError("unexpected_response", f"{type(problem).__name__} in the response of {self.platform.label}")

    def add_spent(self, spent: Mapping[str, float]) -> None:
        for name, amount in spent.items():
            self.spent[name] = self.spent.get(name, 0) + amount

    def note_wait(self) -> None:
        """Take a wait after too many requests for a reading: it is meant for all sources that share the limit."""
        if self.retry_after_s:
            self.quota = QuotaReading(0, self.job.now + timedelta(seconds=min(self.retry_after_s, MAX_WAIT_S)))
