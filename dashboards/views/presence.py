"""Who else has a mention open, for static/js/list/presence.js."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from monitoring.models import Mention
from workplace.presence import announce


@project_view()
@require_POST
def presence(request: SignedInRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """POST that the person has the mention open; `writing` if they write a reply. The response names the others."""
    mention = Mention.objects.filter(keyword__project=membership.project, pk=mention_id).only("document_id").first()
    if mention is None:
        raise Http404
    others = announce(membership, mention.document_id, is_writing="writing" in request.POST)
    return render(request, "mentions/_presence.html", {"others": others})
