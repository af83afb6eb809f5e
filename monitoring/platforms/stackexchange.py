"""Stack Exchange: questions and answers of one site, found by its search.

Facts: `/search/excerpts` finds questions and answers, but names no author and no address; `/posts/{ids}` gives both
for up to 100 of them, with the whole body, but without the title of an answer. So a page with results takes two
requests, and one without takes one. Every response says `quota_remaining`, and some a `backoff` in seconds, within
which the same method must not be called again. All errors have status 400; `error_id` says which
(https://api.stackexchange.com/docs, /docs/throttle, /docs/error-handling). The API takes a key in the URL only and
calls it no secret, as it gives no access to anything: it raises the quota from 300 to 10,000 requests per day.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy, existing
from monitoring.platforms.values import error_body, total
from monitoring.platforms.windows import next_window
from monitoring.records import Entry, PollError, QuotaReading
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 100
# The documentation asks for the seconds of `backoff`; people report that the last one is still too early.
BACKOFF_MARGIN_S = 2
# A wait that is longer is for the quota of the day.
LONG_WAIT_S = 600
_ERRORS = {400: "query_rejected", 500: "server_error", 502: "rate_limited", 503: "unavailable"}
_WAIT = re.compile(r"available in (\d+) seconds")


class StackExchange(PagedPlatform):
    name = item_platform = "stackexchange"
    label = "Stack Exchange"
    summary = gettext_noop("Questions and answers on Stack Overflow or another site that match your keywords.")
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT, Can.RECHECK})
    settings = (
        Setting(
            "site",
            gettext_noop("Site"),
            help=gettext_noop("The first part of the site’s URL."),
            example="superuser",
            default="stackoverflow",
            pattern=r"[a-z0-9-]+(?:\.[a-z0-9-]+)*",
        ),
        Setting(
            "key",
            gettext_noop("API key"),
            help=gettext_noop("Optional: with a key, 10,000 requests per day are allowed instead of 300."),
            link="https://stackapps.com/apps/oauth/register",
            is_secret=True,
            is_required=False,
        ),
    )
    limits = (Limit(300, 86_400),)
    limits_with_key = (Limit(10_000, 86_400),)
    min_interval_s = 900
    dialect = Dialect(max_chars=240)
    overlap = timedelta(hours=1)
    first_poll = timedelta(days=30)
    recheck = RecheckPolicy(PAGE_SIZE, timedelta(days=30))

    def address(self, settings: Mapping[str, str]) -> str:
        site = settings["site"]
        return f"https://{site if '.' in site or site in _OWN_DOMAINS else f'{site}.stackexchange'}.com/questions"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://api.stackexchange.com/2.3"

    def request(self, page: PageRequest) -> ApiRequest:
        query = _site(page)
        cursor = page.cursor or {}
        if "found" in cursor:
            return _of_posts(page, cursor["found"])
        query |= {"q": page.search.text, "sort": "creation", "order": "desc", "fromdate": int(page.since.timestamp())}
        if cursor:
            # One second more, as no document says whether the bounds are included.
            query |= {"todate": cursor["until"] + 1, "page": cursor["page"] + 1}
        return ApiRequest(f"{page.api_url}/search/excerpts?{urlencode(query)}")

    def read(self, data: Any, page: PageRequest) -> Page:
        is_of_posts = page.cursor and "found" in page.cursor
        found = _posts(data, page) if is_of_posts else _results(data, page.cursor)
        return replace(found, retry_after_s=_backoff(data), quota=_quota(data))

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        return _of_posts(lookup, [one.rpartition("/")[2] for one in lookup.ids])

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        """Return the scores of what exists: without the title of a question, texts can't be compared."""
        site = lookup.settings["site"]
        found = existing(data["items"], lambda post: _entry(post, {}, site), lookup, has_texts=False)
        return replace(found, retry_after_s=_backoff(data), quota=_quota(data))

    def error(self, response: FetchResult) -> PollError | None:
        problem = error_body(response)
        code = _ERRORS.get(problem.get("error_id", 0), "")
        if code == "rate_limited" and (self.wait_s(response) or 0) > LONG_WAIT_S:
            code = "quota_used_up"
        if code == "query_rejected" and "key" in str(problem.get("error_message")):
            code = "credential_rejected"
        return PollError(code, f"status {response.status}, {problem.get('error_name')}") if code else None

    def wait_s(self, response: FetchResult) -> int | None:
        found = _WAIT.search(str(error_body(response).get("error_message")))
        return int(found[1]) if found else response.retry_after_s


