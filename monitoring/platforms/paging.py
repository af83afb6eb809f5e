"""Poll a platform page by page: what almost every platform shares. A platform adds its requests and its parsing.

In: a job and an HTTP client. Out: a `PollResult` with the entries of all pages that were read, and the state to go on
from, which polling/save.py stores together. Each search (or the one timeline) of a source has a state of its own:

- `mark`: everything up to this time (ISO 8601, UTC; for `is_forward` platforms an id or a cursor) is stored;
  An `is_forward` platform is read downward once, in the first poll, and then upward from its mark;
- `walk`: a walk from the newest item down to the mark that isn't finished: how far it came (`cursor`), the mark that
  it will set (`top`), and down to when it goes (`since`). The mark moves only at its end, so nothing is left out;
- `at`: when it was last read;
- `kept`: what the platform remembers for it (`Page.kept`).

A source with more searches than requests reads them in rounds: `round` is when the present one began.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitoring.content.scrub import read_json
from monitoring.platforms import oauth
from monitoring.platforms.base import Can, Limit, PlatformDefaults
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.followers import Followers
from monitoring.platforms.oauth import OAuth
from monitoring.platforms.own_posts import OwnPosts
from monitoring.platforms.pages import WRONG_SHAPE, Connection, Page, PageRequest, error_of
from monitoring.platforms.quotas import QuotaHeaders, read_quota
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy
from monitoring.platforms.replies import Replies
from monitoring.platforms.searches import TIMELINE, Plan, Search, in_turn, plan_searches
from monitoring.platforms.session import Session
from monitoring.records import Entry, PollError, PollJob, PollResult, QuotaReading
from outbound import ApiRequest, FetchResult, HttpClient

# Pages of one poll: bounds the memory and the transaction. A walk that is longer continues in the next poll.
MAX_PAGES = 20
# Errors of one search while others of its source work: a query or a country that is not known.
ERRORS_OF_A_SEARCH = frozenset({"query_rejected", "not_found"})


class PagedPlatform(PlatformDefaults):
    """A platform that is read page by page, newest items first unless `is_forward`.

    A platform sets the attributes and implements `address`, `api_url`, `request` and `read`; see docs/platforms.
    """

    name: str
    item_platform: str
    label: str
    summary: str
    # The query language; only for platforms that search.
    dialect = Dialect()
    # Items are read again this long before the mark: search indexes find some items late.
    overlap = timedelta(minutes=15)
    # How far back the first poll reads.
    first_poll = timedelta(days=7)
    # Items come newest first, so one that is older than wanted ends a walk. Otherwise only a page without `next` does.
    is_ordered = True
    # After the first poll, pages go from older to newer items, and each moves the mark.
    is_forward = False
    quota_headers: QuotaHeaders | None = None
    # Statuses that mean for a page after the first that there are no further ones.
    end_statuses: frozenset[int] = frozenset()
    # The longest time for which the platform's terms allow to keep its items, None for no limit.
    keep_for: timedelta | None = None
    # How often and how many items are looked up again by their ids; only for platforms that can (`Can.RECHECK`).
    recheck: RecheckPolicy | None = None
    # How an account replies to items; only for platforms that can (`Can.REPLY`).
    replies: Replies | None = None
    # How an account publishes a post that replies to nothing, where Vigie can.
    posts: Replies | None = None
    # How the counts of own posts are read, where a check of known items doesn't do it.
    own_posts: OwnPosts | None = None
    # How the followers of an own account are counted, where the platform gives the number.
    followers: Followers | None = None
    # Its secrets hold a session or token that ends and that `renew` replaces.
    is_renewable = False
    # How accounts are connected; such platforms are renewable, too.
    oauth: OAuth | None = None

    def address(self, settings: Mapping[str, str]) -> str:
        raise NotImplementedError

    def api_url(self, settings: Mapping[str, str]) -> str:
        raise NotImplementedError

    def request(self, page: PageRequest) -> ApiRequest:
        """Return the request for a page."""
        raise NotImplementedError

    def read(self, data: Any, page: PageRequest) -> Page:
        """Return the items of a response. A KeyError, TypeError or ValueError means that it has another shape."""
        raise NotImplementedError

    def decode(self, body: bytes) -> Any:
        """Return the body as `read` takes it. A ValueError means that it is something else."""
        return read_json(body)

    def follow(self, page: Page, response: FetchResult, request: PageRequest) -> Page:
        """Return the page with what the headers of its response say about the next one."""
        return page

    def error(self, response: FetchResult) -> PollError | None:
        """Return what a response that is no success means, None to leave it to its status (`STATUS_ERRORS`)."""
        return None

    def page_of_error(self, response: FetchResult, page: PageRequest) -> Page | None:
        """Return the page that a response that is no success stands for, None for an error."""
        return None

    def quota(self, response: FetchResult, now: datetime) -> QuotaReading | None:
        """Return what the headers of any response say about the platform's own limit, None if nothing."""
        return read_quota(response.headers, self.quota_headers, now) if self.quota_headers else None

    def wait_s(self, response: FetchResult) -> int | None:
        """Return how long to wait after a response that is no success: `Retry-After`, or what its body says."""
        return response.retry_after_s

    def has_ended(self, secrets: Mapping[str, str], now: datetime) -> bool:
        """Return whether `renew` has to be called before the first request. Only for `is_renewable`."""
        return self.oauth is not None and oauth.has_ended(self.oauth, secrets, now)

    def renew(self, connection: Connection) -> Mapping[str, str] | PollError:
        """Return all secrets with a new session or token, which are stored. Only for `is_renewable`.

        Called if the present one has ended, and once in a poll after an error `credential_rejected`, which repeats
        the request. One worker at a time renews a credential; make one or two requests.
        """
        if self.oauth is None:
            raise NotImplementedError
        return oauth.renew(self.oauth, connection)

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        """Return the request for known items. Only with a `recheck` policy."""
        raise NotImplementedError

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        """Return which items a response has, and which are deleted: only those of which it says so."""
        raise NotImplementedError

    def recheck_kind(self, recheck_id: str) -> str:
        """Return the kind of an item by its id: items of two kinds are looked up in two requests."""
        return ""

    def recheck_of_error(self, response: FetchResult, lookup: Lookup) -> Rechecked | None:
        """Return what a response that is no success says about its items, None for an error."""
        return None

    def recheck_limits(self, limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
        """Return those of the limits of a source that looking items up takes from."""
        return limits

    def plan(self, job: PollJob) -> Plan:
        """Return the searches of a source."""
        return plan_searches(job.queries, self.dialect) if Can.SEARCH in self.can else Plan((TIMELINE,))

    def poll(self, job: PollJob, http_client: HttpClient) -> PollResult:
        return Walker(self, job, http_client).run()


class Walker(Session):
    """One poll of one source."""

    def __init__(self, platform: PagedPlatform, job: PollJob, http_client: HttpClient) -> None:
        super().__init__(platform, job, http_client)
        self.plan = platform.plan(job)
        old = job.source.resume_state.get("searches", {})
        self.round = job.source.resume_state.get("round") or job.now.isoformat()
        self.states: dict[str, dict[str, Any]] = {one.key: dict(old.get(one.key, {})) for one in self.plan.searches}
        self.entries: dict[str, Entry] = {}
        self.pages, self.skipped = 0, 0
        self.left: dict[str, float] = {}
        self.error: PollError | None = None

    def run(self) -> PollResult:
        self.error, failed = self.sign_in(), None
        for search in self._left() or self._new_round():
            if not self._is_allowed() or self.error:
                break
            self._walk(search)
            if self.error and self.error.code in ERRORS_OF_A_SEARCH:
                # The others go on, now and in the next polls, where this one waits for its turn again.
                self.states[search.key]["at"] = self.job.now.isoformat()
                self.error, failed = None, failed or self.error
        if self.error and self.error.code in ("rate_limited", "quota_used_up"):
            self.note_wait()
            # A limit that is reached on the way is no failure: what was read is stored, the rest waits.
            if self.pages:
                self.error = None
        self.error = self.error or failed
        return PollResult(
            entries=tuple(map(self._with_recheck_id, self.entries.values())),
            resume_state={"round": self.round, "searches": self.states},
            error=self.error,
            retry_after_s=self.retry_after_s,
            status=self.status,
            is_incomplete=bool(self._left()),
            requests=self.requests,
            spent=self.spent,
            left=self.left,
            quota=self.quota,
            report={
                "skipped": self.skipped,
                "gap": any(state.get("walk") for state in self.states.values()),
                "searches": len(self.plan.searches),
                "wider": list(self.plan.wider),
                "unsearchable": list(self.plan.unsearchable),
            },
        )

    def _with_recheck_id(self, entry: Entry) -> Entry:
        """Return an entry with the id that looks it up again, which is its native id unless the platform says more."""
        if self.platform.recheck is None or entry.recheck_id:
            return entry
        return replace(entry, recheck_id=entry.native_id)

    def _left(self) -> list[Search]:
        """Return the searches that are not read yet in this round, or whose walk is not finished, in their turn."""
        began = datetime.fromisoformat(self.round)
        left = tuple(
            search
            for search in self.plan.searches
            if (state := self.states[search.key]).get("walk")
            or not state.get("at")
            or datetime.fromisoformat(state["at"]) < began
        )
        return in_turn(left, self.states, self.job.now)

    def _new_round(self) -> list[Search]:
        self.round = self.job.now.isoformat()
        return in_turn(self.plan.searches, self.states, self.job.now)

    def _is_allowed(self) -> bool:
        is_paused = self.quota is not None and self.quota.is_used_up(self.job.now)
        return self.requests < min(self.job.requests, MAX_PAGES) and not self.retry_after_s and not is_paused

    def _walk(self, search: Search) -> None:
        """Read pages until the mark, or until no request is left. Change the state of the search after each."""
        state = self.states[search.key]
        walk = state.get("walk") or self._new_walk(state)
        is_upward = self.platform.is_forward and state.get("mark") is not None
        while self._is_allowed():
            page = self._fetch(self._page_request(search, walk, state))
            if page.error:
                if self.may_renew(page.error):
                    self.error = self.renew()
                    if self.error:
                        return
                    continue
                self.error = page.error
                self.entries.update((entry.native_id, entry) for entry in page.entries)
                if page.error.code == "bad_cursor":
                    state["walk"] = walk | {"cursor": None}
                return
            self._add(page)
            state["at"] = self.job.now.isoformat()
            if page.kept:
                state["kept"] = {**state.get("kept", {}), **page.kept}
            if is_upward:
                state["mark"] = page.mark if page.mark is not None else state["mark"]
                walk = walk | {"cursor": page.next}
            else:
                walk = walk | {"cursor": page.next, "top": _latest(walk["top"], page)}
                walk["mark"] = page.mark if walk.get("mark") is None else walk["mark"]
            is_end = self.platform.is_ordered and not is_upward and _reaches(page, walk["since"])
            if page.next is None or is_end:
                if not is_upward:
                    state["mark"] = walk["mark"] if self.platform.is_forward else self._new_mark(state, walk)
                state.pop("walk", None)
                return
            state["walk"] = walk

    def _new_walk(self, state: dict[str, Any]) -> dict[str, Any]:
        mark = None if self.platform.is_forward else state.get("mark")
        now = self.job.now
        since = self.job.since or now - self.platform.first_poll
        if mark:
            since = min(datetime.fromisoformat(mark), now) - self.platform.overlap
        return {"since": since.isoformat(), "cursor": None, "top": None}

    def _new_mark(self, state: dict[str, Any], walk: dict[str, Any]) -> str:
        """Return the time of the newest stored item. Without any, the platform may still find some late."""
        found = [mark for mark in (state.get("mark"), walk["top"]) if mark]
        if not found:
            return max(datetime.fromisoformat(walk["since"]), self.job.now - self.platform.overlap).isoformat()
        return max(found, key=datetime.fromisoformat)

    def _page_request(self, search: Search, walk: dict[str, Any], state: dict[str, Any]) -> PageRequest:
        return PageRequest(
            api_url=self.api_url,
            settings=self.job.source.settings,
            secrets=self.secrets,
            search=search,
            since=datetime.fromisoformat(walk["since"]),
            now=self.job.now,
            cursor=walk["cursor"],
            mark=state.get("mark") if self.platform.is_forward else None,
            kept=state.get("kept", {}),
        )

    def _fetch(self, request: PageRequest) -> Page:
        response = self.call(self.platform.request(request))
        if response.status in self.platform.end_statuses and request.cursor is not None:
            return Page()
        if response.error:
            page_of_error = self.platform.page_of_error(response, request)
            return page_of_error or Page(error=self.platform.error(response) or error_of(response))
        try:
            page = self.platform.read(self.platform.decode(response.body), request)
            page = self.platform.follow(page, response, request)
        except WRONG_SHAPE as problem:
            return Page(error=self.unexpected(problem))
        self.retry_after_s = page.retry_after_s or (response.retry_after_s if page.error else None)
        self.quota = page.quota or self.quota
        return page

    def _add(self, page: Page) -> None:
        self.pages += 1
        self.skipped += page.skipped
        self.entries.update((entry.native_id, entry) for entry in page.entries)
        self.left.update(page.left)
        self.add_spent(page.spent)


def _latest(top: str | None, page: Page) -> str | None:
    dates = [entry.published.astimezone(UTC).isoformat() for entry in page.entries if entry.published]
    return max(filter(None, [top, *dates]), key=datetime.fromisoformat, default=None)


def _reaches(page: Page, since: str) -> bool:
    """Return whether a page, newest first, has an item from before this time."""
    dates = [entry.published for entry in page.entries if entry.published]
    return bool(dates) and min(dates) < datetime.fromisoformat(since)
