"""Telegram: the posts of a public channel, from its preview on the web. There is no search without an account.

Facts: `https://t.me/s/NAME` has the newest posts as HTML, about 20, older ones with `?before=NUMBER`; a channel with
no preview, a private one and an unknown name lead to `https://t.me/NAME`, a page without posts (rss-bridge issue 1174,
snscrape issue 352, RSSHub issue 5127). Nobody documents the page, and this was not checked live: each post is a
`tgme_widget_message` with its address in `data-post`, views are rounded ("1.2K"), and an edited post says so without
a time.
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from lxml import etree, html

from monitoring.content.limits import IN_PROCESS
from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import utc
from monitoring.records import Entry, PollError
from outbound import ApiRequest

SITE = "https://t.me"
_UNITS = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_COUNT = re.compile(r"([\d.]+)\s*([KMB]?)")
_PREFIX = "tgme_widget_message"
# Further texts of a post: the name of a file, the question of a poll, the page it links to.
_FURTHER = (
    f"{_PREFIX}_document_title",
    f"{_PREFIX}_poll_question",
    f"{_PREFIX}_poll_option_text",
    "link_preview_title",
    "link_preview_description",
)


class Telegram(PagedPlatform):
    name = item_platform = "telegram"
    label = gettext_noop("Telegram channel")
    summary = gettext_noop("The posts of a public channel, filtered by your keywords.")
    can = frozenset({Can.BACKFILL})
    settings = (
        Setting(
            "channel",
            gettext_noop("Channel name"),
            help=gettext_noop("Without @, as in its address: t.me/name. The channel has to be public."),
            example="durov",
            pattern=r"[A-Za-z]\w{3,31}",
        ),
    )
    limits = (Limit(20, 60),)
    min_interval_s = 900
    # Views grow and posts are edited.
    overlap = timedelta(hours=6)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"{SITE}/s/{settings['channel']}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return SITE

    def request(self, page: PageRequest) -> ApiRequest:
        before = f"?before={page.cursor}" if page.cursor else ""
        return ApiRequest(f"{page.api_url}/s/{page.settings['channel']}{before}", accept="text/html")

    def decode(self, body: bytes) -> Any:
        if excess := IN_PROCESS.html.excess(body):
            raise ValueError(excess)
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
        try:
            return html.document_fromstring(body, parser=parser)
        except etree.LxmlError:
            raise ValueError("no HTML") from None

    def read(self, data: Any, page: PageRequest) -> Page:
        posts = [one for one in _find(data, _PREFIX) if one.get("data-post")]
        if not posts and not _find(data, "tgme_channel_info"):
            if _find(data, "tgme_page"):
                return Page(error=PollError("channel_closed"))
            raise ValueError("no page of a channel")
        entries, skipped = read_items(reversed(posts), _entry)
        numbers = [int(found[1]) for post in posts if (found := re.fullmatch(r"[^/]+/(\d+)", post.get("data-post")))]
        oldest = min(numbers, default=0)
        is_older = oldest > 1 and (page.cursor is None or oldest < page.cursor)
        return Page(entries, oldest if is_older else None, skipped)


def _entry(post: html.HtmlElement) -> Entry | None:
    """Return a post as an entry, None for one without any text: a picture alone, or "channel created"."""
    channel, number = post.get("data-post").split("/")
    texts = [one for one in _find(post, f"{_PREFIX}_text") if not _is_quoted(one)]
    forwarded = _first(post, f"{_PREFIX}_forwarded_from_name")
    further = [text for name in (f"{_PREFIX}_forwarded_from_name", *_FURTHER) if (text := _first(post, name))]
    [time] = post.xpath(f".//a[{_has(f'{_PREFIX}_date')}]//time/@datetime")[:1]
    if not texts and not further:
        return None
    meta, quoted = _first(post, f"{_PREFIX}_meta"), _find(post, f"{_PREFIX}_reply")
    reply = re.search(r"t\.me/(?:s/)?(\w+/\d+)", (quoted[0].get("href") or "") if quoted else "")
    body = "".join(html.tostring(text, encoding="unicode", with_tail=False) for text in texts)
    raw = {"post": post.get("data-post"), "body": body, "forwarded_from": forwarded, "is_edited": "edited" in meta}
    signature = _first(post, f"{_PREFIX}_from_author")
    return Entry(
        native_id=f"{channel.lower()}/{int(number)}",
        url=f"{SITE}/{channel}/{int(number)}",
        title="",
        body=body,
        other_texts=tuple((text, False) for text in further),
        author=signature or _first(post, f"{_PREFIX}_owner_name") or channel,
        author_handle=channel,
        author_url=f"{SITE}/{channel}",
        published=utc(time),
        kind="post",
        views=_count(_first(post, f"{_PREFIX}_views")),
        reply_to=reply[1].lower() if reply else "",
        raw=json.dumps(raw, ensure_ascii=False),
    )


def _has(name: str) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


def _find(element: html.HtmlElement, name: str) -> list[html.HtmlElement]:
    """Return the elements with a class, in the order of the page."""
    found: list[html.HtmlElement] = element.xpath(f".//*[{_has(name)}]")
    return found


def _first(element: html.HtmlElement, name: str) -> str:
    """Return the text of the first element with a class, "" if there is none."""
    found = _find(element, name)
    return " ".join(found[0].text_content().split()) if found else ""


def _is_quoted(text: html.HtmlElement) -> bool:
    """Return whether a text is that of the post replied to, or is inside another one."""
    names = " ".join(one.get("class") or "" for one in text.iterancestors())
    return f"{_PREFIX}_reply" in names.split() or f"{_PREFIX}_text" in names.split()


def _count(text: str) -> int | None:
    """Return a rounded count such as "1.2K"; None for none."""
    found = _COUNT.fullmatch(text.upper())
    try:
        return round(float(found[1]) * _UNITS[found[2]]) if found else None
    except ValueError:
        return None
