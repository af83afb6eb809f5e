"""Find the item of a mention in a path. Called by the operations about what a team does with items."""

from django.http import Http404

from accounts.models import Project
from monitoring.models import Document, Mention


def item_of(project: Project, mention_id: int) -> Document:
    """Return the item of a mention. Raises Http404 for one of another project."""
    document = Document.objects.filter(project=project, mentions=mention_id).first()
    if document is None:
        raise Http404
    return document


def document_of(project_id: int, mention_id: int) -> int:
    """Return the id of the item of a mention. Raises Http404 for one of another project."""
    mention = Mention.objects.filter(pk=mention_id, keyword__project=project_id).only("document_id").first()
    if mention is None:
        raise Http404
    return mention.document_id
