"""Look known items of a source, or own posts, up again, one request after another.

Called by polling/rechecks.py and polling/own_posts.py.

In: a job with its secrets and its reserved requests, ids. Out: a `Rechecked` for each request, and the `PollResult`
that settles the limits. The database is not read here.
"""

from dataclasses import replace

from monitoring.platforms.own_posts import OwnPosts
from monitoring.platforms.pages import WRONG_SHAPE, error_of
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecks import Lookup, Rechecked
from monitoring.platforms.session import Session
from monitoring.records import PollJob, PollResult
from outbound import HttpClient

# Errors of own posts that say nothing about the account: the next request is made nevertheless.
_OF_ONE_POST = frozenset(
    {"not_found", "gone", "access_denied", "query_rejected", "http_error", "forbidden", "unexpected_response"}
)


class Rechecker(Session):
    """The checks of one source; or of own posts (`is_own`), whose requests don't depend on each other.

    Own posts are read by `own_posts`, where a platform has that.
    """

    def __init__(
        self,
        platform: PagedPlatform,
        job: PollJob,
        http_client: HttpClient,
        own_posts: OwnPosts | None = None,
        *,
        is_own: bool = False,
    ) -> None:
        super().__init__(platform, job, http_client)
        self.by = own_posts or platform
        self.skipped = _OF_ONE_POST if is_own else frozenset()
        self.error = self.sign_in()

    @property
    def is_allowed(self) -> bool:
        """Whether a further request may be made."""
        is_paused = self.quota is not None and self.quota.is_used_up(self.job.now)
        return not (self.error or self.retry_after_s or is_paused) and self.requests < self.job.requests

    def check(self, ids: tuple[str, ...]) -> Rechecked:
        """Look up the items of one request. After an error nothing is known of them."""
        checked = self._fetch(ids)
        if checked.error and self.may_renew(checked.error):
            problem = self.renew()
            checked = replace(checked, error=problem) if problem else self._fetch(ids)
        self.error = checked.error if checked.error and checked.error.code not in self.skipped else None
        if self.error and self.error.code in ("rate_limited", "quota_used_up"):
            self.note_wait()
        self.add_spent(checked.spent)
        return checked

    def result(self) -> PollResult:
        """Return what the requests took of the limits."""
        return PollResult(
            requests=self.requests,
            spent=self.spent,
            quota=self.quota,
            status=self.status,
            error=self.error,
            retry_after_s=self.retry_after_s,
        )

    def _fetch(self, ids: tuple[str, ...]) -> Rechecked:
        lookup = Lookup(self.api_url, self.job.source.settings, self.secrets, ids, self.job.now)
        try:
            response = self.call(self.by.recheck_request(lookup))
            if response.error:
                checked = self.by.recheck_of_error(response, lookup)
                return checked or Rechecked(error=self.platform.error(response) or error_of(response))
            checked = self.by.read_recheck(self.platform.decode(response.body), lookup)
        except WRONG_SHAPE as problem:
            return Rechecked(error=self.unexpected(problem))
        self.retry_after_s = checked.retry_after_s
        self.quota = checked.quota or self.quota
        return checked
