"""The alert rules of a project, each as a sentence with its current count. Members read, managers change."""

from typing import Any

from django.contrib import messages
from django.db.models import Avg
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from alerts import rules as changes
from alerts.forms import RuleForm
from alerts.models import Rule
from alerts.ready_made import READY_MADE, add_ready_made, main_keyword, rule_from
from alerts.scope import normal_query
from alerts.usefulness import precision_by_rule
from alerts.watch import late_since
from dashboards.presenters.rule_form import form_parts
from dashboards.presenters.rule_rows import rule_rows
from dashboards.views.rule_replay import tested
from dashboards.views.time_limit import within_time_limit
from monitoring.models import Source
from workplace.saved_views import shared_views


@project_view()
def rules(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    found, now = changes.rules_of(project), timezone.now()
    keyword = main_keyword(project)
    rows = rule_rows(project, found, now, request.user.zone)
    context = {
        "project": project,
        "may_change": membership.may(Role.MANAGER),
        "has_keywords": keyword is not None,
        "ready_made": [(one, changes.sentence_of(rule_from(one, keyword))) for one in READY_MADE] if keyword else [],
        "failing": project.sources.failing().order_by("title", "pk"),
        "late_since": late_since(now),
        "rules": rows,
        "triggered": sum(row["incident_id"] is not None for row in rows),
    }
    return render(request, "alerts/rules.html", context)


@project_view(Role.MANAGER)
def rule_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    return _form(request, membership, Rule(project=membership.project))


@project_view(Role.MANAGER)
@require_POST
def rule_ready_made(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `name` to create the ready-made rule of that name."""
    try:
        created = add_ready_made(membership.project, request.user, request.POST.get("name", ""))
    except KeyError:
        return HttpResponseBadRequest()
    if created:
        messages.success(request, _("Rule created."))
    return redirect("rules", membership.project_id)


@project_view(Role.MANAGER)
def rule_edit(request: SignedInRequest, membership: Membership, rule_id: int) -> HttpResponse:
    return _form(request, membership, changes.rule_of(membership.project, rule_id))


@project_view(Role.MANAGER)
@require_POST
def rule_pause(request: SignedInRequest, membership: Membership, rule_id: int) -> HttpResponse:
    """POST to pause a rule, or to resume a paused one."""
    rule = changes.rule_of(membership.project, rule_id)
    changes.pause_rule(rule, request.user, paused=not rule.is_paused)
    messages.success(request, _("Rule resumed.") if rule.is_paused else _("Rule paused."))
    return redirect("rules", membership.project_id)


@project_view(Role.MANAGER)
def rule_delete(request: SignedInRequest, membership: Membership, rule_id: int) -> HttpResponse:
    """GET shows what would be deleted, POST deletes."""
    rule = changes.rule_of(membership.project, rule_id)
    if request.method == "POST":
        changes.delete_rule(rule, request.user)
        messages.success(request, _("Rule deleted."))
        return redirect("rules", membership.project_id)
    context = {"project": membership.project, "rule": rule, "sentence": changes.sentence_of(rule)}
    return render(request, "alerts/rule_delete.html", context | {"incidents": rule.incidents.count()})


def _form(request: SignedInRequest, membership: Membership, rule: Rule) -> HttpResponse:
    """Show or save the form. `?…` of a list of mentions fills the filter of a new rule."""
    is_new, project = rule.pk is None, membership.project
    if is_new and request.GET:
        rule.query = normal_query(request.GET.urlencode())
    elif is_new:
        rule.keyword = main_keyword(project)
    views = shared_views(project.pk)
    form = RuleForm(request.POST or None, instance=rule, project=project, views=views)
    is_test = "test" in request.POST
    if request.method == "POST" and form.is_valid() and not is_test:
        data = form.cleaned_data
        changes.save_rule(form.save(commit=False), request.user, data["recipients"], data.get("destinations", ()))
        messages.success(request, _("Rule created.") if is_new else _("Rule updated."))
        return redirect("rules", membership.project_id)
    context = {"project": project, "form": form, "is_new": is_new, "rule": rule, **form_parts(form)}
    context["precision"] = None if is_new else precision_by_rule(project).get(rule.pk)
    context["poll_minutes"] = _poll_minutes(project)
    if is_test and form.is_valid():
        return _with_test(request, form, context)
    return render(request, "alerts/rule_form.html", context)


@within_time_limit
def _with_test(request: SignedInRequest, form: RuleForm, context: dict[str, Any]) -> HttpResponse:
    """Show the form with how its rule would have behaved."""
    return render(request, "alerts/rule_form.html", context | {"replay": tested(request, form)})


def _poll_minutes(project: Project) -> int:
    """Return the average interval of the sources' checks: shorter windows often see no new item."""
    active = Source.objects.filter(project=project, state=Source.State.ACTIVE)
    return round((active.aggregate(mean=Avg("interval_s"))["mean"] or 0) / 60)
