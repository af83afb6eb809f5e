"""Make the request for the followers of one account. Called by polling/followers.py.

In: a job with its secrets, and how its platform counts. Out: an `AccountFollowers`, or a `PollError`; and the
`PollResult` that settles the limits.
"""

from dataclasses import replace

from monitoring.platforms.followers import MAX_ID, MAX_NAME, AccountFollowers, AccountRequest, Followers
from monitoring.platforms.pages import WRONG_SHAPE, error_of
from monitoring.platforms.session import Session
from monitoring.records import PollError, PollResult

Found = AccountFollowers | PollError


class FollowerReader(Session):
    """The requests for one account: signing in, renewing a token, and the number."""

    def read(self, followers: Followers) -> Found:
        if problem := self.sign_in():
            return problem
        found = self._read(followers)
        if isinstance(found, PollError) and self.may_renew(found):
            found = self.renew() or self._read(followers)
        return found

    def result(self) -> PollResult:
        """Return what the requests took of the limits."""
        spent = {"usd": 0.0, **self.spent, "requests": float(self.requests)}
        return PollResult(requests=self.requests, spent=spent, quota=self.quota, status=self.status)

    def _read(self, followers: Followers) -> Found:
        account = AccountRequest(self.api_url, self.job.source.settings, self.secrets)
        try:
            response = self.call(followers.request(account))
            if response.error:
                error = self.platform.error(response) or error_of(response)
                if error.code in ("rate_limited", "quota_used_up"):
                    self.note_wait()
                return error
            self.add_spent({"usd": followers.price})
            found = followers.read(self.platform.decode(response.body), account)
        except WRONG_SHAPE as odd:
            return self.unexpected(odd)
        if isinstance(found, PollError):
            return found
        if not found.account_id:
            return self.unexpected(ValueError("no id"))
        return replace(found, account_id=found.account_id[:MAX_ID], name=found.name[:MAX_NAME])
