"""Posts of the editorial calendar on Facebook in the name of a Page. Pure; used by facebook.py.

Facts: `POST /{page}/feed` with the token of the Page and `pages_manage_posts`; the response has the id alone
(https://developers.facebook.com/docs/graph-api/reference/page/feed/#publish). A lost one is among the last posts of
`/{page}/feed`. Pictures are uploaded as photos that aren't published (`/{page}/photos`, up to 10 MB each), and
attached to the post (https://developers.facebook.com/docs/graph-api/reference/page/photos/).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.facebook_replies import RECENT, FacebookReplies
from monitoring.platforms.meta import graph_request
from monitoring.platforms.pictures import Picture, Pictures, file_form
from monitoring.platforms.replies import NEW_POST, ReplyRequest, ReplyTarget
from outbound import ApiRequest


class FacebookPictures(Pictures):
    def request(self, reply: ReplyRequest, picture: Picture) -> ApiRequest:
        content = file_form("source", picture, {"published": "false", "alt_text_custom": picture.alt})
        return replace(graph_request(reply, f"{reply.settings['page']}/photos"), content=content)

    def read(self, data: Any) -> str:
        return str(data["id"])


class FacebookPosts(FacebookReplies):
    pictures = FacebookPictures()
    scopes = ("pages_manage_posts",)
    needs = gettext_noop("A token needs “pages_manage_posts” in addition. Posts appear in the name of the Page.")
    has_lookup = False

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST if settings.get("page") else ""

    def request(self, reply: ReplyRequest) -> ApiRequest:
        attached = {
            f"attached_media[{place}]": json.dumps({"media_fbid": photo}) for place, photo in enumerate(reply.uploaded)
        }
        request = graph_request(reply, f"{reply.settings['page']}/feed")
        return replace(request, form={"message": reply.text, **attached})

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        fields = "id,message,created_time,from,permalink_url"
        return graph_request(reply, f"{reply.settings['page']}/feed", fields=fields, limit=RECENT)
