"""The most repeated stories of the overview: the first item, how far it spread, and its course by day.

In: TopStories of monitoring/insights. Out: frozen rows with links to their lists. Called by
dashboards/views/overview_parts.py.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from accounts.formats import number
from dashboards.presenters.mention_rows import no_text, source_name
from dashboards.time_charts import spark_path
from monitoring.content.excerpts import excerpt, plain
from monitoring.insights.filters import MentionFilter
from monitoring.insights.top_stories import TopStories, TopStory

TITLE_CHARS = 120


@dataclass(frozen=True)
class StoryRow:
    """A story with its spread in words. `query` lists its items, `list_query` all items; `spark` is the path of the
    number of its items by day.
    """

    id: int
    title: str
    spread: str
    source: str
    first: datetime
    last: datetime
    query: str
    list_query: str
    spark: str


def story_rows(f: MentionFilter, found: TopStories) -> list[StoryRow]:
    """Return the stories in their order."""
    return [_row(f, story) for story in found.stories]


def _row(f: MentionFilter, story: TopStory) -> StoryRow:
    document = story.first
    items = ngettext("%(count)s item", "%(count)s items", story.items) % {"count": number(story.items)}
    sources = ngettext("in %(count)s source", "in %(count)s sources", story.source_count)
    return StoryRow(
        id=story.story_id,
        title=document.title or plain(excerpt(document.text, (), TITLE_CHARS)) or no_text(document),
        spread=f"{items} {sources % {'count': number(story.source_count)}}",
        source=source_name(document.source, document),
        first=document.published,
        last=story.last_published,
        query=f.replace(story_ids=(story.story_id,)).to_query(),
        list_query=f.to_query(),
        spark=spark_path(story.by_day),
    )
