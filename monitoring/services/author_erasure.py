"""Erase the data of one author: names, notes and tags immediately, the content of items in the background.

In: a project, an admin, the id of an author. Counts stay, and so does a keyed hash of the identity, which keeps later
items from being stored (ingest/erasure.py). Repeating it changes nothing.
"""

from secrets import token_hex
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import ActivityEntry, Project, User
from accounts.secret_box import open_sealed, seal
from monitoring.content.authors import author_identity, erased_key
from monitoring.ingest.author_refresh import ensure_settings
from monitoring.ingest.erasure import author_erased
from monitoring.models import Author, AuthorCheck, AuthorSettings, Document, Mute

# The name of an erased author in entries of the activity log.
TARGET = "1 author"


def erase_author(project: Project, user: User, author_id: int) -> Author:
    """Erase the data of an author. Raises Author.DoesNotExist.

    The lock of the row waits for those that add notes and tags, and for those that compute it. The lock of the
    settings comes first: ingest/authors.py has it while it waits for this author's key.
    """
    with transaction.atomic():
        secret = _secret(project)
        author = Author.objects.select_for_update(no_key=True).get(project=project, pk=author_id)
        if author.erased_at is not None:
            return author
        names = _names(author)
        author.notes.all().delete()
        author.tags.all().delete()
        AuthorCheck.objects.filter(author=author).delete()
        _anonymize_mutes(author)
        _anonymize_activity(author)
        author_erased.send(sender=None, project_id=project.pk, names=names)
        for field in ("name", "handle", "url", "site"):
            setattr(author, field, "")
        for field in ("followers", "first_at", "last_at", "welcome_at", "greeted_at", "greeted_by", "search"):
            setattr(author, field, None)
        author.speaks_for = None
        author.is_regular = author.is_detractor = author.is_ambassador = False
        author.mention_count = 0
        author.key = erased_key(author.key, secret)
        author.erased_at = timezone.now()
        author.save()
        record(project, user, "author.erased", TARGET, author=author.pk)
    from monitoring.tasks import erase_items, send

    transaction.on_commit(lambda: send(erase_items))
    return author


def _secret(project: Project) -> str:
    """Return the secret of the project's erased authors; the first erasure makes it. Raises Unreadable."""
    ensure_settings({project.pk})
    rules = AuthorSettings.objects.select_for_update().get(project=project)
    if not rules.erasure_secret:
        rules.erasure_secret = seal(token_hex(32))
        rules.save(update_fields=["erasure_secret"])
    return open_sealed(rules.erasure_secret)


def _names(author: Author) -> set[str]:
    """Return all names under which items of the author were stored."""
    documents = Document.objects.filter(written_by=author)
    return {name for name in documents.values_list("author", flat=True).distinct() if name} | {author.name} - {""}


def _anonymize_mutes(author: Author) -> None:
    """Leave of the author's mutes what hides the mentions that are stored."""
    documents = Document.objects.filter(written_by=author)
    facts = documents.values_list("author_url", "author_handle", "author").distinct()
    identities = {author_identity(*one) for one in facts} - {""}
    mutes = Mute.objects.filter(project=author.project_id, kind=Mute.Kind.AUTHOR, platform=author.platform)
    for mute in mutes.filter(value__in=identities).select_for_update().order_by("pk"):
        entries = ActivityEntry.objects.filter(project=author.project_id, action__startswith="mute.")
        entries.filter(target=mute.label).update(target=TARGET)
        mute.value, mute.label = str(uuid4()), TARGET
        mute.save(update_fields=["value", "label"])


def _anonymize_activity(author: Author) -> None:
    entries = ActivityEntry.objects.filter(project=author.project_id, action__startswith="author.")
    entries.filter(Q(detail__author=author.pk)).update(target=TARGET)
    tagged = entries.filter(Q(detail__author=author.pk), action="author.tagged")
    tagged.update(detail={"author": author.pk})
