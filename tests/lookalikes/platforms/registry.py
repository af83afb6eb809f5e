"""The look-alike of each platform, by the platform's name. The shared contract suite runs against all of them."""

from tests.lookalikes.platforms.app_store import AppStoreServer
from tests.lookalikes.platforms.base import PlatformServer
from tests.lookalikes.platforms.bluesky import BlueskyServer
from tests.lookalikes.platforms.devto import DevToServer
from tests.lookalikes.platforms.discourse import DiscourseServer
from tests.lookalikes.platforms.gdelt import GdeltServer
from tests.lookalikes.platforms.github import GitHubServer
from tests.lookalikes.platforms.guardian import GuardianServer
from tests.lookalikes.platforms.hackernews import HackerNewsServer
from tests.lookalikes.platforms.jetstream import JetstreamServer
from tests.lookalikes.platforms.lemmy import LemmyServer
from tests.lookalikes.platforms.linkedin import LinkedInServer
from tests.lookalikes.platforms.lobsters import LobstersServer
from tests.lookalikes.platforms.mailbox import MailboxServer
from tests.lookalikes.platforms.mastodon_public import MastodonPublicServer
from tests.lookalikes.platforms.mastodon_search import MastodonSearchServer
from tests.lookalikes.platforms.mastodon_tag import MastodonTagServer
from tests.lookalikes.platforms.mediawiki import MediaWikiServer
from tests.lookalikes.platforms.medium import MediumServer
from tests.lookalikes.platforms.meta import InstagramServer, ThreadsMentionsServer, ThreadsServer
from tests.lookalikes.platforms.meta_comments import FacebookServer, InstagramMentionsServer
from tests.lookalikes.platforms.news_feeds import BingNewsServer, GoogleNewsServer
from tests.lookalikes.platforms.newsapi import NewsApiServer
from tests.lookalikes.platforms.own_reviews import AppStoreConnectServer, GooglePlayServer, TrustpilotServer
from tests.lookalikes.platforms.producthunt import ProductHuntServer
from tests.lookalikes.platforms.reddit import RedditServer
from tests.lookalikes.platforms.reddit_feed import RedditFeedServer
from tests.lookalikes.platforms.stackexchange import StackExchangeServer
from tests.lookalikes.platforms.stackexchange_tag import StackExchangeTagServer
from tests.lookalikes.platforms.telegram import TelegramServer
from tests.lookalikes.platforms.wordpress import WordPressServer
from tests.lookalikes.platforms.x import XServer
from tests.lookalikes.platforms.youtube import YouTubeServer
from tests.lookalikes.platforms.youtube_channel import YouTubeChannelServer

LOOKALIKES: dict[str, type[PlatformServer]] = {
    server.platform: server
    for server in (
        AppStoreConnectServer,
        AppStoreServer,
        BingNewsServer,
        BlueskyServer,
        DevToServer,
        DiscourseServer,
        FacebookServer,
        GdeltServer,
        GitHubServer,
        GoogleNewsServer,
        GooglePlayServer,
        GuardianServer,
        HackerNewsServer,
        InstagramMentionsServer,
        InstagramServer,
        JetstreamServer,
        LemmyServer,
        LinkedInServer,
        LobstersServer,
        MailboxServer,
        MastodonPublicServer,
        MastodonSearchServer,
        MastodonTagServer,
        MediaWikiServer,
        MediumServer,
        NewsApiServer,
        ProductHuntServer,
        RedditServer,
        RedditFeedServer,
        StackExchangeServer,
        StackExchangeTagServer,
        ThreadsMentionsServer,
        TelegramServer,
        ThreadsServer,
        TrustpilotServer,
        WordPressServer,
        XServer,
        YouTubeChannelServer,
        YouTubeServer,
    )
}
