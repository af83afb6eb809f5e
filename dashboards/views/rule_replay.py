"""The test of a rule on past data while it is edited: by htmx as the form changes, or by a button. Saves nothing."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts.forms import RuleForm
from alerts.models import Rule
from alerts.replay.replay import replay
from alerts.rules import rule_of
from dashboards.presenters.rule_form import whole_sentence
from dashboards.presenters.rule_replay import ShownReplay, shown_replay
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id
from workplace.saved_views import shared_views


@project_view(Role.MANAGER)
@require_POST
@within_time_limit
def rule_replay(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST the fields of the form; `?rule=` is the id of the edited rule."""
    views = shared_views(membership.project_id)
    form = RuleForm(request.POST, instance=_edited(request, membership), project=membership.project, views=views)
    shown = tested(request, form) if form.is_valid() else None
    sentence = whole_sentence(form.instance) if shown else ""
    context = {"project": membership.project, "replay": shown, "form": form, "sentence": sentence}
    return render(request, "alerts/_replay.html", context)


def tested(request: SignedInRequest, form: RuleForm) -> ShownReplay:
    """Return how the rule of a valid form would have behaved."""
    rule, zone = form.save(commit=False), request.user.zone
    return shown_replay(replay(rule, timezone.now(), zone), zone)


def _edited(request: SignedInRequest, membership: Membership) -> Rule:
    pk = read_id(request.GET.get("rule", ""))
    if pk is None:
        return Rule(project=membership.project)
    return rule_of(membership.project, pk)
