"""Why an item is a mention, one sentence for each of its keywords.

In: a row of monitoring/insights/mentions.py. Out: frozen rows for templates/mentions/_reasons.html. The page "Explain
a match" shows the same conditions as a tree.
"""

from dataclasses import dataclass
from datetime import datetime

from monitoring.insights.mentions import MentionRow
from monitoring.messages.explanations import found_where
from monitoring.models import Keyword
from monitoring.query_tools import explain

# For all keywords of the item together; the page says less about those that come after.
SECONDS = 0.3


@dataclass(frozen=True)
class MatchReason:
    """`found` says what was found where: the second half of a sentence; "" if the query does not match any more.

    `unmatched_at` is set if that is because its source edited the item. `is_known` is False where the time was up.
    """

    keyword: Keyword
    found: str
    unmatched_at: datetime | None
    is_known: bool


def match_reasons(row: MentionRow) -> list[MatchReason]:
    """Return a reason for each keyword of an item, with one query."""
    answers = explain.answers(explain.of_document(row.document), row.keywords, SECONDS)
    return [
        MatchReason(
            mention.keyword,
            found_where(answer.condition) if answer.matches and answer.condition else "",
            mention.unmatched_at,
            answer.condition is not None or answer.error is not None,
        )
        for mention, answer in zip(row.mentions, answers, strict=True)
    ]
