"""Replies by official accounts on the compare page: how many mentions each side replied to, how fast, and examples.

In: rows of monitoring/insights/official_replies.py. Out: frozen rows. Called by dashboards/views/compare_parts.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.formats import duration
from dashboards.presenters.compare import side_name
from dashboards.presenters.mention_rows import ShownMention, shown_mentions
from monitoring.insights.comparison import MIN_MENTIONS, Side, filter_of
from monitoring.insights.mentions import rows_of_documents
from monitoring.insights.official_replies import SideReplies
from monitoring.messages.labels import platform_name
from monitoring.models import Author, Document

EXAMPLES = 2  # of each side
SHOWN = SUGGESTED = 5  # accounts of each side, and suggested ones


@dataclass(frozen=True)
class AccountLink:
    """An author; `place` is the platform or site."""

    id: int
    name: str
    place: str


@dataclass(frozen=True)
class Example:
    """A mention, its reply, and the time between them."""

    mention: ShownMention
    reply: Document
    after: str


@dataclass(frozen=True)
class RepliesRow:
    """A side. `accounts` are the first ones. `share` is in percent, None below MIN_MENTIONS mentions; `median` is ""
    without replies. Both are absent if not all replies were read: `replied` is then the smallest possible number.
    """

    name: str
    who: int
    accounts: list[AccountLink]
    more_accounts: int
    mentions: int
    replied: int
    is_complete: bool
    share: int | None
    median: str
    examples: list[Example]


def replies_rows(found: Sequence[SideReplies]) -> list[RepliesRow]:
    """Return a row for each side, with its latest replies."""
    shown = [one.replied[:EXAMPLES] for one in found]
    documents = [reply.document_id for replies in shown for reply in replies]
    mentions = _by_document(documents, [one.side for one in found])
    texts = Document.objects.defer("search", "html").in_bulk(
        [reply.reply_id for replies in shown for reply in replies]
    )
    return [
        RepliesRow(
            name=side_name(one.side),
            who=place + 1,
            accounts=account_links(one.accounts[:SHOWN]),
            more_accounts=len(one.accounts[SHOWN:]),
            mentions=one.mentions,
            replied=len(one.replied),
            is_complete=one.is_complete,
            share=_share(one),
            median=duration(one.median_s) if one.median_s is not None and one.is_complete else "",
            examples=[
                Example(mentions[reply.document_id], texts[reply.reply_id], duration(reply.seconds))
                for reply in replies
                if reply.document_id in mentions and reply.reply_id in texts
            ],
        )
        for place, (one, replies) in enumerate(zip(found, shown, strict=True))
    ]


def _share(one: SideReplies) -> int | None:
    is_known = one.is_complete and one.mentions >= MIN_MENTIONS
    return round(100 * len(one.replied) / one.mentions) if is_known else None


def account_links(accounts: Iterable[Author]) -> list[AccountLink]:
    return [AccountLink(one.pk, str(one), one.site or platform_name(one.platform)) for one in accounts]


def suggested_accounts(found: Sequence[SideReplies]) -> list[AccountLink]:
    """Return authors with the name of a side that has no official account: they may be one."""
    names = [keyword.name for one in found if not one.accounts for keyword in one.side.keywords]
    rows = Author.objects.filter(
        project=found[0].side.f.project_id, name__in=names, mention_count__gt=0, erased_at=None, speaks_for=None
    )
    return account_links(rows.order_by("-mention_count", "pk")[:SUGGESTED]) if names else []


def _by_document(documents: list[int], sides: Sequence[Side]) -> dict[int, ShownMention]:
    rows = rows_of_documents(filter_of(sides), documents) if documents else ()
    return {row.document.pk: shown for row, shown in zip(rows, shown_mentions(rows), strict=True)}
