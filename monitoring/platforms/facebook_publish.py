"""Posts of the editorial calendar on Facebook in the name of a Page. Pure; used by facebook.py.

Facts: `POST /{page}/feed` with the token of the Page and `pages_manage_posts`; the response has the id alone
(https://developers.facebook.com/docs/graph-api/reference/page/feed/#publish). A lost one is among the last posts of
`/{page}/feed`.
"""

from collections.abc import Mapping
from dataclasses import replace

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.facebook_replies import RECENT, FacebookReplies
from monitoring.platforms.meta import graph_request
from monitoring.platforms.replies import NEW_POST, ReplyRequest, ReplyTarget
from outbound import ApiRequest


class FacebookPosts(FacebookReplies):
    scopes = ("pages_manage_posts",)
    needs = gettext_noop("A token needs “pages_manage_posts” in addition. Posts appear in the name of the Page.")
    has_lookup = False

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST if settings.get("page") else ""

    def request(self, reply: ReplyRequest) -> ApiRequest:
        return replace(graph_request(reply, f"{reply.settings['page']}/feed"), form={"message": reply.text})

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        fields = "id,message,created_time,from,permalink_url"
        return graph_request(reply, f"{reply.settings['page']}/feed", fields=fields, limit=RECENT)
