"""The addresses of share links: derived from their id by the key of the server, so nothing that is stored opens one.

Called by the pages, the API, and the page that a link shows.
"""

import uuid

from django.core import signing
from django.urls import reverse

from delivery.links import absolute
from reports.models import ShareLink

_SALT = "reports.share_link"


def share_url(link: ShareLink) -> str:
    """Return the address of a link."""
    return absolute(reverse("shared_report", args=[_signer().sign(link.pk.hex)]))


def link_of(signed: str) -> ShareLink | None:
    """Return the link of an address, also one that has ended; None if it is none, or its project is deleted."""
    try:
        pk = uuid.UUID(hex=_signer().unsign(signed))
    except (signing.BadSignature, ValueError):
        return None
    links = ShareLink.objects.select_related("edition", "report__project", "report__view")
    return links.filter(pk=pk, report__project__deleted_at=None).first()


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT, sep=".")
