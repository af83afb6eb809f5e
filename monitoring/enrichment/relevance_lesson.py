"""Read what a project's team has decided about items, as examples of noise and of what is kept.

In: a project, or ids of documents. Out: `Decision`s, oldest item first, and texts with their features. Called by
fit_relevance.py and score_relevance.py.

Noise is what people ignored without a reason, or as spam or off topic. Kept is what they replied to or marked for a
reply, tagged, corrected, called relevant, or ignored for a reason that only concerns a relevant item, such as
"already resolved". What a mute ignored, and what says neither, is no example.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from accounts.models import Project
from monitoring.models import Correction, Document, DocumentActivity, Mention, MentionTag, Triage, vectors
from monitoring.models.relevance import DECISIONS
from monitoring.models.triage import NOISE_REASONS
from monitoring.relevance.features import MAX_CHARACTERS, Features

MAX_DECISIONS = 1500  # the newest: about 5 s to fit
# Entries per document, as people tag what they have decided, and decide again.
MAX_ENTRIES = 4 * MAX_DECISIONS

Status, Reason = Mention.Status, Triage.Reason
# Says neither that an item is noise nor that it isn't.
_UNCLEAR = Reason.OTHER


@dataclass(frozen=True)
class Decision:
    """A document, and whether the team ignored it as noise."""

    document_id: int
    is_noise: bool


@dataclass(frozen=True)
class Read:
    """The documents that could be read, with hashes of what was read, texts and features in the order of `ids`."""

    ids: list[int]
    hashes: list[bytes]
    texts: list[str]
    features: Features


def decisions_of(project: Project) -> list[Decision]:
    """Return the newest decisions, those about the oldest items first.

    Their own order would say little: people ignore a whole selection, then reply to the rest.
    """
    entries = DocumentActivity.objects.filter(
        entry__project=project, entry__action__in=DECISIONS, document__deleted_at=None
    )
    newest_first = entries.order_by("-entry__at", "-pk").values_list("document_id", flat=True)[:MAX_ENTRIES]
    ids = list(dict.fromkeys(newest_first))[:MAX_DECISIONS]
    is_noise = _is_noise(ids)
    return [Decision(pk, is_noise[pk]) for pk in sorted(ids) if pk in is_noise]


def _is_noise(ids: Collection[int]) -> dict[int, bool]:
    """Return which documents are noise and which are kept, without those that are neither."""
    statuses: Mapping[int, set[str]] = defaultdict(set)
    rows = Mention.objects.filter(document_id__in=ids, muted_by=None)
    for pk, status in rows.values_list("document_id", "status").distinct():
        statuses[pk].add(status)
    triage = Triage.objects.in_bulk(ids)
    worked_on = set(MentionTag.objects.filter(document_id__in=ids).values_list("document_id", flat=True))
    worked_on |= set(Correction.objects.filter(document_id__in=ids).values_list("document_id", flat=True))
    found = {}
    for pk in ids:
        is_noise = _decision(statuses[pk], triage.get(pk) or Triage(reason=""), pk in worked_on)
        if is_noise is not None:
            found[pk] = is_noise
    return found


def _decision(statuses: set[str], triage: Triage, is_worked_on: bool) -> bool | None:
    if triage.is_relevant or triage.first_replied_at or statuses & {Status.REPLIED, Status.NEEDS_REPLY}:
        return False
    if statuses != {Status.IGNORED}:
        return False if is_worked_on else None
    if triage.reason in NOISE_REASONS:
        return True
    if triage.reason == _UNCLEAR and not is_worked_on:
        return None
    return not triage.reason and not is_worked_on


def read_documents(ids: Collection[int], encoder: str) -> Read:
    """Return those of the documents that have a text, in the order of `ids`.

    With an `encoder`, those alone that have a vector of this version.
    """
    documents = Document.objects.filter(pk__in=ids, deleted_at=None).only("title", "text").in_bulk()
    found = [pk for pk in ids if pk in documents]
    matrix = None
    if encoder:
        known, numbers = vectors.read(found, encoder)
        row = {pk: number for number, pk in enumerate(known.tolist())}
        found = [pk for pk in found if pk in row]
        matrix = numbers[np.array([row[pk] for pk in found], np.int64)]
    texts = [f"{documents[pk].title}\n{documents[pk].text}" for pk in found]
    hashes = [vectors.text_hash(documents[pk]) for pk in found]
    return Read(found, hashes, texts, Features.of([text[:MAX_CHARACTERS] for text in texts], matrix))
