"""Posts of the Graph API that come with their newest comments. Pure; called by Facebook and Instagram.

A page of posts has the first page of each post's comments. If there are more and all of it are wanted, the walk reads
further pages of comments before the next page of posts: the cursor has `after`, that of the posts, and `threads`, the
posts whose comments are read. So a post with many comments loses none.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from monitoring.platforms.meta import GraphPlatform, graph_request, next_cursor
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.values import utc
from monitoring.records import Entry
from outbound import ApiRequest, FetchResult

COMMENTS_PER_PAGE = 50


class PostsWithComments(GraphPlatform):
    """A platform with posts and their comments, both newest first. `time_field` names the time of both."""

    is_ordered = False
    time_field: str
    # The parameters of a further page of comments.
    comment_query: Mapping[str, str] = {}

    def posts_request(self, page: PageRequest, after: Any) -> ApiRequest:
        """Return the request for a page of posts."""
        raise NotImplementedError

    def posts_since(self, page: PageRequest) -> datetime:
        """Return the time down to which posts are read, for themselves or for their comments."""
        raise NotImplementedError

    def post(self, item: dict[str, Any], page: PageRequest) -> Entry | None:
        """Return a post as an entry, None for one that is read for its comments only."""
        raise NotImplementedError

    def comment(self, item: dict[str, Any], post: Mapping[str, Any]) -> Entry:
        """Return a comment as an entry. `post` has the `id` and the `url` of its post."""
        raise NotImplementedError

    def post_url(self, item: dict[str, Any]) -> str:
        raise NotImplementedError

    def request(self, page: PageRequest) -> ApiRequest:
        cursor = page.cursor or {}
        if threads := cursor.get("threads"):
            path, after = f"{threads[0]['id']}/comments", threads[0]["after"]
            return graph_request(page, path, limit=COMMENTS_PER_PAGE, after=after, **self.comment_query)
        return self.posts_request(page, cursor.get("after"))

    def read(self, data: Any, page: PageRequest) -> Page:
        cursor = page.cursor or {}
        if threads := cursor.get("threads"):
            comments, skipped, more = self._comments(threads[0], data, page)
            return Page(comments, _cursor(cursor.get("after"), [*more, *threads[1:]]), skipped)
        posts, skipped = read_items(data["data"], lambda item: self.post(item, page))
        found, threads = [*posts], []
        for item in filter(_has_comments, data["data"]):
            post = {"id": item["id"], "url": self.post_url(item)}
            comments, malformed, more = self._comments(post, item["comments"], page)
            found += comments
            skipped += malformed
            threads += more
        is_last = any(at < self.posts_since(page) for at in self._times(data["data"]))
        return Page(tuple(found), _cursor(None if is_last else next_cursor(data), threads), skipped)

    def page_of_error(self, response: FetchResult, page: PageRequest) -> Page | None:
        """Go on with the next post if the comments of one can't be read: it may be deleted meanwhile."""
        cursor, error = page.cursor or {}, self.error(response)
        if cursor.get("threads") and error and error.code == "query_rejected":
            return Page(next=_cursor(cursor.get("after"), cursor["threads"][1:]))
        return super().page_of_error(response, page)

    def _comments(
        self, post: Mapping[str, Any], data: Mapping[str, Any], page: PageRequest
    ) -> tuple[tuple[Entry, ...], int, list[dict[str, Any]]]:
        """Return the wanted comments of a page, the number of malformed ones, and the post if it has more of them."""
        items = data["data"]
        entries, skipped = read_items(_with_replies(items), lambda item: self.comment(item, post))
        after = next_cursor(data)
        has_more = after and all(at >= page.since for at in self._times(items))
        wanted = tuple(entry for entry in entries if entry.published and entry.published >= page.since)
        return wanted, skipped, [{**post, "after": after}] if has_more else []

    def _times(self, items: Iterable[Any]) -> Iterator[datetime]:
        for item in items:
            try:
                yield utc(item[self.time_field])
            except (KeyError, TypeError, ValueError):
                continue


def _cursor(after: Any, threads: list[dict[str, Any]]) -> dict[str, Any] | None:
    return {"after": after, "threads": threads} if after or threads else None


def _has_comments(item: Any) -> bool:
    return isinstance(item, dict) and bool(item.get("id")) and bool((item.get("comments") or {}).get("data"))


def _with_replies(comments: Iterable[Any]) -> Iterator[Any]:
    """Yield each comment, and the replies that it contains with the id of the comment."""
    for comment in comments:
        yield comment
        for reply in ((comment.get("replies") or {}).get("data") or []) if isinstance(comment, dict) else []:
            yield {**reply, "parent": {"id": comment.get("id")}}
