"""Replies on Facebook in the name of a Page: comments on posts and on comments. Pure; used by facebook.py.

Facts: `POST /{id}/comments` with the token of the Page and `pages_manage_engagement`; the response has the id alone
(https://developers.facebook.com/docs/graph-api/reference/object/comments#publishing). Addresses of posts don't always
have their id, so the one of the item as received is needed. Code 100 with subcode 33 is an object that is gone or
hidden, 506 the same text twice, 368 an action that is blocked for a while.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.meta import graph_request
from monitoring.platforms.replies import CLOCK_SLACK, PublishedReply, Replies, ReplyRequest, ReplyTarget
from monitoring.platforms.values import error_body, utc
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

RECENT = 50
NO_OBJECT, _DUPLICATE, _BLOCKED = (100, 33), 506, 368


class FacebookReplies(Replies):
    scopes = ("pages_manage_engagement",)
    needs = gettext_noop(
        "A token needs “pages_manage_engagement” in addition. Replies appear in the name of the Page."
    )

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return target.item_id if settings.get("page") else ""

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        return graph_request(reply, reply.target.item_id, fields="id")

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any] | PollError:
        return {"id": str(data["id"])}

    def request(self, reply: ReplyRequest) -> ApiRequest:
        request = graph_request(reply, f"{reply.parent['id']}/comments")
        return replace(request, form={"message": reply.text})

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        number = str(data["id"])
        return PublishedReply(number, data.get("permalink_url") or f"https://www.facebook.com/{number}")

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        fields = "id,message,created_time,from,permalink_url"
        order = {"filter": "stream", "order": "reverse_chronological"}
        return graph_request(reply, f"{reply.parent['id']}/comments", fields=fields, limit=RECENT, **order)

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for comment in data["data"]:
            is_own = (comment.get("from") or {}).get("id") == reply.settings["page"]
            is_recent = utc(comment["created_time"]) >= reply.created_at - CLOCK_SLACK
            if is_own and is_recent and str(comment.get("message")).split() == reply.text.split():
                return self.read(comment, reply)
        return None

    def error(self, response: FetchResult) -> PollError | None:
        problem = error_body(response).get("error")
        if not isinstance(problem, dict):
            return None
        code, subcode = problem.get("code"), problem.get("error_subcode")
        detail = f"code {code}, subcode {subcode}"
        if (code, subcode) == NO_OBJECT:
            return PollError("parent_deleted", detail)
        if code == _DUPLICATE:
            return PollError("reply_duplicate", detail)
        if code == _BLOCKED:
            return PollError("reply_refused", detail)
        return None
