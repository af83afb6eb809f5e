"""Changes of the selected mentions of the inbox: what was posted in, the change and its words out.

`change` is an operation of forms/operation.py, JOIN, or CORRECT with a label. Called by dashboards/views/bulk.py.
"""

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import Project, User
from dashboards.forms.operation import read_operation
from dashboards.forms.triage import apply_change, read_time
from dashboards.presenters.bulk_change import story_change_words
from monitoring.content.values import read_ids
from monitoring.insights.filters import MentionFilter
from monitoring.insights.stories import with_alike, with_stories
from monitoring.models import Mention
from monitoring.services import stories
from monitoring.services.corrections import LABELS, correct_sentiment
from monitoring.services.triage_log import Change

JOIN = "story:join"
CORRECT = "sentiment:"  # with a label, "" to undo corrections
MAX_ITEMS = 200  # of a selection
MAX_IDS = 2000  # an item has a mention per keyword


def is_of_view(data: QueryDict) -> bool:
    """Return whether the change is of all that the filter of the inbox finds, not of a selection."""
    return data.get("scope") == "view"


def is_operation(data: QueryDict) -> bool:
    """Return whether a whole view can be changed so: joining and correcting take mentions that the person has seen."""
    kind = data.get("change", "")
    return kind != JOIN and not kind.startswith(CORRECT)


def posted_ids(data: QueryDict) -> list[int]:
    """Return the ids of the posted mentions, unchecked."""
    return read_ids(data.getlist("id")[:MAX_IDS])


def change_selection(project: Project, user: User, data: QueryDict, f: MentionFilter | None) -> tuple[Change, str]:
    """Make the change; "" if its words are those of every change. `f` is the filter of the list on the page.

    Raises ValidationError for a wrong change, and for a selection that is empty, too large or of another project.
    """
    if is_operation(data):
        operation = read_operation(project, user, data)
        ids = _selected(project, data, f)
        return apply_change(operation, project, user, ids, None, read_time(data)), ""
    kind = data.get("change", "")
    if kind != JOIN and kind.removeprefix(CORRECT) not in ("", *LABELS):
        raise ValidationError(_("Choose a value from the list."), code="invalid")
    if is_of_view(data):
        raise ValidationError(_("Select the mentions in the list."), code="view")
    if kind == JOIN:
        return _join(project, user, _selected(project, data, f))
    return _correct(project, user, data, f)


def _join(project: Project, user: User, ids: list[int]) -> tuple[Change, str]:
    """Join the selected items, with all items of their stories, into one story."""
    mentions = Mention.objects.filter(keyword__project=project, pk__in=ids)
    documents = set(mentions.values_list("document_id", flat=True))
    change = stories.join_stories(project, user, sorted(documents)[: stories.MAX_DOCUMENTS])
    if not change.entry_id:
        raise ValidationError(_("Select at least two mentions that aren’t one story yet."), code="too_few")
    count = len(documents)
    words = ngettext("%(number)s item joined into one story.", "%(number)s items joined into one story.", count)
    return Change(change.entry_id, change.document_ids), words % {"number": number(count)}


def _correct(project: Project, user: User, data: QueryDict, f: MentionFilter | None) -> tuple[Change, str]:
    """Correct the sentiment of the selected mentions and, in rows of stories, of the near-identical items."""
    ids = _chosen(project, data)
    label = data.get("change", "").removeprefix(CORRECT)
    change = correct_sentiment(project, user, with_alike(f, ids) if f and f.is_folded else ids, label, read_time(data))
    return change, story_change_words(None, change, user)


def _selected(project: Project, data: QueryDict, f: MentionFilter | None) -> list[int]:
    """Return the ids of the selected mentions and, where a row stands for a story, of its other items in the list."""
    ids = _chosen(project, data)
    return with_stories(f, ids) if f and f.is_folded else ids


def _chosen(project: Project, data: QueryDict) -> list[int]:
    """Return the ids of the selected mentions. Raises ValidationError for none, too many or foreign ones."""
    texts = data.getlist("id")
    ids = read_ids(texts)
    own = Mention.objects.filter(keyword__project=project, pk__in=ids[:MAX_IDS])
    if not ids or len(ids) < len(texts) or not own.exists():
        raise ValidationError(_("Select mentions first."), code="missing")
    if len(ids) > MAX_IDS or own.values("document_id").distinct().count() > MAX_ITEMS:
        text = ngettext("Select up to %(number)s mention.", "Select up to %(number)s mentions.", MAX_ITEMS)
        raise ValidationError(text % {"number": MAX_ITEMS}, code="too_many")
    return ids
