"""X: recent search of API v2, the last seven days, paid per post.

Facts (https://docs.x.com/x-api, August 2026): a post read costs 0.005 US dollars, the user of a post 0.010; the same
one is free again within the UTC day. A query has 512 characters; AND binds tighter than OR; keyword search returns no
reposts. 450 requests per 15 minutes and app. The guides name fields `tweet.fields`, `retweet_count`, `note_tweet`; the
specification calls them `post.fields`, `repost_count`, `note_post`: the former are sent, both are read. Texts have &,
< and > as entities, and links shortened; the whole ones are in `entities`, and words in them are found, too. The text
of a repost is cut: the whole one is that of the post in `includes`. Ids have the time of the post in milliseconds
since 2010-11-04 in all but their last 22 bits. Without items there is no `data`. A status 429 of type `usage-capped`
means money. Deletions have to be followed within 24 hours. Tokens of accounts last two hours; each refresh token works
once, and comes with the scope `offline.access`
(https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.oauth import OAuth, account_at
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.quotas import QuotaHeaders
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy
from monitoring.platforms.values import error_body, total, utc
from monitoring.platforms.x_followers import XFollowers
from monitoring.platforms.x_own_posts import XOwnPosts
from monitoring.platforms.x_publish import XPosts
from monitoring.platforms.x_replies import XReplies
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

POST_PRICE, USER_PRICE = 0.005, 0.010  # US dollars
PRICE = POST_PRICE + USER_PRICE
MONTH_S = 30 * 86_400
DEFAULT_CAP = "20"  # US dollars in 30 days
MIN_PAGE, MAX_PAGE = 10, 100
FIELDS = "created_at,lang,author_id,conversation_id,public_metrics,referenced_tweets,note_tweet,entities"
REPOSTED = ("retweeted", "reposted")
_EPOCH_MS = 1_288_834_974_657
# The search reaches back seven days; a start before that is an error.
REACH = timedelta(days=6, hours=23)


class X(PagedPlatform):
    name = item_platform = "x"
    label = "X"
    summary = gettext_noop("Posts of the last seven days that match your keywords. X charges for each post.")
    needs = Needs.PAYMENT
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT, Can.RECHECK, Can.REPLY})
    settings = (
        Setting(
            "token",
            gettext_noop("Bearer token"),
            help=gettext_noop("The app-only token of your app, with credits for pay-per-use."),
            link="https://console.x.com",
            is_secret=True,
        ),
        Setting(
            "cap",
            gettext_noop("Spending cap per 30 days, in US dollars"),
            help=gettext_noop(
                "A new post costs up to $0.015, with its author. Vigie spends the cap evenly, and up to a fifth of it "
                "on daily checks for deleted posts, as X’s terms ask, at $0.005 per post."
            ),
            default=DEFAULT_CAP,
            pattern=r"[1-9][0-9]{0,5}",
        ),
    )
    limits = (Limit(400, 900),)
    min_interval_s = 600
    dialect = Dialect(or_="OR", not_="-", has_groups=True, max_chars=480)
    overlap = timedelta(minutes=2)
    first_poll = timedelta(days=2)
    quota_headers = QuotaHeaders("x-rate-limit-remaining", "x-rate-limit-reset")
    is_renewable = True
    oauth = OAuth(
        authorize_url="https://x.com/i/oauth2/authorize",
        token_url="https://api.x.com/2/oauth2/token",
        scopes=("tweet.read", "users.read", "offline.access"),
        reply_scopes=XReplies.scopes,
        app_link="https://console.x.com",
        app_help=gettext_noop("Of the OAuth 2.0 settings of your app, of the type “Web app”."),
        uses_pkce=True,
        uses_basic=True,
        account=account_at("/2/users/me", lambda data: f"@{data['data']['username']}"),
    )
    recheck = RecheckPolicy(100, timedelta(hours=24), is_strict=True)
    replies = XReplies()
    posts = XPosts()
    own_posts = XOwnPosts()
    followers = XFollowers()

    def limits_of(self, settings: Mapping[str, str], *, has_credential: bool = False) -> tuple[Limit, ...]:
        return (*self.limits, Limit(_cap(settings), MONTH_S, "usd", cost=_page_size(settings) * PRICE))

    def monthly_cost(self, items_per_day: float) -> float:
        return items_per_day * 30 * PRICE

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://x.com/search"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://api.x.com"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {
            "query": page.search.text,
            "start_time": f"{max(page.since, page.now - REACH):%Y-%m-%dT%H:%M:%SZ}",
            "max_results": _page_size(page.settings),
            "sort_order": "recency",
            "tweet.fields": FIELDS,
            "expansions": "author_id",
            "user.fields": "name,username,public_metrics",
        } | ({"next_token": page.cursor} if page.cursor else {})
        return ApiRequest(f"{page.api_url}/2/tweets/search/recent?{urlencode(query)}", _bearer(page.secrets))

    def read(self, data: Any, page: PageRequest) -> Page:
        meta, includes = data["meta"], data.get("includes") or {}
        users = _by_id(includes.get("users"))
        originals = _by_id(includes.get("tweets") or includes.get("posts"))
        posts = data.get("data") or []
        entries, skipped = read_items(
            posts, lambda post: _entry(post, users.get(post.get("author_id"), {}), originals)
        )
        spent = {"usd": len(posts) * POST_PRICE + len(users) * USER_PRICE}
        return Page(entries, meta.get("next_token"), skipped, spent=spent)

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        """Return the request without the authors, who cost twice as much as the posts."""
        query = {"ids": ",".join(lookup.ids), "tweet.fields": FIELDS}
        return ApiRequest(f"{lookup.api_url}/2/tweets?{urlencode(query)}", _bearer(lookup.secrets))

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        """Return what exists. Posts of protected or suspended accounts are errors of another type."""
        if not isinstance(data.get("data") or data.get("errors"), list):
            raise TypeError("neither posts nor errors")
        posts, errors = data.get("data") or [], data.get("errors") or []
        entries, _ = read_items(posts, lambda post: _entry(post, {}, {}))
        gone = {str(one["resource_id"]) for one in errors if str(one.get("type")).endswith("resource-not-found")}
        found = {entry.native_id: entry for entry in entries}
        deleted = gone & set(lookup.ids) - found.keys()
        return Rechecked(found, frozenset(deleted), has_texts=False, spent={"usd": len(posts) * POST_PRICE})

    def error(self, response: FetchResult) -> PollError | None:
        problem = error_body(response)
        if str(problem.get("type", "")).endswith(("usage-capped", "credits-depleted")):
            return PollError("spend_cap", str(problem.get("title", ""))[:100])
        return None


def _bearer(secrets: Mapping[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {secrets.get('token', '')}"}


def _cap(settings: Mapping[str, str]) -> float:
    """Return the cap of the source, the default one for an account that no source reads with."""
    return float(settings.get("cap") or DEFAULT_CAP)


def _page_size(settings: Mapping[str, str]) -> int:
    """Return the posts per page that the part of the cap available at one time can pay (platforms/buckets.py)."""
    return min(max(int(_cap(settings) * 0.1 / PRICE), MIN_PAGE), MAX_PAGE)


def _by_id(items: Any) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in items or () if isinstance(item, dict) and "id" in item}


def _note(post: dict[str, Any]) -> dict[str, Any]:
    """Return the whole text of a long post with its entities, {} if it is none."""
    return post.get("note_tweet") or post.get("note_post") or {}


def _published(post: dict[str, Any]) -> datetime:
    if post.get("created_at"):
        return utc(post["created_at"])
    return datetime.fromtimestamp(((int(post["id"]) >> 22) + _EPOCH_MS) / 1_000, UTC)


def _further_texts(post: dict[str, Any], originals: list[dict[str, Any]]) -> list[str]:
    """Return the whole texts of the posts that this one reposts, and the whole URLs of its links."""
    texts = [unescape(_note(original).get("text") or original.get("text") or "") for original in originals]
    for one in (post, _note(post)):
        urls = (one.get("entities") or {}).get("urls") or ()
        texts += [url.get("unwound_url") or url.get("expanded_url") for url in urls]
    return [text for text in dict.fromkeys(texts) if isinstance(text, str) and text.strip()]


def _entry(post: dict[str, Any], user: dict[str, Any], posts: Mapping[str, dict[str, Any]]) -> Entry:
    metrics = post.get("public_metrics") or {}
    reposts = metrics.get("retweet_count", metrics.get("repost_count"))
    counts = metrics.get("like_count"), metrics.get("reply_count"), reposts, metrics.get("quote_count")
    references = post.get("referenced_tweets") or post.get("referenced_posts") or []
    replied = [str(one["id"]) for one in references if one.get("type") == "replied_to"]
    reposted = [posts[one["id"]] for one in references if one.get("type") in REPOSTED and one["id"] in posts]
    handle, language = user.get("username") or "", post.get("lang") or ""
    return Entry(
        native_id=str(post["id"]),
        url=f"https://x.com/i/web/status/{post['id']}",
        title="",
        body=unescape(_note(post).get("text") or post["text"]),
        body_is_html=False,
        other_texts=tuple((text, False) for text in _further_texts(post, reposted)),
        author=user.get("name") or handle,
        author_handle=f"@{handle}" if handle else "",
        author_url=f"https://x.com/{handle}" if handle else "",
        followers=(user.get("public_metrics") or {}).get("followers_count"),
        published=_published(post),
        language="" if language in ("und", "qme", "zxx") else language,
        kind="post",
        likes=counts[0],
        replies=counts[1],
        shares=total(reposts, metrics.get("quote_count")),
        views=metrics.get("impression_count"),
        engagement=total(*counts),
        reply_to=replied[0] if replied else "",
        thread=str(post.get("conversation_id") or ""),
    )
