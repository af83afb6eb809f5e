"""Make the requests of one reply, or of one post. Called by polling/replies.py.

In: a job with its secrets, how to publish, the text and its target. Out: a `PublishedReply`, or a `PollError`. The
code `reply_unknown` means that the platform may have published it: any other error says that it has not.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitoring.platforms.pages import WRONG_SHAPE, error_of
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.pictures import UPLOAD_LIMIT_S, WAITS_S, Picture, Pictures, picture_refusal
from monitoring.platforms.replies import PublishedReply, Replies, ReplyRequest
from monitoring.platforms.session import Session
from monitoring.records import PollError, PollJob, PollResult
from outbound import ApiRequest, FetchResult, HttpClient

# Failures before anything was sent.
_NOT_SENT = frozenset({"bad_url", "private_address", "dns", "connect"})


class Replier(Session):
    """The requests of one reply: `prepare`, then `attach` and `send`, or `find`."""

    def __init__(
        self, platform: PagedPlatform, job: PollJob, replies: Replies, reply: ReplyRequest, http_client: HttpClient
    ) -> None:
        super().__init__(platform, job, http_client)
        self.replies = replies
        self.sent = 0
        self.reply = replace(reply, api_url=self.api_url, settings=job.source.settings, secrets=job.secrets)

    def prepare(self) -> PollError | None:
        """Sign in and look the item up. Return what prevents the reply."""
        if not self.replies.id_of(self.reply.target, self.reply.settings):
            return PollError("reply_no_id")
        if problem := self.sign_in():
            return problem
        self._take_secrets()
        if not self.replies.has_lookup:
            return None
        response = self._with_renewal(self.replies.parent_request)
        if response.error:
            is_gone = response.status in (404, 410)
            return self.replies.error(response) or (PollError("parent_deleted") if is_gone else self._error(response))
        try:
            parent = self.replies.read_parent(self.platform.decode(response.body), self.reply)
        except WRONG_SHAPE as odd:
            return self.unexpected(odd)
        if isinstance(parent, PollError):
            return parent
        self.reply = replace(self.reply, parent=parent)
        return None

    def attach(self) -> PollError | None:
        """Upload the pictures of a post. Return what prevents it: the post is published with all of them, or not."""
        how, uploaded = self.replies.pictures, []
        stop_at = time.monotonic() + UPLOAD_LIMIT_S
        for picture in self.reply.pictures if how else ():
            assert how is not None
            if time.monotonic() > stop_at:
                return PollError("timeout", f"pictures uploaded for more than {UPLOAD_LIMIT_S} s")
            found = self._upload(how, picture)
            if isinstance(found, PollError):
                return found
            uploaded.append(found)
        self.reply = replace(self.reply, uploaded=tuple(uploaded))
        return None

    def send(self) -> PublishedReply | PollError:
        """Publish the reply."""
        self.sent += 1
        response = self._with_renewal(self.replies.request)
        if response.error:
            return self._refusal(response)
        try:
            data = self.replies.content(response, self.platform.decode)
            outcome = self.replies.read(data, self.reply)
            if isinstance(outcome, PollError):
                self.retry_after_s = self.replies.wait_s(data)
            return outcome
        except WRONG_SHAPE as problem:
            return PollError("reply_unknown", self.unexpected(problem).detail)

    def find(self) -> PublishedReply | PollError | None:
        """Look for the reply at the platform. None means that it wasn't found, not that it doesn't exist."""
        request = self.replies.find_request(self.reply)
        if request is None:
            return None
        response = self.call(request)
        if response.error:
            return self._error(response)
        try:
            return self.replies.read_found(self.platform.decode(response.body), self.reply)
        except WRONG_SHAPE as problem:
            return self.unexpected(problem)

    def result(self) -> PollResult:
        """Return what the requests took of the limits."""
        spent = {"requests": self.requests + (self.replies.cost - 1) * self.sent}
        return PollResult(requests=self.requests, spent=spent, quota=self.quota, status=self.status)

    def _upload(self, how: Pictures, picture: Picture) -> Any | PollError:
        response = self._with_renewal(lambda reply: how.request(reply, picture))
        if response.error:
            return picture_refusal(self._error(response), response.status)
        try:
            uploaded = how.read(self.platform.decode(response.body))
        except WRONG_SHAPE as problem:
            return self.unexpected(problem)
        if picture.alt and (described := how.describe_request(self.reply, uploaded, picture)):
            response = self.call(described)
            if response.error:
                return picture_refusal(self._error(response), response.status)
        return self._wait_for(how, uploaded, response) or uploaded

    def _wait_for(self, how: Pictures, uploaded: Any, response: FetchResult) -> PollError | None:
        """Wait until a picture is processed. Return what prevents that."""
        for wait_s in WAITS_S:
            if not how.is_processing(response):
                break
            time.sleep(wait_s)
            response = self.call(how.progress_request(self.reply, uploaded))
        if how.is_processing(response):
            return PollError("picture_processing", f"after {sum(WAITS_S)} s")
        return picture_refusal(self._error(response), response.status) if response.error else None

    def _with_renewal(self, make: Callable[[ReplyRequest], ApiRequest]) -> FetchResult:
        """Make a request, once more with a new token if the first one was rejected."""
        response = self.call(make(self.reply))
        if response.error and response.status and self.may_renew(self._error(response)) and self.renew() is None:
            self._take_secrets()
            return self.call(make(self.reply))
        return response

    def _take_secrets(self) -> None:
        self.reply = replace(self.reply, secrets=self.secrets)

    def _refusal(self, response: FetchResult) -> PollError:
        """Return why a reply wasn't published, or that nobody knows whether it was."""
        error = self._error(response)
        if response.status == 0 or response.status >= 500 or 200 <= response.status < 300:
            is_unsent = response.status == 0 and error.code in _NOT_SENT
            return error if is_unsent else PollError("reply_unknown", f"{error.code}: {error.detail}")
        known = self.replies.error(response)
        if known:
            return known
        if error.code in ("access_denied", "forbidden"):
            return PollError("reply_permission", error.detail)
        if error.code in ("not_found", "gone"):
            return PollError("parent_deleted", error.detail)
        return PollError("reply_refused", error.detail) if error.code == "query_rejected" else error

    def _error(self, response: FetchResult) -> PollError:
        error = self.platform.error(response) or error_of(response)
        if error.code in ("rate_limited", "quota_used_up"):
            self.note_wait()
        return error

    @property
    def wait(self) -> timedelta | None:
        """How long the platform asks to wait, None if it doesn't say."""
        return timedelta(seconds=self.retry_after_s) if self.retry_after_s else None
