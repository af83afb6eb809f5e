"""Mastodon, the public timeline of one server: the posts of its own people, or all public posts that it knows.

Facts: `/api/v1/timelines/public`, with `local=true` for the posts of the server's own people; paging and errors are
those of hashtags (https://docs.joinmastodon.org/methods/timelines/#public). Many servers show it only to people with
an account. That of a large server has tens of thousands of posts per day.
"""

from collections.abc import Mapping
from datetime import timedelta

from monitoring.platforms.base import Setting, gettext_noop
from monitoring.platforms.mastodon_tag import SERVER, MastodonTimeline, timeline_request
from monitoring.platforms.pages import PageRequest
from outbound import ApiRequest

LOCAL, FEDERATED = "local", "federated"


class MastodonPublic(MastodonTimeline):
    name = "mastodonpublic"
    label = gettext_noop("Mastodon timeline")
    summary = gettext_noop("All public posts of a server, or all that it knows, filtered by your keywords.")
    settings = (
        SERVER,
        Setting(
            "timeline",
            gettext_noop("Timeline"),
            help=gettext_noop(
                "Enter local for posts of the server’s own people, or federated for all public posts that it knows. "
                "On a large server, these are more than Vigie can read: use hashtags or the search there."
            ),
            example=LOCAL,
            default=LOCAL,
            pattern=f"{LOCAL}|{FEDERATED}",
        ),
    )
    first_poll = timedelta(days=1)

    def address(self, settings: Mapping[str, str]) -> str:
        path = "public/local" if settings["timeline"] == LOCAL else "public"
        return f"https://{settings['server']}/{path}"

    def request(self, page: PageRequest) -> ApiRequest:
        scope = {"local": "true"} if page.settings["timeline"] == LOCAL else {}
        return timeline_request(page, "public", **scope)
