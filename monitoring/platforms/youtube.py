"""YouTube: videos found by the search of its Data API, their numbers, and their comments if wanted.

Facts: `search.list` has a quota of its own, 100 calls per day; all other calls share 10,000 units, one per call
(https://developers.google.com/youtube/v3/determine_quota_cost). It finds a sample of at most about 500 videos, hours
late, with shortened texts and HTML in titles; `videos.list` has 50 of them whole. All numbers are strings. A video
without comments has no `commentCount`. Both calls give the same item: if the second one isn't reached, the first one's
is stored. Quotas refill at midnight in California. The key may be sent in the header
`X-Goog-Api-Key`; a connected account has a token instead
(https://developers.google.com/youtube/v3/guides/auth/server-side-web-apps).
So a page of 50 results takes two requests, and one more per video for its comments.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.oauth import OAuth, account_at, is_connected
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy, existing
from monitoring.platforms.replies import bearer
from monitoring.platforms.values import error_body
from monitoring.platforms.youtube_followers import YouTubeFollowers
from monitoring.platforms.youtube_items import (
    comment_entry,
    found_video,
    is_comments,
    plain_id,
    rechecked_comment,
    whole_video,
)
from monitoring.platforms.youtube_replies import YouTubeReplies
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 50
COMMENTS = 100  # of a video: the newest
_CALIFORNIA = ZoneInfo("America/Los_Angeles")
_ERRORS = {
    "quotaExceeded": "quota_used_up",
    "dailyLimitExceeded": "quota_used_up",
    "rateLimitExceeded": "rate_limited",
    "userRateLimitExceeded": "rate_limited",
    "keyInvalid": "credential_rejected",
    "keyExpired": "credential_rejected",
    "API_KEY_INVALID": "credential_rejected",
    "invalidPageToken": "bad_cursor",
}


_SEARCHES = Limit(100, 86_400, "searches")


class YouTube(PagedPlatform):
    name = item_platform = "youtube"
    label = "YouTube"
    summary = gettext_noop("Videos that match your keywords, and their comments if you want.")
    needs = Needs.KEY
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT, Can.RECHECK, Can.REPLY})
    settings = (
        Setting(
            "comments",
            gettext_noop("Comments"),
            help=gettext_noop("“yes” reads the newest comments on each video found, one request per video."),
            default="no",
            pattern="yes|no",
            is_required=False,
        ),
        Setting(
            "searches",
            gettext_noop("Searches per day"),
            help=gettext_noop("The quota of searches of your Google Cloud project."),
            default="100",
            pattern=r"[1-9]\d{0,5}",
            is_required=False,
        ),
        Setting(
            "key",
            gettext_noop("API key"),
            help=gettext_noop("A key of a Google Cloud project with the YouTube Data API v3."),
            link="https://console.cloud.google.com/apis/library/youtube.googleapis.com",
            is_secret=True,
        ),
    )
    limits = (Limit(10_000, 86_400), _SEARCHES)
    min_interval_s = 3_600
    dialect = Dialect(or_="|", not_="-", max_chars=400)
    overlap = timedelta(hours=24)
    # Data may be stored for 30 days without being read again (https://developers.google.com/youtube/terms).
    recheck = RecheckPolicy(PAGE_SIZE, timedelta(days=30), is_strict=True)
    replies = YouTubeReplies()
    followers = YouTubeFollowers()
    is_renewable = True
    oauth = OAuth(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",
        scopes=("https://www.googleapis.com/auth/youtube.readonly",),
        reply_scopes=YouTubeReplies.scopes,
        app_link="https://console.cloud.google.com/apis/credentials",
        app_help=gettext_noop("An OAuth client of the type “Web application”, with the YouTube Data API enabled."),
        parameters={"access_type": "offline", "prompt": "consent"},
        uses_pkce=True,
        token_name="key",
        account=account_at(
            "/channels?part=snippet&mine=true", lambda data: data["items"][0]["snippet"]["title"], "key"
        ),
    )

    def limits_of(self, settings: Mapping[str, str], *, has_credential: bool = False) -> tuple[Limit, ...]:
        """Return the limits with the quota of searches that the project has: Google grants others than 100."""
        requests, searches = self.limits
        return requests, replace(searches, amount=float(settings.get("searches") or searches.amount))

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://www.youtube.com/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://www.googleapis.com/youtube/v3"

    def request(self, page: PageRequest) -> ApiRequest:
        cursor = page.cursor or {}
        if cursor.get("videos"):
            query = {"part": "snippet,statistics", "id": ",".join(cursor["videos"]), "maxResults": PAGE_SIZE}
            return _call(page, "videos", query)
        if cursor.get("commented"):
            query = {"videoId": cursor["commented"][0], "order": "time", "textFormat": "plainText"}
            return _call(page, "commentThreads", {"part": "snippet", "maxResults": COMMENTS} | query)
        query = {
            "part": "snippet",
            "type": "video",
            "order": "date",
            "q": page.search.text,
            "maxResults": PAGE_SIZE,
            "publishedAfter": page.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if cursor.get("token"):
            query["pageToken"] = cursor["token"]
        return _call(page, "search", query)

    def read(self, data: Any, page: PageRequest) -> Page:
        cursor = page.cursor or {}
        if cursor.get("videos"):
            return _videos(data, page)
        if cursor.get("commented"):
            entries, skipped = read_items(data["items"], comment_entry)
            recent = tuple(entry for entry in entries if entry.published and entry.published >= page.since)
            return Page(recent, _rest(cursor), skipped, spent={"searches": 0})
        found = [item["id"]["videoId"] for item in data["items"] if _is_video(item)]
        then = {"token": data["nextPageToken"]} if data.get("nextPageToken") else None
        entries, skipped = read_items(filter(_is_video, data["items"]), found_video)
        return Page(entries, {"videos": found, "then": then} if found else then, skipped, spent={"searches": 1})

    def recheck_kind(self, recheck_id: str) -> str:
        return "comments" if is_comments((recheck_id,)) else "videos"

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        if is_comments(lookup.ids):
            query = {"part": "snippet", "id": ",".join(map(plain_id, lookup.ids)), "textFormat": "plainText"}
            return _call(lookup, "comments", query)
        return _call(lookup, "videos", {"part": "snippet,statistics", "id": ",".join(lookup.ids)})

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        free = {"searches": 0.0}
        if is_comments(lookup.ids):
            return existing(data["items"], rechecked_comment, lookup, has_texts=False, spent=free)
        return existing(data["items"], whole_video, lookup, spent=free)

    def recheck_limits(self, limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
        return limits[:1]

    def error(self, response: FetchResult) -> PollError | None:
        reasons = _reasons(response)
        code = next((_ERRORS[reason] for reason in reasons if reason in _ERRORS), "")
        return PollError(code, f"status {response.status}, {', '.join(reasons)}"[:200]) if code else None

    def page_of_error(self, response: FetchResult, page: PageRequest) -> Page | None:
        """Return nothing further of videos that are gone, and no comments where they are closed."""
        if response.status == 404 and page.cursor and page.cursor.get("videos"):
            return Page((), page.cursor["then"], spent={"searches": 0})
        is_closed = {"commentsDisabled", "videoNotFound"} & set(_reasons(response))
        is_of_comments = page.cursor and page.cursor.get("commented")
        return Page((), _rest(page.cursor), spent={"searches": 0}) if is_closed and is_of_comments else None

    def wait_s(self, response: FetchResult) -> int | None:
        problem = self.error(response)
        if problem and problem.code == "quota_used_up":
            return seconds_to_refill(_sent(response))
        return response.retry_after_s


def seconds_to_refill(now: datetime) -> int:
    """Return how long it is until midnight in California."""
    there = now.astimezone(_CALIFORNIA)
    midnight = datetime(there.year, there.month, there.day, tzinfo=_CALIFORNIA) + timedelta(days=1)
    return int((midnight.astimezone(UTC) - now).total_seconds()) + 1


def _sent(response: FetchResult) -> datetime:
    try:
        return parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)


def _call(page: PageRequest | Lookup, method: str, query: Mapping[str, Any]) -> ApiRequest:
    """Return a request with the key, or with the token of a connected account."""
    key = page.secrets["key"]
    headers = bearer(key) if is_connected(page.secrets) else {"X-Goog-Api-Key": key}
    return ApiRequest(f"{page.api_url}/{method}?{urlencode(query)}", headers)


def _reasons(response: FetchResult) -> list[str]:
    problem = error_body(response).get("error")
    found = problem if isinstance(problem, dict) else {}
    items = [*(found.get("errors") or ()), *(found.get("details") or ())]
    return [str(item["reason"]) for item in items if isinstance(item, dict) and item.get("reason")]


def _is_video(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), dict) and bool(item["id"].get("videoId"))


def _rest(cursor: Mapping[str, Any]) -> Any:
    """Return the cursor after the comments of a video: those of the next one, or the next page of the search."""
    left = cursor["commented"][1:]
    return {"commented": left, "then": cursor["then"]} if left else cursor["then"]


def _videos(data: Any, page: PageRequest) -> Page:
    entries, skipped = read_items(data["items"], whole_video)
    then = page.cursor["then"]
    commented = (
        [entry.native_id for entry in entries if entry.replies] if page.settings.get("comments") == "yes" else []
    )
    return Page(entries, {"commented": commented, "then": then} if commented else then, skipped, spent={"searches": 0})
