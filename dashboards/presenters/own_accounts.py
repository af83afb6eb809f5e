"""The own accounts of a project with their followers, as the page of goals lists them.

In: accounts, and today. Out: frozen rows, with one query for the counts of all. Called by dashboards/views/goals.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.formats import number, short_day
from dashboards.time_charts import spark_path
from monitoring.insights.sentiment_words import MINUS
from monitoring.messages.labels import platform_name
from monitoring.messages.source_errors import error_text
from workplace.models import OwnAccount
from workplace.own_accounts import counts_between

CHART_DAYS, CHANGE_DAYS = 90, 28
CONNECT_WORDS = gettext_lazy(
    "No account has been counted yet. Connect an account of Bluesky, Mastodon search, X, YouTube, a Facebook or "
    "LinkedIn Page, or Instagram under Sources: its followers are counted within minutes, then once a day."
)


@dataclass(frozen=True)
class AccountRow:
    """An account: texts, "" where they say nothing, and the path of its sparkline.

    `problem` is why it wasn't counted lately, and `advice` what to do.
    """

    name: str
    platform: str
    followers: str
    change: str
    counted: str
    spark: str
    problem: str
    advice: str


def account_label(account: OwnAccount) -> str:
    """Return the name of an account with its platform, for lists to select from."""
    return f"{account} ({platform_name(account.platform)})"


def account_rows(accounts: Sequence[OwnAccount], today: date) -> list[AccountRow]:
    """Return a row for each account."""
    first = today - timedelta(days=CHART_DAYS - 1)
    counts = counts_between([account.pk for account in accounts], first, today)
    return [_row(account, counts[account.pk], first, today) for account in accounts]


def _row(account: OwnAccount, counts: Mapping[date, int], first: date, today: date) -> AccountRow:
    problem, advice = "", ""
    if account.credential_id is None:
        problem, advice = _("Not connected any more."), _("Connect it again under Sources to go on.")
    elif account.error_code:
        text = error_text(account.error_code)
        problem, advice = str(text.message), str(text.advice)
    last = max(counts, default=None)
    low = min(counts.values(), default=0)
    days = [first + timedelta(days=at) for at in range((today - first).days + 1)]
    return AccountRow(
        name=str(account),
        platform=str(platform_name(account.platform)),
        followers=number(counts[last]) if last else "–",
        change=_change(counts, last) if last else "",
        counted=short_day(last) if last else "",
        spark=spark_path([counts[day] - low if day in counts else None for day in days], shows_gaps=True),
        problem=problem,
        advice=advice,
    )


def _change(counts: Mapping[date, int], last: date) -> str:
    """Return how many more there are than four weeks before, or on the first day after that was counted."""
    start = min(day for day in counts if day >= last - timedelta(days=CHANGE_DAYS))
    if start == last:
        return ""
    change = counts[last] - counts[start]
    sign = "+" if change > 0 else MINUS if change < 0 else ""
    words = {"change": f"{sign}{number(abs(change))}", "day": short_day(start)}
    return _("%(change)s since %(day)s") % words
