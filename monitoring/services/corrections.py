"""Correct the sentiment of mentions, and undo corrections.

In: a project, mention ids and the right label. Out: the changes, from which callers offer undo. A correction applies
immediately and is never overwritten; half a minute later the project's layer is fitted again
(enrichment/fit_layers.py). Called by the mention pages and the API.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import Project, User
from monitoring import sentiment
from monitoring.enrichment.analyzer import passages_of, with_texts
from monitoring.enrichment.model_status import last_status
from monitoring.models import Correction, Mention, SentimentState
from monitoring.models.mentions import probabilities
from monitoring.services.triage_log import log_change

LABELS = (Mention.Sentiment.POSITIVE, Mention.Sentiment.NEUTRAL, Mention.Sentiment.NEGATIVE)
REFIT_DELAY = timedelta(seconds=30)  # a person corrects several in a row


class MentionChange(NamedTuple):
    """A mention whose sentiment changed; setting `before` again undoes the change."""

    mention_id: int
    before: str
    after: str


def correct_sentiment(
    project: Project, user: User | None, mention_ids: Iterable[int], label: str
) -> list[MentionChange]:
    """Set the sentiment of the project's mentions among these ids; "" undoes corrections.

    Return only the mentions that changed. Raises ValueError for any label that is not in LABELS.
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
        changes = [MentionChange(one.pk, one.sentiment, label) for one in wrong]
        if label:
            _store_corrections(project, user, wrong, label)
            Mention.objects.filter(pk__in=ids).update(sentiment=label, analyzed_by=Mention.BY_PERSON)
        else:
            Correction.objects.filter(mention_id__in=ids).delete()
            _restore_labels(wrong)
        SentimentState.objects.update_or_create(project=project, defaults={"refit_at": timezone.now() + REFIT_DELAY})
        before: dict[int, dict[str, object]] = {}
        for one in wrong:
            labels = before.setdefault(one.document_id, {"sentiment": {}})["sentiment"]
            labels[str(one.pk)] = one.sentiment  # type: ignore[index]  # a dict, see above
        log_change(project, user, "mention.sentiment", before, sentiment=label)
    return changes


def _differs(mention: Mention, label: str) -> bool:
    """Return whether a label changes a mention. Confirming the model's label is a correction too."""
    is_corrected = mention.analyzed_by == Mention.BY_PERSON
    return mention.sentiment != label or not is_corrected if label else is_corrected


def _restore_labels(mentions: list[Mention]) -> None:
    """Give mentions the label of their probabilities, or none if no worker has reported its threshold.

    Re-analysis keeps the probabilities of corrected mentions current. `analyzed_by` is emptied: a running re-analysis
    includes these mentions, and those without a label are pending.
    """
    status = last_status()
    threshold = status.threshold if status and not status.error else None
    for mention in mentions:
        found = probabilities(mention) if threshold is not None else None
        row = found and [found[label] for label in sentiment.LABELS]
        mention.sentiment = sentiment.label_of(row, threshold) if row and threshold is not None else ""
        mention.analyzed_by = ""
    Mention.objects.bulk_update(mentions, ["sentiment", "analyzed_by"])


def _store_corrections(project: Project, user: User | None, mentions: list[Mention], label: str) -> None:
    corrections = [
        Correction(
            project=project,
            mention=mention,
            document_id=mention.document_id,
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
        # `shown` stays the model's label when a correction is corrected.
        update_fields=["user", "label", "document", "text", "language", "created_at"],
    )
