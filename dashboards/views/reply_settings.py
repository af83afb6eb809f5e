"""Saved replies and the rules for replies, in the project settings.

Members read. Managers change saved replies and admins the rules, through workplace/saved_replies.py.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.replies import ReplyRulesForm, SavedReplyForm
from monitoring.content.scrub import scrub
from monitoring.content.values import read_id
from workplace import saved_replies as replies
from workplace.drafts import rules_of
from workplace.models import SavedReply
from workplace.reply_variables import fill

FIELDS = ("name", "language", "text")


@project_view()
def saved_replies(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The list, searched by `q` and `language`."""
    project, search, language = membership.project, scrub(request.GET.get("q", "")), request.GET.get("language", "")
    context = {
        "project": project,
        "rows": replies.saved_replies(project, search, scrub(language)),
        "languages": SavedReplyForm.base_fields["language"].choices,  # type: ignore[attr-defined]  # a ChoiceField
        "q": search,
        "chosen_language": language,
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "project_settings/saved_replies.html", context)


@project_view(Role.MANAGER)
def saved_reply_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    form = SavedReplyForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        try:
            replies.create_saved_reply(membership.project, request.user, **form.cleaned_data)
        except ValidationError as error:
            _add_errors(form, error)
        else:
            messages.success(request, _("Saved reply created."))
            return redirect("saved_replies", membership.project_id)
    return _form(request, membership, form, None)


@project_view(Role.MANAGER)
def saved_reply_edit(request: SignedInRequest, membership: Membership, reply_id: int) -> HttpResponse:
    """POST the fields and the `version` that the person saw: if it changed since, both texts are shown."""
    reply = get_object_or_404(SavedReply, project=membership.project, pk=reply_id)
    form = SavedReplyForm(request.POST or None, initial={name: getattr(reply, name) for name in FIELDS})
    is_outdated = False
    if request.method == "POST" and form.is_valid():
        version = read_id(request.POST.get("version", "")) or 0
        try:
            replies.change_saved_reply(membership.project, request.user, reply_id, version, **form.cleaned_data)
        except ValidationError as error:
            _add_errors(form, error)
        except SavedReply.DoesNotExist:
            raise Http404 from None
        except replies.SavedReplyChanged as changed:
            reply, is_outdated = changed.reply or reply, True
        else:
            messages.success(request, _("Saved reply updated."))
            return redirect("saved_replies", membership.project_id)
    return _form(request, membership, form, reply, is_outdated=is_outdated)


@project_view(Role.MANAGER)
@require_POST
def saved_reply_delete(request: SignedInRequest, membership: Membership, reply_id: int) -> HttpResponse:
    """POST to delete a saved reply."""
    try:
        replies.delete_saved_reply(membership.project, request.user, reply_id)
    except SavedReply.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Saved reply deleted."))
    return redirect("saved_replies", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def saved_reply_example(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `text`: how it reads in a reply, for the form to show while a person types."""
    return render(request, "project_settings/_saved_reply_example.html", _example(request, membership))


@project_view()
def reply_rules(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the rules, POST changes them."""
    project, is_admin = membership.project, membership.role == Role.ADMIN
    if request.method == "POST" and not is_admin:
        raise PermissionDenied
    rules = rules_of(project)
    stored = {"needs_approval": rules.needs_approval, "cooling_minutes": rules.cooling_minutes}
    form = ReplyRulesForm(request.POST or None, initial={**stored, "forbidden": "\n".join(rules.forbidden)})
    for field in form.fields.values():
        field.disabled = not is_admin
    if request.method == "POST" and form.is_valid():
        try:
            replies.set_rules(project, request.user, **form.cleaned_data)
        except ValidationError as error:
            _add_errors(form, error)
        else:
            messages.success(request, _("Reply rules saved."))
            return redirect("reply_rules", project.pk)
    context = {"project": project, "form": form, "is_admin": is_admin}
    return render(request, "project_settings/reply_rules.html", context)


def _form(
    request: SignedInRequest,
    membership: Membership,
    form: SavedReplyForm,
    reply: SavedReply | None,
    *,
    is_outdated: bool = False,
) -> HttpResponse:
    example = _example(request, membership, reply.text if reply else "")
    context = {"project": membership.project, "form": form, "reply": reply, "is_outdated": is_outdated, **example}
    return render(request, "project_settings/saved_reply_form.html", context)


def _example(request: SignedInRequest, membership: Membership, text: str = "") -> dict[str, object]:
    text = scrub(request.POST.get("text", text))
    values = replies.example_values(membership.project, request.user)
    return {
        "example": fill(text, values),
        "error": replies.variable_error(text),
    }


def _add_errors(form: Form, error: ValidationError) -> None:
    for field, found in error.error_dict.items():
        form.add_error(field, found)
