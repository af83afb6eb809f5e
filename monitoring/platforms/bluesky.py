"""Bluesky, by search: posts that match the keywords, through the account of a person.

Facts: `searchPosts` needs a session. `sort=latest` orders by the earlier of the times that the author (`createdAt`)
and the server (`indexedAt`) give, and `since` compares with the same; the query language has phrases and no reliable
OR (https://docs.bsky.app/docs/api/app-bsky-feed-search-posts). Requests go to the server of the account (its PDS),
which passes searches on. An account may begin 30 sessions per 5 minutes and 300 per day, so a session is kept: its
access token lasts two hours, its refresh token is replaced with each use
(https://docs.bsky.app/docs/advanced-guides/rate-limits). A blocked address gets a 403 with a page of HTML.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from monitoring.content.scrub import read_json
from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.bluesky_followers import BlueskyFollowers
from monitoring.platforms.bluesky_posts import entry_of_record, with_author
from monitoring.platforms.bluesky_publish import BlueskyPosts
from monitoring.platforms.bluesky_replies import BlueskyReplies
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.pages import Connection, Page, PageRequest, error_of, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.quotas import QuotaHeaders
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy, existing
from monitoring.platforms.values import error_body, total
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 100
# An access token that ends during the poll is renewed before it.
MARGIN = timedelta(minutes=2)
_REJECTED = ("ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired", "AuthFactorTokenRequired")


class Bluesky(PagedPlatform):
    name = item_platform = "bluesky"
    label = "Bluesky"
    summary = gettext_noop("Posts that match your keywords, through your account.")
    needs = Needs.KEY
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT, Can.RECHECK, Can.REPLY})
    settings = (
        Setting(
            "handle",
            gettext_noop("Handle"),
            example="lumen.bsky.social",
            pattern=r"\S+\.\S+",
        ),
        Setting(
            "password",
            gettext_noop("App password"),
            help=gettext_noop("Create an app password for Vigie; don’t enter the password of your account."),
            link="https://bsky.app/settings/app-passwords",
            is_secret=True,
        ),
    )
    limits = (Limit(1_500, 300),)
    min_interval_s = 300
    dialect = Dialect(max_chars=500)
    quota_headers = QuotaHeaders("ratelimit-remaining", "ratelimit-reset")
    is_renewable = True
    recheck = RecheckPolicy(25, timedelta(days=7))
    replies = BlueskyReplies()
    posts = BlueskyPosts()
    followers = BlueskyFollowers()

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://bsky.app/search"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://bsky.social"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {
            "q": page.search.text,
            "sort": "latest",
            "limit": PAGE_SIZE,
            "since": page.since.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        if page.cursor:
            query["cursor"] = page.cursor
        url = f"{_server(page)}/xrpc/app.bsky.feed.searchPosts?{urlencode(query)}"
        return ApiRequest(url, _bearer(page.secrets["access_jwt"]))

    def read(self, data: Any, page: PageRequest) -> Page:
        entries, skipped = read_items(data["posts"], _entry)
        return Page(entries, data.get("cursor") if data["posts"] else None, skipped)

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        url = f"{_server(lookup)}/xrpc/app.bsky.feed.getPosts?{urlencode([('uris', uri) for uri in lookup.ids])}"
        return ApiRequest(url, _bearer(lookup.secrets["access_jwt"]))

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        return existing(data["posts"], _entry, lookup)

    def error(self, response: FetchResult) -> PollError | None:
        problem = error_body(response).get("error")
        if problem in _REJECTED:
            return PollError("credential_rejected", str(problem))
        return PollError("access_denied", str(problem)) if problem == "AccountTakedown" else None

    def has_ended(self, secrets: Mapping[str, str], now: datetime) -> bool:
        token = secrets.get("access_jwt")
        ends = _expiry(token) if token else 0
        return ends is not None and ends < (now + MARGIN).timestamp()

    def renew(self, connection: Connection) -> Mapping[str, str] | PollError:
        """Refresh the session, or begin another one with the password if there is none that can be refreshed."""
        secrets = connection.secrets
        if secrets.get("refresh_jwt"):
            url = f"{_server(connection)}/xrpc/com.atproto.server.refreshSession"
            response = connection.call(ApiRequest(url, _bearer(secrets["refresh_jwt"]), form={}))
            if not response.error:
                return {**secrets, **self._session(response, connection)}
            if response.status not in (400, 401):
                return error_of(response)
        login = {"identifier": connection.settings["handle"].lstrip("@"), "password": secrets["password"]}
        url = f"{connection.api_url}/xrpc/com.atproto.server.createSession"
        response = connection.call(ApiRequest(url, json=login))
        if response.error:
            return self.error(response) or error_of(response)
        return {"password": secrets["password"]} | self._session(response, connection)

    def _session(self, response: FetchResult, connection: Connection) -> dict[str, str]:
        """Return what is stored of a session. Without the official server, that of the account isn't asked for."""
        data = read_json(response.body)
        session = {"access_jwt": data["accessJwt"], "refresh_jwt": data["refreshJwt"], "did": data["did"]}
        server = _own_server(data.get("didDoc"))
        if server and connection.api_url == self.api_url(connection.settings):
            session["pds"] = server
        return session


def _server(request: PageRequest | Lookup | Connection) -> str:
    return request.secrets.get("pds") or request.api_url


def _own_server(document: Any) -> str:
    """Return the URL of the account's server in its DID document, "" without a usable one."""
    services = document.get("service") if isinstance(document, dict) else None
    for service in services or ():
        if isinstance(service, dict) and str(service.get("id", "")).endswith("#atproto_pds"):
            url = str(service.get("serviceEndpoint", ""))
            return url.rstrip("/") if urlsplit(url).scheme == "https" else ""
    return ""


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _expiry(token: str) -> float | None:
    """Return when a token ends, in seconds since 1970, None if it doesn't say. The server alone verifies it."""
    try:
        payload = token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])
    except (ValueError, IndexError, KeyError, TypeError):
        return None


def _entry(post: dict[str, Any]) -> Entry:
    entry = with_author(entry_of_record(post["uri"], post["record"], post["indexedAt"]), post["author"])
    counts = [post.get(f"{name}Count") for name in ("like", "reply", "repost", "quote")]
    likes, replies, reposts, quotes = counts
    return replace(entry, likes=likes, replies=replies, shares=total(reposts, quotes), engagement=total(*counts))
