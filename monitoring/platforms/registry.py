"""Platforms by the name that `Source.platform` stores. Called by the poller: a job in, its result out."""

from datetime import timedelta

from monitoring.platforms.app_store import AppStore
from monitoring.platforms.app_store_connect import AppStoreConnect
from monitoring.platforms.base import Platform
from monitoring.platforms.bluesky import Bluesky
from monitoring.platforms.devto import DevTo
from monitoring.platforms.discourse import Discourse
from monitoring.platforms.facebook import Facebook
from monitoring.platforms.feed import FeedPlatform
from monitoring.platforms.gdelt import Gdelt
from monitoring.platforms.github import GitHub
from monitoring.platforms.google_play import GooglePlay
from monitoring.platforms.guardian import Guardian
from monitoring.platforms.hackernews import HackerNews
from monitoring.platforms.instagram import Instagram
from monitoring.platforms.instagram_mentions import InstagramMentions
from monitoring.platforms.jetstream import Jetstream
from monitoring.platforms.lemmy import Lemmy
from monitoring.platforms.linkedin import LinkedIn
from monitoring.platforms.lobsters import Lobsters
from monitoring.platforms.mailbox import Mailbox
from monitoring.platforms.mastodon_public import MastodonPublic
from monitoring.platforms.mastodon_search import MastodonSearch
from monitoring.platforms.mastodon_tag import MastodonTag
from monitoring.platforms.mediawiki import MediaWiki
from monitoring.platforms.medium import Medium
from monitoring.platforms.news_feeds import BingNews, GoogleNews
from monitoring.platforms.newsapi import NewsApi
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.producthunt import ProductHunt
from monitoring.platforms.rechecks import RecheckPolicy
from monitoring.platforms.reddit import Reddit
from monitoring.platforms.reddit_feed import RedditFeed
from monitoring.platforms.stackexchange import StackExchange
from monitoring.platforms.stackexchange_tag import StackExchangeTag
from monitoring.platforms.telegram import Telegram
from monitoring.platforms.threads import Threads
from monitoring.platforms.threads_mentions import ThreadsMentions
from monitoring.platforms.trustpilot import Trustpilot
from monitoring.platforms.wordpress import WordPress
from monitoring.platforms.x import X
from monitoring.platforms.youtube import YouTube
from monitoring.platforms.youtube_channel import YouTubeChannel
from monitoring.records import PollError, PollJob, PollResult
from outbound import HttpClient

PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        AppStore(),
        AppStoreConnect(),
        BingNews(),
        Bluesky(),
        DevTo(),
        Discourse(),
        Facebook(),
        FeedPlatform(),
        Gdelt(),
        GitHub(),
        GoogleNews(),
        GooglePlay(),
        Guardian(),
        HackerNews(),
        Instagram(),
        InstagramMentions(),
        Jetstream(),
        Lemmy(),
        LinkedIn(),
        Lobsters(),
        Mailbox(),
        MastodonPublic(),
        MastodonSearch(),
        MastodonTag(),
        MediaWiki(),
        Medium(),
        NewsApi(),
        ProductHunt(),
        Reddit(),
        RedditFeed(),
        StackExchange(),
        StackExchangeTag(),
        Telegram(),
        Threads(),
        ThreadsMentions(),
        Trustpilot(),
        WordPress(),
        X(),
        YouTube(),
        YouTubeChannel(),
    )
}


def streamed_platforms() -> list[str]:
    """Return the names of the platforms whose sources are read by a process of their own and never polled."""
    return [platform.name for platform in PLATFORMS.values() if platform.is_streamed]


def short_lived() -> dict[str, timedelta]:
    """Return by platform of items how long they may be kept, for those with a limit in the platform's terms."""
    limited = (platform for platform in PLATFORMS.values() if isinstance(platform, PagedPlatform))
    return {platform.item_platform: platform.keep_for for platform in limited if platform.keep_for}


def item_platform(name: str) -> str:
    """Return the platform that the items of a source belong to."""
    platform = PLATFORMS.get(name)
    return platform.item_platform if platform else name


def recheck_policy(name: str) -> RecheckPolicy | None:
    """Return how items of a platform are looked up again, None if they can't be."""
    platform = PLATFORMS.get(name)
    return platform.recheck if isinstance(platform, PagedPlatform) else None


def poll(job: PollJob, http_client: HttpClient) -> PollResult:
    """Poll a source by its platform. A platform this version doesn't know is an error of that source alone."""
    platform = PLATFORMS.get(job.source.platform)
    if platform is None:
        return PollResult(error=PollError("unknown_platform", f"no platform is called {job.source.platform!r}"))
    if job.error:
        return PollResult(error=job.error, requests=0)
    return platform.poll(job, http_client)
