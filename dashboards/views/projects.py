"""The start page, which redirects to the last project or welcomes people without one, and new projects."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import LAST_PROJECT, SignedInRequest, projects_of
from accounts.forms import ProjectForm
from accounts.projects import create_project


@login_required
def home(request: SignedInRequest) -> HttpResponse:
    ids = list(projects_of(request.user).values_list("id", flat=True))
    if not ids:
        return render(request, "projects/welcome.html", {"form": ProjectForm()})
    last = request.session.get(LAST_PROJECT)
    return redirect("overview", last if last in ids else ids[0])


@login_required
def project_new(request: SignedInRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = create_project(request.user, form.cleaned_data["name"])
        messages.success(request, _("Project “%(project)s” created.") % {"project": project})
        return redirect("setup", project.pk)
    return render(request, "projects/new.html", {"form": form})
