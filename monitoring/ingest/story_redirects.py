"""Remember which story took in the items of a story that no longer exists: links to it lead there.

Called by ingest/story_changes.py and services/stories.py in the transaction that deletes the story.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from monitoring.models import Story, StoryRedirect


def main_targets(moves: Iterable[tuple[int | None, int | None]]) -> dict[int, int]:
    """Return, by former story, the story that most of its items moved to. `moves` are pairs of both, one per item."""
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for former, target in moves:
        if former is not None and target is not None and target != former:
            counts[former][target] += 1
    return {former: max(found, key=lambda target: (found[target], -target)) for former, found in counts.items()}


def redirect_stories(project_id: int, targets: Mapping[int, int]) -> None:
    """Store the successors of those of these stories that have been deleted."""
    present = set(Story.objects.filter(pk__in=targets).values_list("pk", flat=True))
    StoryRedirect.objects.bulk_create(
        [
            StoryRedirect(pk=former, project_id=project_id, target=target)
            for former, target in sorted(targets.items())
            if former not in present
        ],
        update_conflicts=True,
        unique_fields=["story_id"],
        update_fields=["target"],
    )


def forget_redirects(story_ids: Iterable[int]) -> None:
    """Delete the successors of stories that exist again."""
    StoryRedirect.objects.filter(pk__in=list(story_ids)).delete()
