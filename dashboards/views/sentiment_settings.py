"""What the project's corrections teach: how many, how well, what is used. Members read, admins decide."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_view
from accounts.models import ActivityEntry, Membership, Project, Role
from dashboards.presenters.sentiment_badges import SentimentBadge
from monitoring.content.values import read_id
from monitoring.enrichment import learning_stats
from monitoring.enrichment.fit_layers import set_learning, use_layer
from monitoring.enrichment.learning_stats import ModelState, RescoringProgress
from monitoring.enrichment.model_status import ModelStatus, last_status
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import split
from monitoring.models import Correction, SentimentLayer
from monitoring.sentiment.project_layer import MIN_CORRECTIONS

EXCERPT_CHARS = 160


@project_view()
def sentiment_settings(request: HttpRequest, membership: Membership) -> HttpResponse:
    project, now = membership.project, learning_stats.model_state(membership.project)
    corrected = learning_stats.correction_stats(project)
    lines = [_line(layer, now) for layer in learning_stats.layers(project)]
    month = MentionFilter.from_query(project, {"period": "30d"}, timezone.now(), request.user.zone)
    found = split(month)
    status = last_status()
    context = {
        **_state(request, project, now, status),
        "corrected": corrected,
        "by_label": [(_badge(label), number) for label, number in corrected.by_label.items()],
        "newest": [_shown(one) for one in corrected.newest],
        "lines": lines,
        "version": next((line for line in lines if line.state == "used"), lines[0] if lines else None),
        "decisions": [(line, _words(line)) for line in learning_stats.decisions(project)],
        "minimum": MIN_CORRECTIONS,
        "month": found,
        "threshold_percent": status and round(100 * status.threshold),
        "uncertain_percent": found.percent("uncertain"),
        "uncertain_query": month.replace(sentiments=("uncertain",)).to_query(),
        "is_own_model": settings.SENTIMENT_BACKEND == "onnx",
        "is_admin": membership.role == Role.ADMIN,
    }
    return render(request, "project_settings/sentiment.html", context)


@project_view()
def sentiment_progress(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What is under way, for htmx, which hands back what was counted for it: `begin`, `first`, `number`."""
    project = membership.project
    context = _state(request, project, learning_stats.model_state(project), last_status())
    return render(request, "project_settings/_sentiment_state.html", {**context, "is_asked": True})


@require_POST
@project_view(Role.ADMIN)
def sentiment_layer(request: HttpRequest, membership: Membership) -> HttpResponse:
    """POST `number`: a former layer, or 0 for none."""
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


@require_POST
@project_view(Role.ADMIN)
def sentiment_learning(request: HttpRequest, membership: Membership) -> HttpResponse:
    """POST `learns`: 1 or 0."""
    learns = request.POST.get("learns") == "1"
    set_learning(membership.project, request.user, learns)
    messages.success(
        request, _("Learning from corrections turned on.") if learns else _("Learning from corrections turned off.")
    )
    return redirect("sentiment_settings", membership.project_id)


@dataclass(frozen=True)
class Line:
    """A layer of the history. `state` is one of "used", "former", "useless", "other_model"."""

    layer: SentimentLayer
    before: int
    after: int
    state: str


@dataclass(frozen=True)
class Shown:
    correction: Correction
    text: str
    was: SentimentBadge | None
    became: SentimentBadge


def _state(request: HttpRequest, project: Project, now: ModelState, status: ModelStatus | None) -> dict[str, object]:
    walk = _walk(request, project, now) if now.rescored_to is not None and now.rescored_from is not None else None
    return {
        "project": project,
        "now": now,
        "status": status,
        "is_broken": bool(status and status.error),
        "walk": walk,
        "percent": walk and walk.percent(now.rescored_to),
        "seconds": max(round((now.refit_at - timezone.now()).total_seconds()), 0) if now.refit_at else None,
        "is_moving": now.is_changing and not (status and status.error),
    }


def _walk(request: HttpRequest, project: Project, now: ModelState) -> RescoringProgress:
    asked = [read_id(request.GET.get(name, "")) for name in ("begin", "first", "number")]
    if asked[0] == now.rescored_from and None not in asked:
        return RescoringProgress(*asked)
    return learning_stats.rescoring_progress(project, now.rescored_from)


def _line(layer: SentimentLayer, now: ModelState) -> Line:
    if now.layer and now.layer.pk == layer.pk:
        state = "used"
    elif not layer.is_better:
        state = "useless"
    else:
        state = "former" if layer.model == now.model else "other_model"
    return Line(layer, round(100 * layer.accuracy_before), round(100 * layer.accuracy_after), state)


def _shown(correction: Correction) -> Shown:
    text = " ".join(correction.text.split())
    text = text if len(text) <= EXCERPT_CHARS else text[:EXCERPT_CHARS].rsplit(" ", 1)[0] + "…"
    return Shown(correction, text, _badge(correction.shown) if correction.shown else None, _badge(correction.label))


def _badge(label: str) -> SentimentBadge:
    return SentimentBadge(label)


def _words(line: ActivityEntry) -> str:
    """What somebody decided, in words."""
    if line.action == "sentiment.learning":
        return _("turned learning on") if line.detail["learns"] else _("turned learning off")
    if number := line.detail["number"]:
        return _("restored version %(number)s") % {"number": number}
    return _("switched back to the base model")
