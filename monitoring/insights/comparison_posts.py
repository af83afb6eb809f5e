"""Authors who write about several sides of a comparison, and the posts of a side with the most engagement.

In: sides of comparison.py. Out: frozen rows, each number that of the list behind it. Called by the compare page and
the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.insights.comparison import Side
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, rows_of_documents
from monitoring.insights.sql import read_over

TOP_AUTHORS = 8
TOP_POSTS = 5


@dataclass(frozen=True, slots=True)
class SharedAuthor:
    """An author by name, with the number of items about each side, in the order of the sides."""

    name: str
    counts: tuple[int, ...]


_AUTHORS = """
SELECT author, array_agg(side ORDER BY side), array_agg(number ORDER BY side) FROM (
    SELECT author, side, count(*) AS number FROM (
        SELECT DISTINCT author, side, document_id
        FROM ({rows}) AS mentions JOIN unnest(%s::bigint[], %s::int[]) AS sides(keyword, side)
            ON sides.keyword = mentions.keyword_id
    ) AS documents GROUP BY author, side
) AS counts
GROUP BY author HAVING count(*) > 1
ORDER BY min(number) DESC, sum(number) DESC, author LIMIT %s
"""


def shared_authors(sides: Sequence[Side]) -> list[SharedAuthor]:
    """Return the authors with items about at least two sides, first those with many about each of them."""
    if len(sides) < 2:
        return []
    pairs = [(keyword, place) for place, side in enumerate(sides) for keyword in side.ids]
    f = sides[0].f.replace(keywords=tuple(keyword for keyword, _place in pairs))
    rows = f.mentions().exclude(author="").values("author", "keyword_id", "document_id").order_by()
    keywords, places = map(list, zip(*pairs, strict=True))
    found = [
        (name, dict(zip(at, numbers, strict=True)))
        for name, at, numbers in read_over(rows, _AUTHORS, after=[keywords, places, TOP_AUTHORS])
    ]
    return [SharedAuthor(name, tuple(by.get(place, 0) for place in range(len(sides)))) for name, by in found]


def most_engaging(f: MentionFilter, limit: int = TOP_POSTS) -> list[MentionRow]:
    """Return the posts with the most engagement, as far as their platforms give it."""
    rows = f.mentions().filter(engagement__gt=0).order_by("-engagement", "-published", "document_id")
    # A document has one mention per keyword.
    found = list(dict.fromkeys(rows.values_list("document_id", flat=True)[: limit * max(len(f.scope), 1)]))[:limit]
    return sorted(rows_of_documents(f, found), key=lambda row: found.index(row.document.pk))
