"""The alert rules of a project, each as a sentence with its current count. Members read, managers change."""

from django.contrib import messages
from django.db.models import Avg
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from alerts import evaluate
from alerts import rules as changes
from alerts.forms import RuleForm
from alerts.incidents import recipients_by_rule
from alerts.models import Incident, Rule
from monitoring.models import Keyword, Source


@project_view()
def rules(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    found, now = changes.rules_of(project), timezone.now()
    counts = evaluate.count_windows(found, now)
    unanalyzed = evaluate.count_unanalyzed(found, now)
    recipients = recipients_by_rule(project, found)
    ongoing = dict(Incident.objects.filter(rule__project=project, closed_at=None).values_list("rule_id", "pk"))
    context = {
        "project": project,
        "may_change": membership.may(Role.MANAGER),
        "has_keywords": Keyword.objects.filter(project=project).exists(),
        "failing": project.sources.failing().order_by("title", "pk"),
        "rules": [
            {
                "rule": rule,
                "sentence": changes.sentence_of(rule),
                "value": counts[rule.pk][-1],
                "unanalyzed": unanalyzed.get(rule.pk, 0),
                "query": changes.filter_of_window(rule, now, request.user.zone).to_query(),
                "incident_id": ongoing.get(rule.pk),
                "recipients": recipients[rule.pk],
            }
            for rule in found
        ],
    }
    return render(request, "alerts/rules.html", context)


@project_view(Role.MANAGER)
def rule_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    return _form(request, membership, Rule(project=membership.project))


@project_view(Role.MANAGER)
def rule_edit(request: SignedInRequest, membership: Membership, rule_id: int) -> HttpResponse:
    return _form(request, membership, _rule(membership, rule_id))


@project_view(Role.MANAGER)
@require_POST
def rule_pause(request: SignedInRequest, membership: Membership, rule_id: int) -> HttpResponse:
    """POST to pause a rule, or to resume a paused one."""
    rule = _rule(membership, rule_id)
    changes.pause_rule(rule, request.user, paused=not rule.is_paused)
    messages.success(request, _("Rule resumed.") if rule.is_paused else _("Rule paused."))
    return redirect("rules", membership.project_id)


@project_view(Role.MANAGER)
def rule_delete(request: SignedInRequest, membership: Membership, rule_id: int) -> HttpResponse:
    """GET shows what would be deleted, POST deletes."""
    rule = _rule(membership, rule_id)
    if request.method == "POST":
        changes.delete_rule(rule, request.user)
        messages.success(request, _("Rule deleted."))
        return redirect("rules", membership.project_id)
    context = {"project": membership.project, "rule": rule, "sentence": changes.sentence_of(rule)}
    return render(request, "alerts/rule_delete.html", context | {"incidents": rule.incidents.count()})


def _form(request: SignedInRequest, membership: Membership, rule: Rule) -> HttpResponse:
    is_new = rule.pk is None
    form = RuleForm(request.POST or None, instance=rule, project=membership.project)
    if request.method == "POST" and form.is_valid():
        changes.save_rule(form.save(commit=False), request.user, form.cleaned_data["recipients"])
        messages.success(request, _("Rule created.") if is_new else _("Rule updated."))
        return redirect("rules", membership.project_id)
    context = {"project": membership.project, "form": form, "is_new": is_new, "rule": rule}
    return render(request, "alerts/rule_form.html", context | {"poll_minutes": _poll_minutes(membership.project)})


def _poll_minutes(project: Project) -> int:
    """Return the average interval of the sources' checks: shorter windows often see no new item."""
    active = Source.objects.filter(project=project, state=Source.State.ACTIVE)
    return round((active.aggregate(mean=Avg("interval_s"))["mean"] or 0) / 60)


def _rule(membership: Membership, rule_id: int) -> Rule:
    rows = Rule.objects.select_related("keyword", "project")
    return get_object_or_404(rows, pk=rule_id, project=membership.project)
