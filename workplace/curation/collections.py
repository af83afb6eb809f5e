"""Create, change and delete collections, each with its entry in the activity log.

Raises ValidationError by field. Called by the pages and the API.
"""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Project, User
from workplace.curation import checks
from workplace.curation.readers import readers_of
from workplace.models import Collection
from workplace.models.collections import MAX_INTRO, MAX_NAME

MAX_COLLECTIONS = 20
MAX_SLUG = 60
FIELDS = ("name", "slug", "language", "intro", "access")


def create_collection(project: Project, user: User, name: str, **values: Any) -> Collection:
    """Create a collection; by default in the language of the person, with a secret address."""
    collection = Collection(project=project, created_by=user, time_zone=user.zone.key, language=user.language)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # one at a time: their number is limited
        if project.collections.count() >= MAX_COLLECTIONS:
            text = ngettext(
                "A project can have %(count)s collection.",
                "A project can have up to %(count)s collections.",
                MAX_COLLECTIONS,
            )
            raise ValidationError({"name": ValidationError(text % {"count": MAX_COLLECTIONS}, code="too_many")})
        _assign(collection, {"name": name, **values})
        collection.slug = collection.slug or _free_slug(collection.name)
        _save(collection)
        record(project, user, "collection.created", collection.name, collection=collection.pk)
    return collection


def change_collection(collection: Collection, user: User, **values: Any) -> Collection:
    """Change fields of FIELDS. What is published stays in its language."""
    with transaction.atomic():
        rows = Collection.objects.select_related("project").select_for_update(of=("self",), no_key=True)
        stored = rows.get(pk=collection.pk)
        before = {name: getattr(stored, name) for name in FIELDS}
        _assign(stored, values)
        changed = sorted(name for name, value in before.items() if getattr(stored, name) != value)
        if changed:
            _save(stored)
            detail: dict[str, object] = {"collection": stored.pk, "fields": changed}
            detail |= {"access": stored.access} if "access" in changed else {}
            record(stored.project, user, "collection.changed", stored.name, **detail)
    return stored


def renew_address(collection: Collection, user: User) -> Collection:
    """Replace the secret address: the former one stops working."""
    with transaction.atomic():
        collection.secret = uuid.uuid4()
        collection.save(update_fields=["secret"])
        record(collection.project, user, "collection.address_renewed", collection.name, collection=collection.pk)
    return collection


def delete_collection(collection: Collection, user: User) -> None:
    """Delete a collection with its issues; its addresses stop working."""
    with transaction.atomic():
        record(collection.project, user, "collection.deleted", collection.name, collection=collection.pk)
        readers_of(collection).delete()
        collection.delete()


def _assign(collection: Collection, values: dict[str, Any]) -> None:
    errors: dict[str, list[ValidationError]] = {}
    for name, value in values.items():
        try:
            setattr(collection, name, _READERS[name](str(value)))
        except ValidationError as error:
            errors |= error.error_dict
    if errors:
        raise ValidationError(errors)
    same = Collection.objects.filter(slug=collection.slug, access=Collection.Access.PUBLIC).exclude(pk=collection.pk)
    if collection.access == Collection.Access.PUBLIC and collection.slug and same.exists():
        raise _taken()


def _save(collection: Collection) -> None:
    """Save. Two people may take a URL after both found that it is free: the second one gets the error of its field."""
    try:
        with transaction.atomic():
            collection.save()
    except IntegrityError:
        raise _taken() from None


def _taken() -> ValidationError:
    text = _("This URL is in use. Enter another one.")
    return ValidationError({"slug": ValidationError(text, code="taken")})


def _name(text: str) -> str:
    return checks.line("name", text, MAX_NAME, _("Enter a name."))


def _slug(text: str) -> str:
    slug = slugify(text)
    if not slug or len(slug) > MAX_SLUG:
        text = _("Use 1 to %(limit)s letters, digits, and hyphens.") % {"limit": MAX_SLUG}
        raise ValidationError({"slug": ValidationError(text, code="invalid")})
    return slug


def _language(text: str) -> str:
    if text not in dict(settings.LANGUAGES):
        raise ValidationError({"language": ValidationError(_("Select a language."), code="invalid")})
    return text


def _intro(text: str) -> str:
    return checks.paragraphs("intro", text, MAX_INTRO)


def _access(text: str) -> str:
    if text not in Collection.Access.values:
        raise ValidationError({"access": ValidationError(_("Choose a value from the list."), code="invalid")})
    return text


def _free_slug(name: str) -> str:
    """Return a slug from a name that no public collection has."""
    base = slugify(name)[: MAX_SLUG - 7].strip("-") or "collection"
    taken = Collection.objects.filter(slug=base).exists()
    return f"{base}-{uuid.uuid4().hex[:6]}" if taken else base


_READERS = {"name": _name, "slug": _slug, "language": _language, "intro": _intro, "access": _access}
