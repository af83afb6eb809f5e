"""The web preview of a Telegram channel: HTML, 20 posts per page from older to newer, `before`."""

from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply

CLOSED = (
    '<!DOCTYPE html><html><body><div class="tgme_page"><div class="tgme_page_title">Lumen</div>'
    '<div class="tgme_page_extra">1 234 subscribers</div></div></body></html>'
)


class TelegramServer(PlatformServer):
    """`more` is HTML in the post with a number; `is_closed` for a channel without a preview."""

    sends_json = False
    platform = "telegram"
    settings = {"channel": "LumenNews"}
    lacks = frozenset({"author", "name", "title", "likes", "replies", "shares", "rating"})
    page_size = 20

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = False
        self.more: dict[int, str] = {}
        self.views = ""

    def respond(self, request: Received) -> Reply:
        if request.path == "/LumenNews":
            return Reply(CLOSED.encode(), content_type="text/html; charset=utf-8")
        assert request.path == "/s/LumenNews"
        if self.is_closed:
            return Reply(status=302, headers={"Location": "/LumenNews"})
        found = self.visible()
        before = int(request.query.get("before", 10**9))
        page = [post for post in found if post.number < before][: self.page_size]
        body = "".join(self._post(post) for post in reversed(page))
        return Reply(
            f'<!DOCTYPE html><html><body><div class="tgme_channel_info"><b>Lumen</b></div>'
            f'<section class="tgme_channel_history">{body}</section></body></html>'.encode(),
            content_type="text/html; charset=utf-8",
        )

    def native_id(self, post: Post) -> str:
        return f"lumennews/{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://t.me/LumenNews/{post.number}"

    def _post(self, post: Post) -> str:
        time = f'<time datetime="{post.published.isoformat()}" class="time">12:00</time>'
        edited = "edited " if post.edited else ""
        link = "" if post.number in self.malformed else f'<a class="tgme_widget_message_date" href="#">{time}</a>'
        return (
            f'<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message '
            f'text_not_supported_wrap js-widget_message" data-post="LumenNews/{post.number}" data-new="1">'
            f'<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author">'
            f'<a class="tgme_widget_message_owner_name" href="#"><span>{post.name}</span></a></div>'
            f"{self.more.get(post.number, '')}"
            f'<div class="tgme_widget_message_text js-message_text" dir="auto">{escape(post.text)}</div>'
            f'<div class="tgme_widget_message_footer"><div class="tgme_widget_message_info">'
            f'<span class="tgme_widget_message_views">{self.views or post.views}</span>'
            f'<span class="tgme_widget_message_meta">{edited}{link}</span></div></div></div></div></div>'
        )
