"""Google Analytics 4: the Data API, with a service account that may read the property, or a person's sign-in.

Facts (https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport and
/api-schema, /quotas): a report has `rows` of texts, without the key where it is empty; `rowCount` counts the rows of
all pages, which `limit` and `offset` cut. `metadata.timeZone` is that of the property, in which `date` (YYYYMMDD) is;
`subjectToThresholding` says that figures of few people are left out. A standard property has 200,000 tokens per day
and 40,000 per hour, most reports cost less than 10, and `propertyQuota` has what is left; without any, the status is
429 (RESOURCE_EXHAUSTED). An account gets a token of an hour for a claim that its key signs
(https://developers.google.com/identity/protocols/oauth2/service-account).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from outbound import ApiRequest, FetchResult
from outbound.signed_tokens import check_service_account, sign
from website.readers import google_sign_in
from website.readers.base import (
    MAX_PAGES,
    Collector,
    Connection,
    Dimension,
    Field,
    Figures,
    Property,
    Reader,
    ReadError,
    Refused,
    gettext_noop,
    refusal_of,
    whole,
)

API_URL = "https://analyticsdata.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
VALID_S = 3_600
PAGE_SIZE = 10_000
TOTALS = ("sessions", "totalUsers", "newUsers", "keyEvents", "sessionKeyEventRate")
# Values that stand for an unknown one.
UNKNOWN = {"", "(not set)", "(not provided)"}
# Below these, the rest of the quota is left to the other programs that read the property.
RESERVES = {"tokensPerDay": (2_000, 6 * 3_600), "tokensPerHour": (500, 3_600), "tokensPerProjectPerHour": (500, 3_600)}
# Dimensions of a report, the metric, and what its rows are.
REPORTS: tuple[tuple[tuple[str, ...], str, Dimension], ...] = (
    (("sessionSource", "sessionMedium"), "sessions", Dimension.SOURCE),
    (("landingPage",), "sessions", Dimension.LANDING_PAGE),
    (("eventName",), "keyEvents", Dimension.KEY_EVENT),
    (("sessionManualTerm",), "sessions", Dimension.SEARCH_TERM),
    (("sessionCampaignName", "sessionManualAdContent"), "sessions", Dimension.CAMPAIGN),
)
# Campaigns that GA4 makes up for visits without one.
NO_CAMPAIGNS = {"(direct)", "(organic)", "(referral)", *UNKNOWN}


class GoogleAnalytics(Reader):
    name = "google_analytics"
    label = "Google Analytics 4"
    summary = gettext_noop("Read with your Google account, or a service account of Google Cloud.")
    identity = "property"
    api_url, token_url = API_URL, TOKEN_URL
    authorize_url, admin_url = google_sign_in.AUTHORIZE_URL, google_sign_in.ADMIN_URL
    fields = (
        Field(
            "property",
            gettext_noop("Property ID"),
            help=gettext_noop("A number, in Google Analytics under Admin, Property details."),
            example="123456789",
            pattern=r"(?:properties/)?(?P<value>[0-9]{1,20})",
        ),
        Field(
            "service_account",
            gettext_noop("Key of a service account"),
            help=gettext_noop(
                "The whole JSON file. Enable the Google Analytics Data API in the account’s project, and add its "
                "email address to the property as a Viewer."
            ),
            example='{"type": "service_account", …}',
            is_secret=True,
            is_multiline=True,
            check=check_service_account,
        ),
    )

    def read_property(self, connection: Connection) -> Property:
        token = self._token(connection)
        today = connection.now.date()
        page = self._page(connection, token, today, today, ("sessions",), (), 0)
        return self._property(connection, page)

    def read_figures(self, connection: Connection, first: date, last: date) -> Figures:
        token = self._token(connection)
        collector, waits, found = Collector(first, last), [0], None
        for page in self._pages(connection, token, first, last, TOTALS, ()):
            found = found or self._property(connection, page)
            waits.append(self._note(collector, page))
            for (day,), values in _rows(page):
                sessions, users, new, events, rate = map(whole, values)
                collector.total(_day(day), sessions=sessions, users=users, new_users=new, key_events=events)
                collector.total(_day(day), converted=rate * sessions)
        for names, metric, dimension in REPORTS:
            for page in self._pages(connection, token, first, last, (metric,), names):
                waits.append(self._note(collector, page))
                for (day, value, *detail), (count,) in _rows(page):
                    if _is_known(dimension, value):
                        collector.row(_day(day), dimension, value, whole(count), _detail(detail))
        assert found is not None  # a report has at least one page
        return collector.figures(found, max(waits) or None)

    def _note(self, collector: Collector, page: Mapping[str, Any]) -> int:
        """Note thresholding. Return the seconds to wait for the quota, 0 if enough is left."""
        if (page.get("metadata") or {}).get("subjectToThresholding"):
            collector.is_thresholded = True
        quota = page.get("propertyQuota") or {}
        waits = [0]
        for name, (reserve, wait_s) in RESERVES.items():
            left = (quota.get(name) or {}).get("remaining")
            if left is not None and left < reserve:
                waits.append(wait_s)
        return max(waits)

    def _property(self, connection: Connection, page: Mapping[str, Any]) -> Property:
        return Property(f"GA4 {connection.settings['property']}", page["metadata"]["timeZone"])

    def _pages(
        self,
        connection: Connection,
        token: str,
        first: date,
        last: date,
        metrics: tuple[str, ...],
        names: tuple[str, ...],
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the pages of a report by day."""
        for number in range(MAX_PAGES):
            page = self._page(connection, token, first, last, metrics, ("date", *names), number * PAGE_SIZE)
            yield page
            if (number + 1) * PAGE_SIZE >= int(page.get("rowCount") or 0):
                return
        raise Refused(ReadError("too_many_rows"))

    def _page(
        self,
        connection: Connection,
        token: str,
        first: date,
        last: date,
        metrics: tuple[str, ...],
        names: tuple[str, ...],
        offset: int,
    ) -> Mapping[str, Any]:
        body = {
            "dateRanges": [{"startDate": first.isoformat(), "endDate": last.isoformat()}],
            "dimensions": [{"name": name} for name in names],
            "metrics": [{"name": name} for name in metrics],
            "orderBys": [{"dimension": {"dimensionName": name}} for name in names],
            "limit": PAGE_SIZE,
            "offset": offset,
            "returnPropertyQuota": True,
        }
        url = f"{self.api_url}/v1beta/properties/{connection.settings['property']}:runReport"
        answer = connection.call(ApiRequest(url, {"Authorization": f"Bearer {token}"}, json=body))
        if answer.error:
            raise Refused(_refusal(answer))
        page: Mapping[str, Any] = json.loads(answer.body)
        if "metadata" not in page:
            raise Refused(ReadError("unexpected_response", detail="no metadata"))
        return page

    def _token(self, connection: Connection) -> str:
        if "refresh_token" not in connection.secrets:
            return self._token_of_service_account(connection)
        found = google_sign_in.access_token(connection.call, connection.secrets, url=self.token_url)
        if isinstance(found, ReadError):
            raise Refused(found)
        return found

    def _token_of_service_account(self, connection: Connection) -> str:
        account, issued = json.loads(connection.secrets["service_account"]), int(connection.now.timestamp())
        claims = {
            "iss": account["client_email"],
            "scope": SCOPE,
            "aud": TOKEN_URL,
            "iat": issued,
            "exp": issued + VALID_S,
        }
        assertion = sign(claims, account["private_key"], "RS256", account["private_key_id"])
        answer = connection.call(ApiRequest(self.token_url, form={"grant_type": GRANT, "assertion": assertion}))
        if answer.status in (400, 401):
            # invalid_grant: a key that was deleted, or an account that is disabled.
            raise Refused(ReadError("credential_rejected", "service_account", _words(answer)))
        if answer.error:
            raise Refused(refusal_of(answer))
        return str(json.loads(answer.body)["access_token"])