def _site(request: PageRequest | Lookup) -> dict[str, Any]:
    key = {"key": request.secrets["key"]} if request.secrets.get("key") else {}
    return {"site": request.settings["site"], "pagesize": PAGE_SIZE} | key


def _of_posts(request: PageRequest | Lookup, numbers: Iterable[str]) -> ApiRequest:
    query = urlencode(_site(request) | _WITH_BODY)
    return ApiRequest(f"{request.api_url}/posts/{';'.join(numbers)}?{query}")


_WITH_BODY = {"filter": "withbody"}
# Sites that are not at SITE.stackexchange.com (https://api.stackexchange.com/docs/sites).
_OWN_DOMAINS = {"stackoverflow", "serverfault", "superuser", "askubuntu", "stackapps"}


def _results(data: dict[str, Any], cursor: Any) -> Page:
    """Return a page of the search: no entries, but the posts to request next."""
    items = data["items"]
    times = [item["creation_date"] for item in items if isinstance(item, dict) and item.get("creation_date")]
    then = next_window(times, cursor, has_more=bool(data.get("has_more")))
    found = dict(filter(None, map(_found, items)))
    return Page((), {"found": found, "then": then} if found else then, len(items) - len(found))


def _posts(data: dict[str, Any], page: PageRequest) -> Page:
    found, site = page.cursor["found"], page.settings["site"]
    entries, skipped = read_items(data["items"], lambda post: _entry(post, found, site))
    return Page(entries, page.cursor["then"], skipped)


def _backoff(data: dict[str, Any]) -> int | None:
    return data["backoff"] + BACKOFF_MARGIN_S if isinstance(data.get("backoff"), int) else None


def _quota(data: dict[str, Any]) -> QuotaReading | None:
    left = data.get("quota_remaining")
    return QuotaReading(left) if isinstance(left, int) else None


def _found(item: Any) -> tuple[str, list[Any]] | None:
    """Return the id of a result, and what `/posts` won't say: its title, its question and the number of answers."""
    if not isinstance(item, dict):
        return None
    question = item.get("question_id")
    number = item.get("answer_id") if item.get("item_type") == "answer" else question
    answers = item.get("answer_count") if number == question else None
    return (str(number), [item.get("title") or "", str(question or ""), answers]) if number else None


def _entry(post: dict[str, Any], found: Mapping[str, list[Any]], site: str) -> Entry:
    number = str(post["post_id"])
    title, question, answers = found.get(number, ["", "", None])
    owner = post.get("owner") or {}
    is_answer = post.get("post_type") == "answer"
    return Entry(
        native_id=f"{site}/{number}",
        url=post["link"],
        title=title,
        title_is_html=True,
        body=post["body"],
        author=unescape(owner.get("display_name") or ""),
        author_url=owner.get("link") or "",
        published=datetime.fromtimestamp(post["creation_date"], UTC),
        updated=datetime.fromtimestamp(post["last_edit_date"], UTC) if post.get("last_edit_date") else None,
        kind="comment" if is_answer else "post",
        likes=post.get("score"),
        replies=answers,
        engagement=total(post.get("score"), answers),
        reply_to=f"{site}/{question}" if is_answer and question else "",
        thread=f"{site}/{question}" if question else "",
    )
