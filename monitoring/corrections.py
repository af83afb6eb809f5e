"""What people make of a mention's sentiment. In: mentions and the right label. Out: what changed, for undo.

A correction holds at once and for good; half a minute later the project's layer is fitted anew (learning.py).
Called by the mention pages and the API.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.models import Project, User
from monitoring.judging import passages_of
from monitoring.models import Correction, Mention, SentimentState
from monitoring.triage import Change

LABELS = (Mention.Sentiment.POSITIVE, Mention.Sentiment.NEUTRAL, Mention.Sentiment.NEGATIVE)
REFIT_DELAY = timedelta(seconds=30)  # a person corrects several in a row
MAX_TEXT = 2000


def correct_sentiment(project: Project, user: User | None, mention_ids: Iterable[int], label: str) -> list[Change]:
    """Set the sentiment of the project's mentions among these; "" takes corrections back and has the mentions judged
    anew. Returns what really changed. Raises ValueError for any other label.
    """
    if label and label not in LABELS:
        raise ValueError(f"not a label: {label}")
    with transaction.atomic():
        rows = Mention.objects.filter(topic__project=project, pk__in=list(mention_ids)).order_by("pk")
        mentions = list(rows.select_related("document", "topic").select_for_update(of=("self",)))
        wrong = [one for one in mentions if _differs(one, label)]
        if not wrong:
            return []
        ids = [mention.pk for mention in wrong]
        changes = [Change(one.pk, one.sentiment, label) for one in wrong]
        if label:
            _keep(project, user, wrong, label)
            Mention.objects.filter(pk__in=ids).update(sentiment=label, judged_by=Mention.BY_PERSON)
        else:
            Correction.objects.filter(mention_id__in=ids).delete()
            Mention.objects.filter(pk__in=ids).update(sentiment="", judged_by="")
        SentimentState.objects.update_or_create(project=project, defaults={"refit_at": timezone.now() + REFIT_DELAY})
        titles = {str(one.document) for one in wrong}
        record(
            project,
            user,
            "mention.sentiment",
            titles.pop() if len(titles) == 1 else f"{len(titles)} mentions",
            sentiment=label,
            before={str(change.mention_id): change.before for change in changes},
        )
    return changes


def _differs(mention: Mention, label: str) -> bool:
    """A label that a person confirms is worth keeping too."""
    is_corrected = mention.judged_by == Mention.BY_PERSON
    return mention.sentiment != label or not is_corrected if label else is_corrected


def _keep(project: Project, user: User | None, mentions: list[Mention], label: str) -> None:
    corrections = [
        Correction(
            project=project,
            mention=mention,
            user=user,
            label=label,
            shown=mention.sentiment,
            text=text[:MAX_TEXT],
            language=mention.document.language,
            created_at=timezone.now(),
        )
        for mention, text in zip(mentions, passages_of(mentions), strict=True)
    ]
    Correction.objects.bulk_create(
        corrections,
        update_conflicts=True,
        unique_fields=["mention"],
        # What was shown first is what the model had said.
        update_fields=["user", "label", "text", "language", "created_at"],
    )
