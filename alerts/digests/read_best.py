"""Read the best items of a digest: a filter in, one ranked Section out. Called by alerts/digests/read.py.

The newest CANDIDATES rows of the folded list are ranked; what is older than those counts as left out.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Count

from alerts.digests.content import BEST, Section
from alerts.digests.ranking import Facts, reasons, score
from alerts.digests.read_items import covers_of, first_rows, item_of, rows_with_documents, sizes_of
from monitoring.insights.filters import MentionFilter
from monitoring.matching.spans import spans_of
from monitoring.models import Document, Keyword, Mention

CANDIDATES = 200
LISTED = 10


def read_best(current: MentionFilter, keywords: Sequence[Keyword], total: int) -> tuple[Section, ...]:
    """Return the section of the best items, none without mentions. Eight queries."""
    if not total:
        return ()
    rows = first_rows(current, CANDIDATES, by_keyword=False).get(0, [])
    mentions = rows_with_documents([row.mention_id for row in rows])
    rows = [row for row in rows if row.mention_id in mentions]
    shown = {row.key for row in rows}
    covers, sizes = covers_of(current, (), shown), sizes_of(current, shown)
    matched = {key: [one for one in keywords if str(one.pk) in sections] for key, sections in covers.items()}
    earlier = _earlier(current, {key for key in shown if key > 0})
    facts = {row.key: _facts(mentions[row.mention_id], matched[row.key], earlier.get(row.key, 0)) for row in rows}
    best = sorted(rows, key=lambda row: (-score(facts[row.key]), -row.mention_id))[:LISTED]
    items = tuple(
        replace(
            item_of(mentions[row.mention_id], BEST, matched[row.key], {BEST: size}, size),
            reasons=reasons(facts[row.key]),
        )
        for row, size in ((row, sizes.get(row.key, 1)) for row in best)
    )
    rest = max(total - sum(item.covers[BEST] for item in items), 0)
    return (Section(BEST, "", {}, total, rest, items),)


def _facts(mention: Mention, keywords: list[Keyword], earlier: int) -> Facts:
    document = mention.document
    is_analyzed = mention.negative is not None and mention.positive is not None
    return Facts(
        in_title=bool(spans_of(document, [keyword.query for keyword in keywords])["title"]),
        keywords=len(keywords),
        followers=document.followers,
        engagement=document.engagement,
        emotion=max(mention.negative or 0.0, mention.positive or 0.0) if is_analyzed else None,
        earlier=earlier,
    )


def _earlier(current: MentionFilter, story_ids: set[int]) -> dict[int, int]:
    """Return by story the number of its items that were stored before the window."""
    rows = Document.objects.filter(story_id__in=story_ids, fetched_at__lt=current.since).values_list("story_id")
    return dict(rows.annotate(items=Count("*")).order_by())
