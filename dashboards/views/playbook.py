"""The playbook of a project: checklist, contacts, escalation, and holding statements. Members read, admins change it;
managers write holding statements, too.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts import playbooks
from alerts.incident_models import HoldingStatement
from dashboards.forms.playbook import PlaybookForm, StatementForm


@project_view()
def playbook(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the playbook, POST changes it."""
    project, is_admin = membership.project, membership.role == Role.ADMIN
    if request.method == "POST" and not is_admin:
        raise PermissionDenied
    stored = playbooks.playbook_of(project)
    initial = {name: getattr(stored, name) for name in ("checklist", "contacts", "escalate_after")}
    initial["escalate_to"] = list(stored.escalate_to.values_list("pk", flat=True)) if stored.pk else []
    form = PlaybookForm(request.POST or None, initial=initial, project=project)
    for field in form.fields.values():
        field.disabled = not is_admin
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"escalate_to": list(form.cleaned_data["escalate_to"])}
        playbooks.save_playbook(project, request.user, **data)
        messages.success(request, _("Playbook saved."))
        return redirect("playbook", project.pk)
    context = {
        "project": project,
        "form": form,
        "is_admin": is_admin,
        "may_edit": membership.may(Role.MANAGER),
        "statements": playbooks.statements_of(project),
    }
    return render(request, "project_settings/playbook.html", context)


@project_view(Role.MANAGER)
def statement_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    return _form(request, membership, HoldingStatement(project=membership.project))


@project_view(Role.MANAGER)
def statement_edit(request: SignedInRequest, membership: Membership, statement_id: int) -> HttpResponse:
    return _form(request, membership, _statement(membership, statement_id))


@project_view(Role.MANAGER)
@require_POST
def statement_delete(request: SignedInRequest, membership: Membership, statement_id: int) -> HttpResponse:
    """POST to delete a holding statement."""
    playbooks.delete_statement(_statement(membership, statement_id), request.user)
    messages.success(request, _("Holding statement deleted."))
    return redirect("playbook", membership.project_id)


def _form(request: SignedInRequest, membership: Membership, statement: HoldingStatement) -> HttpResponse:
    form = StatementForm(request.POST or None, instance=statement)
    if request.method == "POST" and form.is_valid():
        try:
            playbooks.save_statement(membership.project, request.user, form.save(commit=False))
        except ValidationError as error:
            for field, found in error.error_dict.items():
                form.add_error(field, found)
        else:
            messages.success(request, _("Holding statement saved."))
            return redirect("playbook", membership.project_id)
    context = {"project": membership.project, "form": form, "statement": statement}
    return render(request, "project_settings/statement_form.html", context)


def _statement(membership: Membership, statement_id: int) -> HoldingStatement:
    return get_object_or_404(HoldingStatement, pk=statement_id, project=membership.project)
