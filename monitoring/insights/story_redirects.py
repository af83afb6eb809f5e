"""Where the items of stories went that no longer exist. Called by the filter, the page of a story and the API."""

from collections.abc import Iterable

from django.db import connection

# UNION leaves out what was found before, so a circle would end too.
_PRESENT = """
WITH RECURSIVE step (id, target) AS (
    SELECT story_id, target FROM monitoring_storyredirect WHERE story_id = ANY(%s) AND project_id = %s
    UNION SELECT step.id, next.target FROM step JOIN monitoring_storyredirect next ON next.story_id = step.target
        AND next.project_id = %s
)
SELECT step.id, story.id FROM step JOIN monitoring_story story ON story.id = step.target AND story.project_id = %s
"""


def present_stories(project_id: int, story_ids: Iterable[int]) -> dict[int, int]:
    """Return the stories that took in the items of stories that no longer exist, by the ids of the latter."""
    ids = list(story_ids)
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, [ids, project_id, project_id, project_id])
        return dict(cursor.fetchall())
