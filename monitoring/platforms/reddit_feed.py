"""Reddit, by its feeds: a subreddit, a person or a search, without an app that Reddit has to approve.

Facts: `/r/NAME/new/.rss`, `/user/NAME/.rss` and `/search.rss?q=&sort=new` are Atom with up to `limit=100` entries.
Without an account, Reddit allows about one request per minute and address since June 2026, and addresses of data
centers often get none (QuiteRSS issue 1626, feed-flow issue 1303). Someone with an account has a token for feeds
(https://www.reddit.com/prefs/feeds), which Reddit takes in the query only: `feed=TOKEN&user=NAME`. Not checked live:
the id of an entry is that of the API ("t3_1abcd"), the body ends with "submitted by", [link] and [comments].
"""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote, urlencode

from monitoring.content.clean import html_text
from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.feed_pages import FeedPages
from monitoring.platforms.pages import PageRequest
from monitoring.platforms.reddit_items import DELETED, KINDS, SITE
from monitoring.platforms.searches import TIMELINE, Plan
from monitoring.records import Entry, PollJob
from outbound import ApiRequest

SEARCH = "search"
_ID = re.compile(r"(t[13])_\w+")
_END = "submitted by"
_LINK = re.compile(r'<a href="([^"<>]+)">\[link\]</a>')


class RedditFeed(FeedPages):
    name = "redditfeed"
    item_platform = "reddit"
    label = gettext_noop("Reddit feed")
    summary = gettext_noop("Posts in a subreddit, by a user or found by a search. Reddit allows few requests.")
    can = frozenset({Can.SEARCH, Can.BACKFILL})
    settings = (
        Setting(
            "place",
            gettext_noop("Subreddit, user or search"),
            help=gettext_noop("r/ and names of subreddits, u/ and the name of a user, or “search” for all of Reddit."),
            example="r/france+Lyon",
            pattern=r"r/\w+(?:\+\w+)*|u/[\w-]+|search",
        ),
        Setting(
            "user",
            gettext_noop("Account name"),
            help=gettext_noop("With a feed token, Reddit allows more requests than one per minute."),
            pattern=r"[\w-]+",
            is_required=False,
        ),
        Setting(
            "token",
            gettext_noop("Feed token"),
            help=gettext_noop("In the address of any feed there: the text between feed= and the next &."),
            link="https://www.reddit.com/prefs/feeds",
            pattern=r"[0-9a-f]{40}",
            is_secret=True,
            is_required=False,
        ),
    )
    limits = (Limit(1, 60),)
    min_interval_s = 1_800
    dialect = Dialect(and_=" AND ", or_="OR", not_="NOT ", has_groups=True, max_chars=500)
    overlap = timedelta(hours=1)
    first_poll = timedelta(days=30)
    kind = "post"

    def limits_of(self, settings: Mapping[str, str], *, has_credential: bool = False) -> tuple[Limit, ...]:
        return (Limit(10, 60),) if settings.get("user") and has_credential else self.limits

    def address(self, settings: Mapping[str, str]) -> str:
        return f"{SITE}/{_path(settings)}/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return SITE

    def plan(self, job: PollJob) -> Plan:
        return super().plan(job) if job.source.settings["place"] == SEARCH else Plan((TIMELINE,))

    def request(self, page: PageRequest) -> ApiRequest:
        query = {"limit": "100"}
        if page.settings["place"] == SEARCH:
            query |= {"q": page.search.text, "sort": "new", "type": "link"}
        if page.secrets.get("token") and page.settings.get("user"):
            query |= {"feed": page.secrets["token"], "user": page.settings["user"]}
        path = _path(page.settings)
        return ApiRequest(f"{page.api_url}/{path}{'' if path == SEARCH else '/'}.rss?{urlencode(query)}")

    def entry(self, entry: Entry, settings: Mapping[str, str]) -> Entry | None:
        found = _ID.fullmatch(entry.native_id)
        if found is None:
            raise ValueError("no id of a post")
        body, end, rest = entry.body.rpartition(_END)
        body, link = body if end and "<a" in rest else entry.body, _LINK.search(entry.body)
        if html_text(body).strip() in DELETED:
            return None
        author = entry.author.removeprefix("/u/")
        others = ((html.unescape(link[1]), False),) if link else ()
        return replace(
            entry,
            title=entry.title if found[1] == "t3" else "",
            body=body,
            author=author,
            author_handle=f"u/{author}" if author else "",
            author_url=f"{SITE}/user/{author}" if author else "",
            kind=KINDS[found[1]],
            other_texts=tuple(one for one in others if one[0] != entry.url),
        )


def _path(settings: Mapping[str, str]) -> str:
    kind, _, name = settings["place"].partition("/")
    if not name:
        return SEARCH
    return f"r/{quote(name, safe='+')}/new" if kind == "r" else f"user/{quote(name)}"
