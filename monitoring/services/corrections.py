"""What people make of a mention's sentiment. In: mentions and the right label. Out: what changed, for undo.

A correction holds at once and for good; half a minute later the project's layer is fitted anew (learning.py).
Called by the mention pages and the API.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring import sentiment
from monitoring.enrichment.judge import passages_of, with_texts
from monitoring.enrichment.model_status import last_heard
from monitoring.models import Correction, Mention, SentimentState
from monitoring.models.mentions import probabilities
from monitoring.services.triage import Change, told

LABELS = (Mention.Sentiment.POSITIVE, Mention.Sentiment.NEUTRAL, Mention.Sentiment.NEGATIVE)
REFIT_DELAY = timedelta(seconds=30)  # a person corrects several in a row


def correct_sentiment(project: Project, user: User | None, mention_ids: Iterable[int], label: str) -> list[Change]:
    """Set the sentiment of the project's mentions among these; "" takes corrections back, so that they have the label
    that the model gives. Returns what really changed. Raises ValueError for any other label.
    """
    if label and label not in LABELS:
        raise ValueError(f"not a label: {label}")
    with transaction.atomic():
        rows = Mention.objects.filter(keyword__project=project, pk__in=list(mention_ids)).order_by("pk")
        mentions = list(with_texts(rows).select_for_update(of=("self",)))
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
            _take_back(wrong)
        SentimentState.objects.update_or_create(project=project, defaults={"refit_at": timezone.now() + REFIT_DELAY})
        record(
            project,
            user,
            "mention.sentiment",
            told(wrong),
            sentiment=label,
            before={str(change.mention_id): change.before for change in changes},
        )
    return changes


def _differs(mention: Mention, label: str) -> bool:
    """A label that a person confirms is worth keeping too."""
    is_corrected = mention.judged_by == Mention.BY_PERSON
    return mention.sentiment != label or not is_corrected if label else is_corrected


def _take_back(mentions: list[Mention]) -> None:
    """The label that the probabilities make is shown at once; judging anew keeps them up with the judge, and comes to
    these mentions, which no version has judged, if it is under way. Where it cannot be told, the queue judges them.
    """
    heard = last_heard()
    for mention in mentions:
        found = probabilities(mention) if heard and not heard.error else None
        row = found and [found[label] for label in sentiment.LABELS]
        mention.sentiment = sentiment.label_of(row, heard.threshold) if row else ""
        mention.judged_by = ""
    Mention.objects.bulk_update(mentions, ["sentiment", "judged_by"])


def _keep(project: Project, user: User | None, mentions: list[Mention], label: str) -> None:
    corrections = [
        Correction(
            project=project,
            mention=mention,
            user=user,
            label=label,
            shown=mention.sentiment,
            text=text,
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
