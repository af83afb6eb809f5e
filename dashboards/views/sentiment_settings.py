"""The sentiment settings of a project: its corrections and trained versions. Members read, admins decide."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.sentiment_badges import SentimentBadge
from dashboards.presenters.sentiment_settings import analysis_state, decision_words, shown_correction, trained_version
from monitoring.content.values import read_id
from monitoring.enrichment import learning_stats
from monitoring.enrichment.fit_layers import set_learning, use_layer
from monitoring.enrichment.model_status import last_status
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import split
from monitoring.models import SentimentLayer
from monitoring.sentiment.project_layer import MIN_CORRECTIONS


@project_view()
def sentiment_settings(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project, now = membership.project, timezone.now()
    state = learning_stats.model_state(project)
    corrections = learning_stats.correction_stats(project)
    versions = [trained_version(layer, state) for layer in learning_stats.layers(project)]
    month = MentionFilter.from_query(project, {"period": "30d"}, now, request.user.zone)
    month_split = split(month)
    status = last_status()
    context = {
        **analysis_state(project, state, status, request.GET, now),
        "corrections": corrections,
        "by_label": [(SentimentBadge(label), count) for label, count in corrections.by_label.items()],
        "newest": [shown_correction(correction) for correction in corrections.newest],
        "versions": versions,
        "version": next((one for one in versions if one.status == "used"), versions[0] if versions else None),
        "decisions": [(entry, decision_words(entry)) for entry in learning_stats.decisions(project)],
        "minimum": MIN_CORRECTIONS,
        "month": month_split,
        "threshold_percent": status and round(100 * status.threshold),
        "uncertain_percent": month_split.percent("uncertain"),
        "uncertain_query": month.replace(sentiments=("uncertain",)).to_query(),
        "is_own_model": settings.SENTIMENT_BACKEND == "onnx",
        "is_admin": membership.role == Role.ADMIN,
    }
    return render(request, "project_settings/sentiment.html", context)


@project_view()
def sentiment_progress(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The progress of the analysis, for htmx. GET `begin`, `first`, `number` as the page received them."""
    project = membership.project
    context = analysis_state(
        project, learning_stats.model_state(project), last_status(), request.GET, timezone.now()
    ) | {"is_asked": True}
    return render(request, "project_settings/_sentiment_state.html", context)


@project_view(Role.ADMIN)
@require_POST
def sentiment_version(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `number`: a trained version to restore, or 0 for the base model."""
    number = read_id(request.POST.get("number", ""))
    if number is None:
        raise Http404
    try:
        use_layer(membership.project, request.user, number)
    except SentimentLayer.DoesNotExist:
        raise Http404 from None
    text = _("Version %(number)s restored.") if number else _("Switched back to the base model.")
    messages.success(request, text % {"number": number})
    return redirect("sentiment_settings", membership.project_id)


@project_view(Role.ADMIN)
@require_POST
def sentiment_learning(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `learns`: 1 to turn learning on, 0 to turn it off."""
    learns = request.POST.get("learns") == "1"
    set_learning(membership.project, request.user, learns)
    messages.success(
        request, _("Learning from corrections turned on.") if learns else _("Learning from corrections turned off.")
    )
    return redirect("sentiment_settings", membership.project_id)
