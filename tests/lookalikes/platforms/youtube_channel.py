"""The feed of a YouTube channel: Atom with the last 15 videos."""

from xml.sax.saxutils import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply
from tests.lookalikes.platforms.feed_pages import atom

CHANNEL = "UCBR8-60-B28hp2BmDPdntcQ"


class YouTubeChannelServer(PlatformServer):
    sends_json = False
    platform = "youtubechannel"
    settings = {"channel": CHANNEL}
    lacks = frozenset({"author", "likes", "replies", "shares", "views", "rating"})
    page_size = reach = 15

    def respond(self, request: Received) -> Reply:
        assert request.path == "/feeds/videos.xml" and request.query == {"channel_id": CHANNEL}
        return atom([self._video(post) for post in self.visible()[: self.page_size]])

    def native_id(self, post: Post) -> str:
        return f"v{post.number:010}"

    def permalink(self, post: Post) -> str:
        return f"https://www.youtube.com/watch?v={self.native_id(post)}"

    def _video(self, post: Post) -> str:
        number = self.native_id(post)
        if post.number in self.malformed:
            return f"<entry><id>yt:video:{number}</id><title>?</title></entry>"
        return (
            f"<entry><id>yt:video:{number}</id><yt:videoId>{number}</yt:videoId><yt:channelId>{CHANNEL}</yt:channelId>"
            f'<title>{escape(post.title)}</title><link rel="alternate" href="{self.permalink(post)}"/>'
            f"<author><name>{post.name}</name><uri>https://www.youtube.com/channel/{CHANNEL}</uri></author>"
            f"<published>{post.published.isoformat()}</published><updated>{post.published.isoformat()}</updated>"
            f"<media:group><media:title>{escape(post.title)}</media:title>"
            f"<media:description>{escape(post.text)}</media:description>"
            f'<media:community><media:statistics views="{post.views}"/></media:community></media:group></entry>'
        )
