"""The feed platform: RSS, RDF, Atom and JSON Feed by URL.

A claimed source and an HTTP client in, a `PollResult` out. Its resume state is the validators (`etag`,
`last_modified`), `body_hash`, the hash of the last parsed body, and `url`, a digest of where it was read, after
redirects (earlier versions stored the URL). No Django; called through platforms/registry.py.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from monitoring.feeds.discover import common_feed_urls
from monitoring.feeds.errors import ParseError
from monitoring.parsing.parsers import find_feeds, parse_feed
from monitoring.platforms.base import Can, PlatformDefaults, gettext_noop
from monitoring.records import ClaimedSource, ParsedFeed, PollError, PollHints, PollJob, PollResult
from outbound import FetchResult, HttpClient
from outbound.secret_urls import hide


class FeedPlatform(PlatformDefaults):
    """Polls a feed. A response that equals the last one is not parsed again."""

    name: str = "feed"
    item_platform: str = "feed"
    label: str = gettext_noop("Feed")
    summary: str = gettext_noop("Any RSS, Atom or JSON Feed.")
    can = frozenset({Can.BACKFILL})

    def address(self, settings: Mapping[str, str]) -> str:
        return settings["url"]

    def api_url(self, settings: Mapping[str, str]) -> str:
        return settings["url"]

    def poll(self, job: PollJob, http_client: HttpClient) -> PollResult:
        source = job.source
        state = source.resume_state
        fetched = http_client.fetch(
            source.url, etag=state.get("etag", ""), last_modified=state.get("last_modified", "")
        )
        if fetched.error:
            return _result(fetched, error=PollError(fetched.error.code, fetched.error.detail))
        if fetched.not_modified:
            read_at = state.get("url", "")
            resume_state = _validators(fetched, state.get("body_hash", "")) | {"url": read_at}
            unchanged = _result(fetched, resume_state=resume_state)
            # A redirect to a URL at which no feed was read yet proves nothing: it may lead to a sign-in page.
            return (
                unchanged if read_at in (fetched.url, _digest(fetched.url)) else replace(unchanged, permanent_url="")
            )
        body_hash = hashlib.blake2b(fetched.body, digest_size=32).hexdigest()
        resume_state = _resume_state(fetched, body_hash)
        if body_hash == state.get("body_hash"):
            return _result(fetched, resume_state=resume_state)
        feed = parse_feed(fetched.body, content_type=fetched.content_type, url=fetched.url)
        if isinstance(feed, ParseError):
            found = _feed_of_site(source, fetched, http_client) if feed.code == "html_page" else None
            return found or _result(fetched, error=PollError(feed.code, feed.detail))
        return _with_content(_result(fetched, resume_state=resume_state), feed)


def _feed_of_site(source: ClaimedSource, page: FetchResult, http_client: HttpClient) -> PollResult | None:
    """Return what the first feed of a page has, None if it has none; only for a source that was never read before.

    An OPML list may have the URL of a site alone. One request, as the page is polled again if it fails.
    """
    if source.last_success_at is not None or source.error_code == "html_page":
        return None
    found = find_feeds(page.body, page.url, content_type=page.content_type)
    if isinstance(found, ParseError):
        return _result(page, error=PollError(found.code, found.detail))
    links = [feed.url for feed in found]
    for url in (links or common_feed_urls(page.url))[:1]:
        fetched = http_client.fetch(url)
        if fetched.error:
            return _result(fetched, error=PollError(fetched.error.code, fetched.error.detail)) if links else None
        feed = parse_feed(fetched.body, content_type=fetched.content_type, url=fetched.url)
        if not isinstance(feed, ParseError):
            body_hash = hashlib.blake2b(fetched.body, digest_size=32).hexdigest()
            result = _result(fetched, resume_state=_resume_state(fetched, body_hash))
            return replace(_with_content(result, feed), permanent_url="", feed_url=url)
    return None


def _with_content(result: PollResult, feed: ParsedFeed) -> PollResult:
    return replace(
        result,
        entries=feed.entries,
        title=feed.title,
        site_url=feed.site_url,
        language=feed.language,
        hints=PollHints(feed.interval_hint_s, feed.skip_hours, feed.skip_days),
        is_truncated=feed.is_truncated,
    )


def _resume_state(fetched: FetchResult, body_hash: str) -> dict[str, str]:
    return _validators(fetched, body_hash) | {"url": _digest(fetched.url)}


def _validators(fetched: FetchResult, body_hash: str) -> dict[str, str]:
    return {"etag": fetched.etag, "last_modified": fetched.last_modified, "body_hash": body_hash}


def _digest(url: str) -> str:
    """Return a digest of a URL without its secrets, which may be short enough to guess."""
    return hashlib.blake2b(hide(url).encode(), digest_size=16).hexdigest()


def _result(
    fetched: FetchResult, *, resume_state: dict[str, Any] | None = None, error: PollError | None = None
) -> PollResult:
    return PollResult(
        resume_state=resume_state or {},
        error=error,
        retry_after_s=fetched.retry_after_s,
        cache_max_age_s=fetched.cache_max_age_s,
        permanent_url=fetched.permanent_url,
        status=fetched.status,
    )
