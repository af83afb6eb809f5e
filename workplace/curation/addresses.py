"""The addresses of collections: a public slug, or a secret one that is derived by the key of the server.

Called by the pages, the API, the public pages and the newsletter.
"""

import uuid

from django.core import signing
from django.urls import reverse

from delivery.links import absolute
from monitoring.content.scrub import is_storable
from workplace.models import Collection

_SALT = "workplace.collection"
Access = Collection.Access


def address_of(collection: Collection) -> str:
    """Return the part of the URL that names a collection; "" if it has no page."""
    if collection.access == Access.PUBLIC:
        return collection.slug
    return _signer().sign(collection.secret.hex) if collection.access == Access.SECRET else ""


def page_url(collection: Collection) -> str:
    """Return the URL of the page of a collection, "" if it is off."""
    address = address_of(collection)
    return absolute(reverse("collection_page", args=[address])) if address else ""


def collection_at(address: str) -> Collection | None:
    """Return the collection at an address; None if it is unknown, off or revoked, or its project is deleted."""
    if not is_storable(address):
        return None
    found = Collection.objects.select_related("project").filter(project__deleted_at=None)
    if "." not in address:
        return found.filter(access=Access.PUBLIC, slug=address).first()
    try:
        secret = uuid.UUID(hex=_signer().unsign(address))
    except (signing.BadSignature, ValueError):
        return None
    return found.filter(access=Access.SECRET, secret=secret).first()


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT, sep=".")
