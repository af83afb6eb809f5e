"""LinkedIn: comments on the posts of an own Page, and posts that mention or share it, for apps that LinkedIn approved.

Facts: no API searches LinkedIn's posts. `organizationalEntityNotifications` has what happened around a Page,
for 60 days: COMMENT, COMMENT_EDIT, SHARE and SHARE_MENTION; mentions in others' comments are not among its actions. It
needs `rw_organization_admin` of an admin of the Page (for texts, `r_organization_social_feed`), and a version (YYYYMM)
that is shut down after about a year.
Most notifications contain the text (`decoratedGeneratedActivity`); otherwise the comment or post is requested by its
URN. An app in development has 100 calls per day and member; a status 429 lasts until midnight UTC. What members write
may be kept for 48 hours, their names not at all (https://learn.microsoft.com/linkedin/marketing/community-management/
organizations/organization-social-action-notifications, /shares/comments-api, /shares/posts-api,
https://learn.microsoft.com/linkedin/marketing/data-storage-requirements).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from monitoring.platforms.base import Limit, Needs, Setting, gettext_noop
from monitoring.platforms.linkedin_followers import LinkedInFollowers
from monitoring.platforms.linkedin_own_posts import LinkedInOwnPosts
from monitoring.platforms.linkedin_publish import LinkedInPosts
from monitoring.platforms.linkedin_text import about, plain, published
from monitoring.platforms.oauth import OAuth
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.records import Entry, PollError, QuotaReading
from outbound import ApiRequest, FetchResult

COUNT = 50
ACTIONS = "List(COMMENT,COMMENT_EDIT,SHARE,SHARE_MENTION)"


class LinkedIn(PagedPlatform):
    name = item_platform = "linkedin"
    label = gettext_noop("LinkedIn Page")
    summary = gettext_noop("Comments on your Page’s posts, and posts that mention it, filtered by your keywords.")
    needs = Needs.APPROVAL
    settings = (
        Setting(
            "organization",
            gettext_noop("Page ID"),
            help=gettext_noop("The number in the URL of the Page’s admin view."),
            example="1234567",
            pattern=r"[0-9]{1,20}",
        ),
        Setting(
            "version",
            gettext_noop("API version"),
            help=gettext_noop("LinkedIn shuts a version down after about a year."),
            example="202607",
            default="202607",
            pattern=r"20[0-9]{2}(?:0[1-9]|1[0-2])",
        ),
        Setting(
            "token",
            gettext_noop("Access token"),
            help=gettext_noop(
                "Of an admin of the Page, with rw_organization_admin and r_organization_social_feed. It lasts 60 days."
            ),
            link="https://www.linkedin.com/developers/tools/oauth",
            is_secret=True,
        ),
    )
    limits = (Limit(100, 86_400),)
    min_interval_s = 3_600
    is_renewable = True
    followers = LinkedInFollowers()
    posts = LinkedInPosts()
    own_posts = LinkedInOwnPosts()
    # Only some apps get refresh tokens; with others, the account is connected again after 60 days.
    oauth = OAuth(
        authorize_url="https://www.linkedin.com/oauth/v2/authorization",
        token_url="https://www.linkedin.com/oauth/v2/accessToken",
        scopes=("rw_organization_admin", "r_organization_social_feed"),
        reply_scopes=LinkedInPosts.scopes,
        app_link="https://www.linkedin.com/developers/apps",
        app_help=gettext_noop("Of an app with access to LinkedIn’s Community Management API."),
    )
    is_ordered = False
    overlap = timedelta(hours=1)
    first_poll = timedelta(days=2)
    keep_for = timedelta(hours=48)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.linkedin.com/company/{settings['organization']}/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://api.linkedin.com/rest"

    def request(self, page: PageRequest) -> ApiRequest:
        """Return the request for the text of a comment or post, or for a page of notifications."""
        cursor = page.cursor or _first(page)
        if cursor["open"]:
            path = cursor["open"][0]["path"]
        else:
            urn = quote(f"urn:li:organization:{page.settings['organization']}", safe="")
            # The syntax of lists and ranges is not escaped, only the values in it.
            time_range = f"(start:{_milliseconds(page.since)},end:{cursor['end']})"
            path = (
                f"organizationalEntityNotifications?q=criteria&organizationalEntity={urn}&actions={ACTIONS}"
                f"&timeRange={time_range}&start={cursor['start']}&count={COUNT}"
            )
        headers = {
            "Authorization": f"Bearer {page.secrets.get('token', '')}",
            "LinkedIn-Version": page.settings["version"],
            "X-Restli-Protocol-Version": "2.0.0",
        }
        return ApiRequest(f"{page.api_url}/{path}", headers)

    def read(self, data: Any, page: PageRequest) -> Page:
        cursor = page.cursor or _first(page)
        if cursor["open"]:
            found, *others = cursor["open"]
            text = (data.get("message") or {}).get("text") or plain(data.get("commentary") or "")
            return Page((_entry(found, text),), _next(cursor, others))
        edited, opened = set(cursor["edited"]), []

        def read(notification: dict[str, Any]) -> Entry | None:
            found = about(notification)
            if found["id"] in edited:
                return None
            if notification["action"] == "COMMENT_EDIT":
                edited.add(found["id"])
            if not found["text"]:
                opened.append(found)
                return None
            return _entry(found, found["text"])

        elements = data["elements"]
        # Of a comment that was edited, the newest notification is read.
        entries, skipped = read_items(sorted(elements, key=_modified, reverse=True), read)
        links = (data.get("paging") or {}).get("links") or []
        has_more = len(elements) >= COUNT or any(link.get("rel") == "next" for link in links)
        start = cursor["start"] + max(len(elements), 1) if has_more else None
        following = {"start": start, "end": cursor["end"], "edited": sorted(edited)}
        return Page(entries, _next(following, opened), skipped)

    def page_of_error(self, response: FetchResult, page: PageRequest) -> Page | None:
        """Leave out a comment or post that is deleted, or that only its author's contacts may read."""
        if page.cursor and page.cursor["open"] and response.status in (403, 404, 410):
            return Page(next=_next(page.cursor, page.cursor["open"][1:]))
        return None

    def error(self, response: FetchResult) -> PollError | None:
        return PollError("version_ended", "status 426") if response.status == 426 else None

    def quota(self, response: FetchResult, now: datetime) -> QuotaReading | None:
        """Return until when calls are rejected: limits are per day, in UTC."""
        if response.status != 429:
            return None
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return QuotaReading(0, midnight + timedelta(days=1))


def _first(page: PageRequest) -> dict[str, Any]:
    """Return the cursor of the first page. The end of the range keeps later pages from shifting."""
    return {"start": 0, "end": _milliseconds(page.now), "edited": [], "open": []}


def _next(cursor: Mapping[str, Any], opened: list[dict[str, Any]]) -> dict[str, Any] | None:
    return {**cursor, "open": opened} if opened or cursor["start"] is not None else None


def _entry(found: Mapping[str, Any], text: str) -> Entry:
    organization = found["owner"].rpartition(":")[2]
    return Entry(
        native_id=found["id"],
        url=found["url"],
        title="",
        body=text,
        body_is_html=False,
        author_url=f"https://www.linkedin.com/company/{organization}/" if organization else "",
        published=published(found["id"], found["at"]),
        kind="comment" if found["post"] else "post",
        reply_to=found["post"],
        thread=found["post"],
    )


def _modified(notification: Any) -> float:
    at = notification.get("lastModifiedAt") if isinstance(notification, dict) else None
    return at if isinstance(at, int | float) else 0


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
