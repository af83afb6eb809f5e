"""Google Play: the reviews of an own app, with a service account.

Facts (https://developers.google.com/android-publisher/reply-to-reviews, /api-ref/rest/v3/reviews/list): the list has
reviews of the last week only, with a text only, and of the production version only, the one written or changed last
first. `tokenPagination.nextPageToken` leads to the next page. `comments` has one `userComment` and, if the developer
has replied, a `developerComment`. 200 requests per hour and app are allowed
(https://support.google.com/googleplay/android-developer/contact/review_apiqr). A token is valid for an hour; the
account gets it for a claim that its key signs (https://developers.google.com/identity/protocols/oauth2/service-account).
The key file names an address for that too, which isn't used: the claim goes to Google alone.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.content.scrub import read_json
from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.pages import Connection, Page, PageRequest, error_of, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.records import Entry, PollError
from outbound import ApiRequest
from outbound.signed_tokens import check_service_account, sign

PAGE_SIZE = 100
TOKEN_URL = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
VALID_S = 3_600
# A token that ends this soon is replaced before it is used.
MARGIN = timedelta(minutes=2)


class GooglePlay(PagedPlatform):
    name = item_platform = "googleplay"
    label = "Google Play"
    summary = gettext_noop("Reviews of your own app of the last seven days.")
    needs = Needs.KEY
    can = frozenset({Can.ENGAGEMENT})
    settings = (
        Setting(
            "app",
            gettext_noop("App"),
            help=gettext_noop("The app’s page in Google Play, or the name of its package."),
            example="com.example.lumen",
            pattern=r"(?:https://play\.google\.com/\S*?[?&]id=)?(?P<value>[A-Za-z]\w*(?:\.[A-Za-z]\w*)+)(?:[&#]\S*)?",
        ),
        Setting(
            "service_account",
            gettext_noop("Key of a service account"),
            help=gettext_noop(
                "The whole JSON file. Invite the account to the Play Console with the permission to reply to reviews."
            ),
            link="https://console.cloud.google.com/iam-admin/serviceaccounts",
            example='{"type": "service_account", …}',
            is_secret=True,
            is_multiline=True,
            check=check_service_account,
        ),
    )
    limits = (Limit(200, 3_600),)
    min_interval_s = 900
    overlap = timedelta(days=1)
    is_renewable = True

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://play.google.com/store/apps/details?id={settings['app']}"

    def query_for_all(self, settings: Mapping[str, str]) -> str:
        return f'platform:googleplay url:"{settings["app"]}"'

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://androidpublisher.googleapis.com"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {"maxResults": PAGE_SIZE} | ({"token": page.cursor} if page.cursor else {})
        path = f"androidpublisher/v3/applications/{page.settings['app']}/reviews"
        headers = {"Authorization": f"Bearer {page.secrets['access_token']}"}
        return ApiRequest(f"{page.api_url}/{path}?{urlencode(query)}", headers)

    def read(self, data: Any, page: PageRequest) -> Page:
        # Without reviews, the list is an object without any field.
        entries, skipped = read_items(data.get("reviews") or (), lambda item: _entry(item, page.settings["app"]))
        return Page(entries, (data.get("tokenPagination") or {}).get("nextPageToken"), skipped)

    def has_ended(self, secrets: Mapping[str, str], now: datetime) -> bool:
        return not secrets.get("access_token") or float(secrets.get("ends", 0)) < (now + MARGIN).timestamp()

    def renew(self, connection: Connection) -> Mapping[str, str] | PollError:
        account, issued = json.loads(connection.secrets["service_account"]), int(connection.now.timestamp())
        claims = {
            "iss": account["client_email"],
            "scope": SCOPE,
            "aud": TOKEN_URL,
            "iat": issued,
            "exp": issued + VALID_S,
        }
        form = {
            "grant_type": GRANT,
            "assertion": sign(claims, account["private_key"], "RS256", account["private_key_id"]),
        }
        is_official = connection.api_url == self.api_url(connection.settings)
        url = TOKEN_URL if is_official else f"{connection.api_url}/token"
        response = connection.call(ApiRequest(url, form=form))
        if response.error:
            # invalid_grant: a key that was deleted, or an account that is disabled.
            return PollError("credential_rejected", "token") if response.status == 400 else error_of(response)
        token = read_json(response.body)
        ends = connection.now.timestamp() + float(token.get("expires_in", VALID_S))
        return {**connection.secrets, "access_token": token["access_token"], "ends": str(ends)}


def _entry(review: dict[str, Any], app: str) -> Entry:
    comments: dict[str, Any] = {}
    for comment in review["comments"]:
        comments = comment | comments
    user, number = comments["userComment"], review["reviewId"]
    at = datetime.fromtimestamp(int(user["lastModified"]["seconds"]), UTC)
    # In older reviews, a tab is between title and text. `originalText` is only there if `text` is a translation.
    title, tab, text = (user.get("originalText") or user["text"]).rpartition("\t")
    version = user.get("appVersionName")
    return Entry(
        native_id=number,
        url=f"https://play.google.com/store/apps/details?id={app}&reviewId={number}",
        title=title if tab else "",
        body=text,
        body_is_html=False,
        other_texts=((f"v{version}", False),) if version else (),
        author=review.get("authorName") or "",
        published=at,
        language=str(user.get("reviewerLanguage") or "").replace("_", "-").lower(),
        kind="review",
        likes=user.get("thumbsUpCount"),
        replies=int("developerComment" in comments),
        engagement=user.get("thumbsUpCount"),
        rating=float(user["starRating"]),
    )
