"""Undo one change of the activity log: of triage, sentiment, the story of items, or a reply marked as published.

In: the id of an entry. Out: a `Change`. Called by the pages and the API.
"""

from accounts.models import ActivityEntry, Project, User
from monitoring.services import corrections, stories, triage
from monitoring.services.triage_log import Change
from workplace import drafts

UNDOABLE = triage.UNDOABLE | stories.UNDOABLE | {corrections.SENTIMENT, drafts.SENT}


def undo(project: Project, user: User, entry_id: int) -> Change:
    """Restore what a change replaced, except what was changed again since. Undoing twice changes nothing.

    Raises ActivityEntry.DoesNotExist for an entry of another project, or of a change that can't be undone.
    """
    entry = ActivityEntry.objects.get(pk=entry_id, project=project, action__in=UNDOABLE)
    if entry.action in stories.UNDOABLE:
        change = stories.undo_story_change(project, user, entry_id)
        return Change(change.entry_id, change.document_ids)
    if entry.action == corrections.SENTIMENT:
        return corrections.undo_correction(project, user, entry_id)
    if entry.action == drafts.SENT:
        return drafts.undo_sent(project, user, entry_id)
    return triage.undo(project, user, entry_id)
