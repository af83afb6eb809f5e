"""YouTube channels: the feed of a channel's newest videos, without a key.

Facts: `feeds/videos.xml?channel_id=` is Atom with the last 15 videos and the id `yt:video:ID`. For days at a time it
responded 404 or 500 for channels that exist (ocaml.org issue 3512, UniversalMediaServer issue 6124), so a 404 says
nothing about the channel.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.feed_pages import FeedPages
from monitoring.platforms.pages import PageRequest
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

_ID = "yt:video:"


class YouTubeChannel(FeedPages):
    name = "youtubechannel"
    item_platform = "youtube"
    label = gettext_noop("YouTube channel")
    summary = gettext_noop("The videos of a channel, filtered by your keywords.")
    can = frozenset({Can.BACKFILL})
    settings = (
        Setting(
            "channel",
            gettext_noop("Channel ID"),
            help=gettext_noop("Starts with UC; on the channel’s page, in “Share channel”."),
            example="UCBR8-60-B28hp2BmDPdntcQ",
            pattern=r"UC[\w-]{22}",
        ),
    )
    limits = (Limit(60, 60),)
    min_interval_s = 900
    first_poll = timedelta(days=365)
    kind = "video"

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.youtube.com/channel/{settings['channel']}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://www.youtube.com"

    def request(self, page: PageRequest) -> ApiRequest:
        return ApiRequest(f"{page.api_url}/feeds/videos.xml?{urlencode({'channel_id': page.settings['channel']})}")

    def error(self, response: FetchResult) -> PollError | None:
        return PollError("unavailable", f"status {response.status}") if response.status in (404, 410) else None

    def entry(self, entry: Entry, settings: Mapping[str, str]) -> Entry:
        if not entry.native_id.startswith(_ID):
            raise ValueError("no id of a video")
        channel = f"https://www.youtube.com/channel/{settings['channel']}"
        # The id that the search of YouTube gives: a video that both find is one item.
        return replace(entry, native_id=entry.native_id.removeprefix(_ID), author_url=entry.author_url or channel)
