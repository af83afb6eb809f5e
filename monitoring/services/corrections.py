"""Correct the sentiment of mentions, and undo corrections.

In: a project, mention ids and the right label. Out: a `Change`, whose entry undoes it. A correction applies
immediately and is never overwritten; half a minute later the project's layer is fitted again
(enrichment/fit_layers.py). Called by the mention pages and the API.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import ActivityEntry, Project, User
from monitoring import sentiment
from monitoring.enrichment.analyzer import passages_of, with_texts
from monitoring.enrichment.model_status import last_status
from monitoring.models import Correction, DocumentActivity, Mention, SentimentState
from monitoring.models.mentions import probabilities
from monitoring.services.triage_log import UNDONE, Before, Change, Conflict, Seen, last_changes, log_change

LABELS = (Mention.Sentiment.POSITIVE, Mention.Sentiment.NEUTRAL, Mention.Sentiment.NEGATIVE)
SENTIMENT = "mention.sentiment"  # an action of the activity log
CORRECTED = "corrected"  # among the replaced values of an entry: the former corrections, "" for labels of the model
REFIT_DELAY = timedelta(seconds=30)  # a person corrects several in a row


def correct_sentiment(
    project: Project, user: User | None, mention_ids: Iterable[int], label: str, read_at: datetime | None = None
) -> Change:
    """Set the sentiment of the project's mentions among these ids; "" undoes corrections.

    With `read_at` (UTC), items whose sentiment somebody else has corrected since are left, and returned as conflicts.
    Raises ValueError for any label that is not in LABELS.
    """
    if label and label not in LABELS:
        raise ValueError(f"not a label: {label}")
    with transaction.atomic():
        wrong = [one for one in _locked(project, mention_ids) if _differs(one, label)]
        conflicts = _conflicts(wrong, Seen({}, user, read_at)) if read_at else ()
        left = {conflict.mention_id for conflict in conflicts}
        wrong = [one for one in wrong if one.pk not in left]
        before = _values(wrong)
        _set(project, user, dict.fromkeys(wrong, label))
        entry = log_change(project, user, SENTIMENT, before, sentiment=label)
    return Change(entry.pk if entry else None, tuple(sorted(before)), conflicts)


def undo_correction(project: Project, user: User | None, entry_id: int) -> Change:
    """Restore the corrections before a change, or the labels of the model, except those that were changed again since.

    Undoing twice changes nothing. Raises ActivityEntry.DoesNotExist for an entry of another project, of another
    action, or of a version that did not store what it replaced.
    """
    with transaction.atomic():
        entry = ActivityEntry.objects.get(pk=entry_id, project=project, action=SENTIMENT)
        links = list(DocumentActivity.objects.filter(entry=entry).values_list("before", flat=True))
        if not all(CORRECTED in values for values in links):
            raise ActivityEntry.DoesNotExist
        former = {int(pk): label for values in links for pk, label in values[CORRECTED].items()}
        given = entry.detail["sentiment"]
        rows = [one for one in _locked(project, former) if _correction(one) == given != former[one.pk]]
        before = _values(rows)
        _set(project, user, {one: former[one.pk] for one in rows})
        undone = log_change(project, user, UNDONE, before, undone=entry.pk, change=SENTIMENT)
    return Change(undone.pk if undone else None, tuple(sorted(before)))


def _locked(project: Project, mention_ids: Iterable[int]) -> list[Mention]:
    rows = Mention.objects.filter(keyword__project=project, pk__in=list(mention_ids)).order_by("pk")
    return list(with_texts(rows).select_for_update(of=("self",)))


def _set(project: Project, user: User | None, labels: Mapping[Mention, str]) -> None:
    """Correct these locked mentions to their labels; "" undoes their corrections."""
    if not labels:
        return
    by_label = defaultdict(list)
    for mention, label in labels.items():
        by_label[label].append(mention)
    for label, mentions in by_label.items():
        ids = [mention.pk for mention in mentions]
        if label:
            _store_corrections(project, user, mentions, label)
            Mention.objects.filter(pk__in=ids).update(sentiment=label, analyzed_by=Mention.BY_PERSON)
        else:
            Correction.objects.filter(mention_id__in=ids).delete()
            _restore_labels(mentions)
    SentimentState.objects.update_or_create(project=project, defaults={"refit_at": timezone.now() + REFIT_DELAY})


def _values(mentions: Iterable[Mention]) -> Before:
    """Return the label of each mention by its document, and which of them a person gave."""
    before: dict[int, dict[str, dict[str, str]]] = {}
    for one in mentions:
        values = before.setdefault(one.document_id, {"sentiment": {}, CORRECTED: {}})
        values["sentiment"][str(one.pk)] = one.sentiment
        values[CORRECTED][str(one.pk)] = _correction(one)
    return before


def _correction(mention: Mention) -> str:
    return mention.sentiment if mention.analyzed_by == Mention.BY_PERSON else ""


def _conflicts(mentions: Iterable[Mention], seen: Seen) -> tuple[Conflict, ...]:
    rows = list(mentions)
    entries = last_changes({one.document_id for one in rows}, SENTIMENT) if rows else {}
    missed = [
        (one, entry)
        for one in rows
        if (entry := entries.get(one.document_id)) is not None and seen.is_missed(one.pk, entry)
    ]
    return tuple(Conflict(one.pk, one.document_id, one.sentiment, entry.user, entry.at) for one, entry in missed)


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
