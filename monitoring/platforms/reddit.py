"""Reddit, by its Data API: posts that match the keywords, and the comments of chosen subreddits.

Facts: new apps need Reddit's approval since November 2025, and commercial use a contract. An app signs in with its id
and secret (`client_credentials`); tokens last a day and are not refreshed but requested again. With an account
connected (`duration=permanent`), they are refreshed (https://github.com/reddit-archive/reddit/wiki/OAuth2). Searches
reach about 250 posts and find no comments, so these are read by subreddit. 100 requests per minute, averaged over 10
minutes, with `x-ratelimit-*` in seconds (https://support.reddithelp.com/hc/articles/16160319875092). A User-Agent has
to name the app and its account. Content that is deleted on Reddit has to be deleted. Blocked addresses get a page of
HTML.
"""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.content.scrub import read_json
from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.oauth import MARGIN, OAuth, account_at, is_connected
from monitoring.platforms.pages import Connection, Page, PageRequest, error_of, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.quotas import QuotaHeaders
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy
from monitoring.platforms.reddit_items import SITE, has_escaped_html, is_gone, thing_entry, unescaped
from monitoring.platforms.reddit_own_posts import RedditOwnPosts
from monitoring.platforms.reddit_publish import RedditPosts
from monitoring.platforms.reddit_replies import RedditReplies
from monitoring.platforms.searches import Plan, Search
from monitoring.platforms.values import error_body
from monitoring.records import PollError, PollJob
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 100
COMMENTS = "comments"


class Reddit(PagedPlatform):
    name = item_platform = "reddit"
    label = "Reddit"
    summary = gettext_noop("Posts that match your keywords, and comments in subreddits of your choice.")
    needs = Needs.APPROVAL
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT, Can.RECHECK, Can.REPLY})
    settings = (
        Setting(
            "client_id",
            gettext_noop("App ID"),
            help=gettext_noop("Reddit has to approve the app for its Data API."),
            link="https://www.reddit.com/prefs/apps",
            pattern=r"[\w-]+",
            is_of_account=True,
        ),
        Setting("client_secret", gettext_noop("App secret"), is_secret=True),
        Setting(
            "username",
            gettext_noop("Account name"),
            help=gettext_noop("Your account at Reddit, which Vigie names in each request, as Reddit demands."),
            pattern=r"[\w-]+",
            is_of_account=True,
        ),
        Setting(
            "subreddits",
            gettext_noop("Subreddits for comments"),
            help=gettext_noop("Searches find no comments. Vigie reads all comments of these subreddits."),
            example="france+Lyon",
            pattern=r"\w+(?:\+\w+)*",
            is_required=False,
        ),
    )
    limits = (Limit(900, 600),)
    min_interval_s = 600
    dialect = Dialect(and_=" AND ", or_="OR", not_="NOT ", has_groups=True, max_chars=500)
    quota_headers = QuotaHeaders("x-ratelimit-remaining", "x-ratelimit-reset")
    is_renewable = True
    oauth = OAuth(
        authorize_url=f"{SITE}/api/v1/authorize",
        token_url=f"{SITE}/api/v1/access_token",
        scopes=("read", "identity"),
        reply_scopes=RedditReplies.scopes,
        app_link="https://www.reddit.com/prefs/apps",
        app_help=gettext_noop("An app of the type “web app” that Reddit has approved."),
        parameters={"duration": "permanent"},
        uses_basic=True,
        user_agent="web:{client_id}:v0.1",
        token_name="access_token",
        account=account_at("/api/v1/me", lambda data: data["name"], "access_token"),
    )
    recheck = RecheckPolicy(100, timedelta(hours=48), is_strict=True)
    replies = RedditReplies()
    posts = RedditPosts()
    own_posts = RedditOwnPosts()

    def address(self, settings: Mapping[str, str]) -> str:
        return f"{SITE}/search/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://oauth.reddit.com"

    def plan(self, job: PollJob) -> Plan:
        plan = super().plan(job)
        if not job.source.settings.get("subreddits"):
            return plan
        return replace(plan, searches=(*plan.searches, Search(COMMENTS, "", kind=COMMENTS)))

    def request(self, page: PageRequest) -> ApiRequest:
        query = {"limit": PAGE_SIZE, "raw_json": 1} | ({"after": page.cursor} if page.cursor else {})
        if page.search.kind == COMMENTS:
            path = f"r/{page.settings['subreddits']}/comments"
        else:
            path, query = "search", query | {"q": page.search.text, "sort": "new", "type": "link", "t": "month"}
        return ApiRequest(f"{page.api_url}/{path}?{urlencode(query)}", _headers(page))

    def read(self, data: Any, page: PageRequest) -> Page:
        listing = data["data"]
        things = listing["children"]
        is_escaped = any(has_escaped_html(thing) for thing in things)
        entries, skipped = read_items(things, lambda thing: thing_entry(unescaped(thing) if is_escaped else thing))
        return Page(entries, listing.get("after"), skipped)

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        query = {"id": ",".join(lookup.ids), "raw_json": 1}
        return ApiRequest(f"{lookup.api_url}/api/info?{urlencode(query)}", _headers(lookup))

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        """Return what exists, and what is marked as deleted. A post that is left out may be in a private subreddit."""
        things = data["data"]["children"]
        entries, _ = read_items(things, lambda thing: None if is_gone(thing["data"]) else thing_entry(thing))
        found = {entry.native_id: entry for entry in entries}
        gone = {thing["data"]["name"] for thing in things if is_gone(thing["data"])}
        return Rechecked(found, frozenset(gone & set(lookup.ids)))

    def error(self, response: FetchResult) -> PollError | None:
        reason = error_body(response).get("reason")
        if response.status == 404 and reason:
            return PollError("access_denied", f"subreddit {reason}")
        return None

    def has_ended(self, secrets: Mapping[str, str], now: datetime) -> bool:
        return not secrets.get("access_token") or float(secrets.get("expires_at", 0)) < (now + MARGIN).timestamp()

    def renew(self, connection: Connection) -> Mapping[str, str] | PollError:
        if is_connected(connection.secrets):
            return super().renew(connection)
        app = f"{connection.settings['client_id']}:{connection.secrets['client_secret']}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(app.encode()).decode()}",
            "User-Agent": _agent(connection),
        }
        is_official = connection.api_url == self.api_url(connection.settings)
        url = f"{SITE if is_official else connection.api_url}/api/v1/access_token"
        response = connection.call(ApiRequest(url, headers, form={"grant_type": "client_credentials"}))
        if response.error:
            return error_of(response)
        data = read_json(response.body)
        ends = connection.now.timestamp() + float(data.get("expires_in", 3_600))
        return {**connection.secrets, "access_token": data["access_token"], "expires_at": str(ends)}


def _headers(request: PageRequest | Lookup) -> dict[str, str]:
    return {"Authorization": f"Bearer {request.secrets['access_token']}", "User-Agent": _agent(request)}


def _agent(request: PageRequest | Lookup | Connection) -> str:
    """Return the app and its account: those of the connected account, else those that a person entered."""
    secrets, settings = request.secrets, request.settings
    app = secrets.get("client_id") or settings["client_id"]
    return f"web:{app}:v0.1 (by /u/{secrets.get('account') or settings.get('username', '')})"
