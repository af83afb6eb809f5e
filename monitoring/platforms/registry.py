"""Platforms by the name that `Source.platform` stores. Called by the poller: a claimed source in, its result out."""

from monitoring.http import HttpClient
from monitoring.platforms.base import Platform
from monitoring.platforms.feed import FeedPlatform
from monitoring.records import ClaimedSource, PollError, PollResult

PLATFORMS: dict[str, Platform] = {
    "feed": FeedPlatform(),
}


def poll(source: ClaimedSource, http_client: HttpClient) -> PollResult:
    """Poll a source by its platform. A platform this version doesn't know is an error of that source alone."""
    platform = PLATFORMS.get(source.platform)
    if platform is None:
        return PollResult(error=PollError("unknown_platform", f"no platform is called {source.platform!r}"))
    return platform.poll(source, http_client)
