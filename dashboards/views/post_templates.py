"""The templates of posts: their list, and saving, renaming and deleting one. posts.py starts a post with one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.post_templates import template_rows
from dashboards.views.posts import post_of, template_of
from workplace import post_templates as templates


@project_view()
def post_templates(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The templates by name."""
    context = {
        "project": membership.project,
        "rows": template_rows(templates.templates_of(membership.project)),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "posts/templates.html", context)


@project_view(Role.MANAGER)
@require_POST
def post_template_new(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """POST the `name` under which the content of a post is saved."""
    post = post_of(membership, post_id)
    try:
        templates.save_template(post, request.user, request.POST.get("name", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("post", membership.project_id, post.pk)
    messages.success(request, _("Template saved."))
    return redirect("post_templates", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def post_template_change(request: SignedInRequest, membership: Membership, template_id: int) -> HttpResponse:
    """POST another `name`."""
    template = get_object_or_404(template_of(membership), pk=template_id)
    try:
        templates.rename_template(template, request.user, request.POST.get("name", ""))
        messages.success(request, _("Template renamed."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("post_templates", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def post_template_delete(request: SignedInRequest, membership: Membership, template_id: int) -> HttpResponse:
    templates.delete_template(get_object_or_404(template_of(membership), pk=template_id), request.user)
    messages.success(request, _("Template deleted."))
    return redirect("post_templates", membership.project_id)
