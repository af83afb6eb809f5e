"""Internal notes on the page of a mention. Members read them there; managers write, edit and delete."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.notes import shown_notes
from dashboards.views.triage import back
from monitoring.content.values import read_id
from monitoring.models import Document, Mention
from workplace import notes
from workplace.models import Note


@project_view(Role.MANAGER)
@require_POST
def note_new(request: SignedInRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """POST `text`, and `next` to return to. htmx receives all notes."""
    mention = Mention.objects.filter(keyword__project=membership.project, pk=mention_id).first()
    if mention is None:
        raise Http404
    return _changed(
        request,
        membership,
        mention,
        lambda text: notes.create_note(membership.project, request.user, mention.document_id, text),
    )


@project_view(Role.MANAGER)
@require_POST
def note_edit(request: SignedInRequest, membership: Membership, note_id: int) -> HttpResponse:
    """POST `text`, the `version` that was seen, and the `mention` that the page shows; as `note_new`."""
    version = read_id(request.POST.get("version", "")) or 0
    return _changed(
        request,
        membership,
        _mention(request, membership, note_id),
        lambda text: notes.edit_note(membership.project, request.user, note_id, text, version),
        note_id=note_id,
    )


@project_view(Role.MANAGER)
@require_POST
def note_delete(request: SignedInRequest, membership: Membership, note_id: int) -> HttpResponse:
    """POST to delete the text of a note, with the `mention` that the page shows; as `note_new`."""
    mention = _mention(request, membership, note_id)
    return _changed(request, membership, mention, lambda _text: notes.delete_note(membership, note_id))


def _mention(request: SignedInRequest, membership: Membership, note_id: int) -> Mention:
    """Return the mention whose page has the note: the posted one if it is of the same story, else one of its item."""
    document = Document.objects.filter(notes=note_id, notes__project=membership.project).only("story_id").first()
    if document is None:
        raise Http404
    of_story = Q(story_id=document.story_id) if document.story_id else Q()
    rows = Mention.objects.filter(Q(document=document) | of_story, keyword__project=membership.project)
    shown = read_id(request.POST.get("mention", "")) or 0
    mention = rows.filter(pk=shown).first() or rows.filter(document=document).order_by("pk").first()
    if mention is None:
        raise Http404
    return mention


def _changed(
    request: SignedInRequest,
    membership: Membership,
    mention: Mention,
    change: Callable[[str], Note],
    note_id: int | None = None,
) -> HttpResponse:
    """Make the change, and show its problem with the text that was sent."""
    text, problem = request.POST.get("text", ""), ""
    try:
        change(text)
    except Note.DoesNotExist:
        raise Http404 from None
    except notes.NoteChanged:
        problem = _("This note was changed elsewhere meanwhile. Check it and save again.")
    except ValidationError as error:
        problem = " ".join(error.messages)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return back(request, membership)
    context = {
        "project": membership.project,
        "row": mention,
        "notes": shown_notes(membership, mention.document_id),
        "may_edit": True,
        "next": request.POST.get("next", ""),
        "problem": problem,
        "problem_note": note_id,
        "problem_text": text if problem else "",
    }
    return render(request, "mentions/_notes.html", context)
