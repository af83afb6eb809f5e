"""The page of an author and what a team does there: notes, tags, official account, mute.

Admins export and erase a person's data.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.author_page import author_chart, author_facts
from dashboards.presenters.authors import shown_author
from dashboards.presenters.mention_rows import shown_mentions
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id
from monitoring.insights import mentions
from monitoring.insights.author_profile import filter_of
from monitoring.messages.author_rules import rule_sentences
from monitoring.models import Author
from monitoring.services import authors
from monitoring.services.author_erasure import erase_author
from workplace.author_export import export_author

LATEST = 10


@project_view()
@within_time_limit
def author(request: SignedInRequest, membership: Membership, author_id: int) -> HttpResponse:
    found = get_object_or_404(Author.objects.select_related("speaks_for"), project=membership.project, pk=author_id)
    return _page(request, membership, found)


def _page(
    request: SignedInRequest, membership: Membership, found: Author, *, problem: str = "", text: str = ""
) -> HttpResponse:
    """Return the page; with a `problem`, the text of a note that was not stored."""
    project, f = membership.project, filter_of(found, request.user.zone)
    mentions_page = reverse("mentions", args=[project.pk])
    chart = author_chart(f, mentions_page)
    latest = mentions.page(f, size=LATEST).rows
    context = {
        "project": project,
        "author": shown_author(found),
        "chart": chart,
        "facts": author_facts(f, chart.split, latest),
        "mentions_page": mentions_page,
        "rows": shown_mentions(latest),
        "notes": found.notes.select_related("user").order_by("-pk"),
        "rules": rule_sentences(authors.settings_of(project)),
        "speaks_for": found.speaks_for,
        "official_keywords": authors.official_keywords(project),
        "all_tags": authors.tags_of_authors(project),
        "may_edit": membership.may(Role.MANAGER),
        "is_admin": membership.may(Role.ADMIN),
        "problem": problem,
        "text": text,
    }
    return render(request, "authors/author.html", context, status=422 if problem else 200)


def _change(
    request: SignedInRequest, membership: Membership, author_id: int, change: Callable[[], object]
) -> HttpResponse:
    """Make a change and return to the author; a text that can't be stored is shown again."""
    found = get_object_or_404(Author, project=membership.project, pk=author_id)
    try:
        change()
    except ValidationError as error:
        return _page(request, membership, found, problem=" ".join(error.messages), text=request.POST.get("text", ""))
    except authors.NoteChanged:
        problem = _("Someone else has changed this note. Your text is below.")
        return _page(request, membership, found, problem=problem, text=request.POST.get("text", ""))
    except ObjectDoesNotExist:
        raise Http404 from None
    return redirect("author", membership.project_id, author_id)


@project_view(Role.MANAGER)
@require_POST
def author_note_new(request: SignedInRequest, membership: Membership, author_id: int) -> HttpResponse:
    """POST the `text` of a note."""
    text = request.POST.get("text", "")
    return _change(
        request, membership, author_id, lambda: authors.add_note(membership.project, request.user, author_id, text)
    )


@project_view(Role.MANAGER)
@require_POST
def author_note_edit(
    request: SignedInRequest, membership: Membership, author_id: int, author_note_id: int
) -> HttpResponse:
    """POST the new `text` of a note and the `version` that the person saw."""
    text, version = request.POST.get("text", ""), read_id(request.POST.get("version", "")) or 0
    project, user = membership.project, request.user
    return _change(
        request,
        membership,
        author_id,
        lambda: authors.change_note(project, user, author_id, author_note_id, version, text),
    )


@project_view(Role.MANAGER)
@require_POST
def author_note_delete(
    request: SignedInRequest, membership: Membership, author_id: int, author_note_id: int
) -> HttpResponse:
    """POST to delete a note."""
    project, user = membership.project, request.user
    return _change(
        request, membership, author_id, lambda: authors.delete_note(project, user, author_id, author_note_id)
    )


@project_view(Role.MANAGER)
@require_POST
def author_tags(request: SignedInRequest, membership: Membership, author_id: int) -> HttpResponse:
    """POST tags to `add`, separated by commas, or one to `remove`."""
    add, remove = request.POST.get("add", "").split(","), request.POST.getlist("remove")
    project, user = membership.project, request.user
    return _change(
        request,
        membership,
        author_id,
        lambda: authors.change_tags(project, user, author_id, add=add, remove=remove),
    )


@project_view(Role.MANAGER)
@require_POST
def author_official(request: SignedInRequest, membership: Membership, author_id: int) -> HttpResponse:
    """POST the `keyword` that the author speaks for, "" for none."""
    given = request.POST.get("keyword", "")
    keyword_id = read_id(given)
    if given and keyword_id is None:
        raise Http404
    project, user = membership.project, request.user
    return _change(request, membership, author_id, lambda: authors.set_official(project, user, author_id, keyword_id))


@project_view(Role.MANAGER)
@require_POST
def author_mute(request: SignedInRequest, membership: Membership, author_id: int) -> HttpResponse:
    """POST to ignore the author's mentions."""

    def mute() -> None:
        muted = authors.mute_author(membership.project, request.user, author_id)
        messages.success(request, _("“%(name)s” muted.") % {"name": muted})

    return _change(request, membership, author_id, mute)


@project_view(Role.ADMIN)
@require_POST
def author_export(request: SignedInRequest, membership: Membership, author_id: int) -> HttpResponse:
    """POST to download all data of the author as JSON; the activity log has it."""
    found = get_object_or_404(Author.objects.select_related("project"), project=membership.project, pk=author_id)
    response: Any = StreamingHttpResponse(export_author(found, request.user), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="author-{found.pk}.json"'
    return response


@project_view(Role.ADMIN)
def author_erase(request: SignedInRequest, membership: Membership, author_id: int) -> HttpResponse:
    """GET explains what is erased, POST erases it if `name` is what the person was asked to type."""
    project = membership.project
    found = get_object_or_404(Author.objects.prefetch_related("tags"), project=project, pk=author_id, erased_at=None)
    is_wrong = request.method == "POST" and request.POST.get("name", "").strip() != str(found).strip()
    if request.method == "POST" and not is_wrong:
        erase_author(project, request.user, author_id)
        messages.success(request, _("Data erased. The content of the items disappears within minutes."))
        return redirect("authors", project.pk)
    context = {
        "project": project,
        "author": shown_author(found),
        "is_wrong": is_wrong,
        "typed": request.POST.get("name", ""),
    }
    return render(request, "authors/erase.html", context, status=422 if is_wrong else 200)
