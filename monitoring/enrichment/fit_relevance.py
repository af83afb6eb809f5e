"""Fit a project's relevance to its decisions, and use it only where its suggestions help on those it didn't learn.

Called by Celery every minute (`refit_relevance`) and by the settings page (`use_version`, `set_learning`). After a
change of version score_relevance.py scores what awaits review.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from accounts.activity_log import record
from accounts.models import ActivityEntry, Project, User
from monitoring.enrichment.relevance_lesson import Decision, Read, decisions_of, read_documents
from monitoring.models import DocumentVector, RelevanceState, RelevanceVersion
from monitoring.models.relevance import DECISIONS, DELETED
from monitoring.relevance.measure import Fitted, Lesson, fit, is_enough

log = logging.getLogger(__name__)

REFIT_S = 3  # then the next project waits for the next run
PAUSE = timedelta(minutes=10)  # between two fits of a project: people decide on many items in a row
LATE = timedelta(minutes=1)  # from the time of a decision until other transactions see it
# Of the decisions, and of the newest quarter of them: vectors are used if so many documents have one.
MIN_ENCODED = 0.8
MAX_VERSIONS = 30  # per project, up to half a megabyte each


def refit_relevance(now: datetime, budget_s: float = REFIT_S) -> bool:
    """Fit the projects with new decisions, the longest due first, for about `budget_s` seconds.

    A fit that is killed is still due; of two concurrent fits of a project, one is stored.
    Return whether there is more.
    """
    deadline = time.monotonic() + budget_s
    due = list(_due(now))
    for number, project in enumerate(due, start=1):
        state, _is_new = RelevanceState.objects.get_or_create(project=project)
        _refit(project, state, now)
        if time.monotonic() >= deadline:
            return number < len(due)
    return False


def _due(now: datetime) -> QuerySet[Project]:
    """Return the projects with a decision, or a deleted item, since the last fit."""
    actions = (*DECISIONS, DELETED)
    entries = ActivityEntry.objects.filter(project=OuterRef("pk"), action__in=actions).order_by("-at")
    projects = Project.objects.filter(deleted_at=None).exclude(relevance_state__learns=False)
    projects = projects.exclude(relevance_state__fitted_at__gt=now - PAUSE)
    projects = projects.annotate(decided_at=Subquery(entries.values("at")[:1])).exclude(decided_at=None)
    is_new = Q(relevance_state__fitted_at=None) | Q(decided_at__gte=F("relevance_state__fitted_at") - LATE)
    return projects.filter(is_new).order_by(F("relevance_state__fitted_at").asc(nulls_first=True), "pk")


def _refit(project: Project, state: RelevanceState, now: datetime) -> None:
    decisions = decisions_of(project)
    encoder = _encoder_of(decisions)
    is_noise = {one.document_id: one.is_noise for one in decisions}
    read = read_documents(list(is_noise), encoder)
    labels = [is_noise[pk] for pk in read.ids]
    fitted = None
    if _is_known(state, read, labels, encoder):
        RelevanceState.objects.filter(pk=state.pk, fitted_at=state.fitted_at).update(fitted_at=now)
        return
    if is_enough(labels):
        fitted = fit(Lesson(read.features, read.texts, np.array(labels)))
    _store(state, fitted, read, labels, encoder, now)


def _is_known(state: RelevanceState, read: Read, is_noise: list[bool], encoder: str) -> bool:
    """Return whether the newest version was fitted to just these decisions: a tag more may change none."""
    if state.fitted_at is None:  # turned on again
        return False
    newest = RelevanceVersion.objects.filter(project_id=state.project_id, encoder=encoder).order_by("-number")
    known = newest.values_list("noise_ids", "kept_ids").first()
    return known is not None and tuple(map(set, known)) == _by_kind(read, is_noise)


def _by_kind(read: Read, is_noise: list[bool]) -> tuple[set[int], set[int]]:
    pairs = list(zip(read.ids, is_noise, strict=True))
    return {pk for pk, noise in pairs if noise}, {pk for pk, noise in pairs if not noise}


def _encoder_of(decisions: Sequence[Decision]) -> str:
    """Return the version of the vectors that nearly all of the documents have, the newest too; "" if there is none."""
    ids = [one.document_id for one in decisions]
    for some in (ids, ids[-max(len(ids) // 4, 1) :]):
        rows = DocumentVector.objects.filter(document_id__in=some).values("version").annotate(documents=Count("*"))
        most = rows.order_by("-documents", "version").first()
        if not most or most["documents"] < MIN_ENCODED * len(some):
            return ""
    return str(most["version"]) if most else ""


def _store(
    state: RelevanceState, fitted: Fitted | None, read: Read, is_noise: list[bool], encoder: str, now: datetime
) -> None:
    with transaction.atomic():
        # Compare-and-set: another worker stored its fit first, or an admin turned it off.
        same = RelevanceState.objects.filter(pk=state.pk, fitted_at=state.fitted_at, learns=True)
        if not same.update(fitted_at=now, scored_until=None, version=None):
            return
        if fitted is None:
            return
        versions = RelevanceVersion.objects.filter(project_id=state.project_id)
        by_text, by_time = fitted.by_text, fitted.by_time
        noise_ids, kept_ids = _by_kind(read, is_noise)
        version = RelevanceVersion.objects.create(
            project_id=state.project_id,
            number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
            encoder=encoder,
            weights=fitted.model.to_bytes(),
            threshold=fitted.threshold,
            decisions=by_text.decisions,
            noise=by_text.noise,
            suggested=by_text.suggested,
            right=by_text.right,
            newest_decisions=by_time.decisions,
            newest_noise=by_time.noise,
            newest_suggested=by_time.suggested,
            newest_right=by_time.right,
            noise_ids=sorted(noise_ids),
            kept_ids=sorted(kept_ids),
            is_better=fitted.is_better,
        )
        if fitted.is_better:
            RelevanceState.objects.filter(pk=state.pk).update(version=version)
        versions.filter(number__lte=version.number - MAX_VERSIONS).delete()
    log.info(
        "event=relevance_fitted project=%s number=%s decisions=%s suggested=%s right=%s used=%s",
        *(state.project_id, version.number, by_text.decisions, by_text.suggested, by_text.right, fitted.is_better),
    )


def use_version(project: Project, user: User, number: int) -> None:
    """Use a former version, or none (0), until the next decisions.

    Raises RelevanceVersion.DoesNotExist for a version that is not better.
    """
    version = None
    if number:
        versions = RelevanceVersion.objects.defer("weights").filter(project=project)
        version = versions.get(number=number, is_better=True)
    with transaction.atomic():
        RelevanceState.objects.update_or_create(project=project, defaults={"version": version, "scored_until": None})
        record(project, user, "relevance.version", project, number=number)


def set_learning(project: Project, user: User, learns: bool) -> None:
    """Turn suggestions off, or turn them on and fit all decisions."""
    with transaction.atomic():
        values = {"learns": learns, "fitted_at": None, "version": None, "scored_until": None}
        RelevanceState.objects.update_or_create(project=project, defaults=values)
        record(project, user, "relevance.learning", project, learns=learns)
