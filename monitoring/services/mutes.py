"""Mute an author, a source, a domain or a story in a project, and undo it.

In: a project, and a mention or a domain. Out: the mute. It hides new mentions immediately, and earlier ones to review
from the first batch, stored while the person waits, to the last (ingest/mutes.py). Called by the pages and the API.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.content.authors import author_identity
from monitoring.content.mutes import MuteKey, domain_of
from monitoring.content.scrub import is_storable
from monitoring.content.urls import url_from_input
from monitoring.ingest.mutes import give_back_batch, hide_batch
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.models import Document, Mute

MAX_LABEL = 300
MAX_TARGETS = 20  # of one call: each is searched for in the stored items


def target_of(kind: str, document: Document) -> tuple[MuteKey, str] | None:
    """Return the key and the label of the mute that hides items like this one; None if it has no such property."""
    kind = Mute.Kind(kind)
    if kind == Mute.Kind.AUTHOR:
        identity = author_identity(document.author_url, document.author_handle, document.author)
        label = document.author or document.author_handle or identity
        return (MuteKey(kind, document.platform, identity), label) if identity else None
    if kind == Mute.Kind.SOURCE:
        return (MuteKey(kind, "", str(document.source_id)), str(document.source)) if document.source else None
    if kind == Mute.Kind.STORY:
        if document.story_id is None:
            return None
        first = Document.objects.filter(story=document.story_id).order_by("published", "pk").first()
        return (MuteKey(kind, "", str(document.story_id)), str(first)) if first else None
    domain = domain_of(document.url)
    return (MuteKey(kind, "", domain), domain) if domain else None


def mute_like(project: Project, user: User | None, kind: str, document: Document) -> Mute:
    """Mute the author, the source, the domain or the story of an item. Raises ValidationError if it has none."""
    target = target_of(kind, document)
    if target is None:
        raise ValidationError({"kind": ValidationError(_("This item has none."), code="missing")})
    return _mute(project, user, *target)


def mute_each(project: Project, user: User | None, kind: str, documents: Iterable[Document]) -> list[Mute]:
    """Mute the authors, the sources, the domains or the stories of items, each once, under the name in its first item.

    Raises ValidationError if no item has one, or for more than MAX_TARGETS.
    """
    labels: dict[MuteKey, str] = {}
    for target in (target_of(kind, one) for one in documents):
        if target:
            labels.setdefault(*target)
    if not labels:
        raise ValidationError({"kind": ValidationError(_("These items have none."), code="missing")})
    if len(labels) > MAX_TARGETS:
        message = _("Mute up to %(number)s at a time.") % {"number": MAX_TARGETS}
        raise ValidationError({"kind": ValidationError(message, code="too_many")})
    return [_mute(project, user, key, label) for key, label in labels.items()]


def mute_domain(project: Project, user: User | None, text: str) -> Mute:
    """Mute a domain and those below it, from a domain or the URL of one of its pages."""
    domain = domain_of(url_from_input(text)) if is_storable(text) else ""
    if not domain or len(domain) > MAX_LABEL:
        raise ValidationError({"value": ValidationError(_("Enter a domain, such as example.com."), code="invalid")})
    return _mute(project, user, MuteKey(Mute.Kind.DOMAIN, "", domain), domain)


def end_mute(project: Project, user: User | None, mute_id: int) -> Mute | None:
    """Undo a mute: give back the mentions that it hid and that nobody has changed since.

    Return None if the project has no such mute, or somebody has undone it already.
    """
    with transaction.atomic():
        active = project.mutes.filter(pk=mute_id, ended_at=None)
        mute = active.select_for_update(no_key=True).first()
        if mute is None:
            return None
        mute.ended_at = timezone.now()
        mute.save(update_fields=["ended_at"])
        record(project, user, "mute.ended", mute.label, kind=mute.kind)
    if give_back_batch(mute.pk):
        _continue()
    return mute


def end_mutes(project: Project, user: User | None, mute_ids: Iterable[int]) -> list[Mute]:
    """Undo several mutes; return those that another person had not undone before."""
    return [mute for pk in mute_ids if (mute := end_mute(project, user, pk))]


def _mute(project: Project, user: User | None, key: MuteKey, label: str) -> Mute:
    """Create a mute, or return the active one with this key.

    The lock waits for those that store mentions: they have seen no mute, and the walk over stored documents, which
    begins at the newest, sees theirs. Those that come later see the mute.
    """
    with transaction.atomic():
        lock_project_exclusive(project.pk)
        existing = project.mutes.filter(**key._asdict(), ended_at=None).first()
        if existing:
            return existing
        newest = Document.objects.filter(project=project).aggregate(newest=Max("id"))["newest"]
        mute = Mute.objects.create(
            project=project,
            **key._asdict(),
            label=label[:MAX_LABEL],
            created_by=user,
            walked_to=None if newest is None else newest + 1,
        )
        mute.is_new = True
        record(project, user, "mute.created", mute.label, kind=mute.kind)
    if hide_batch(mute.pk):
        _continue()
    mute.refresh_from_db(fields=["walked_to"])
    return mute


def _continue() -> None:
    from monitoring.tasks import send, walk_mutes

    transaction.on_commit(lambda: send(walk_mutes))