def _refusal(answer: FetchResult) -> ReadError:
    words = _words(answer)
    if answer.status == 401:
        return ReadError("credential_rejected", "service_account", words)
    if answer.status == 403:
        is_disabled = b"SERVICE_DISABLED" in answer.body
        return ReadError("api_disabled" if is_disabled else "not_allowed", "property", words)
    if answer.status in (400, 404):
        return ReadError("not_found", "property", words)
    return refusal_of(answer)


def _words(answer: FetchResult) -> str:
    """Return what Google says about an error."""
    try:
        body = json.loads(answer.body)
        error = body["error"]
        said = error["message"] if isinstance(error, dict) else f"{error} {body.get('error_description', '')}"
    except (ValueError, KeyError, TypeError):
        said = f"status {answer.status}"
    return str(said)[:300].strip()


def _rows(page: Mapping[str, Any]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the values of the dimensions and of the metrics of each row; an empty report has no rows at all."""
    for row in page.get("rows") or ():
        names = [one.get("value", "") for one in row["dimensionValues"]]
        yield names, [one.get("value", "") for one in row["metricValues"]]


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()


def _is_known(dimension: Dimension, value: str) -> bool:
    if dimension is Dimension.CAMPAIGN:
        return value not in NO_CAMPAIGNS
    return dimension is not Dimension.SEARCH_TERM or value not in UNKNOWN


def _detail(detail: list[str]) -> str:
    """Return the medium of a source, or the content of a campaign, "" if it is not known."""
    return "" if not detail or detail[0] in UNKNOWN else detail[0]
