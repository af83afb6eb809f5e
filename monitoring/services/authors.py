"""Changes of a team about authors: notes, tags, official accounts, greetings and the rules of labels.

In: a project, a person, the id of an author of the project. Out: rows. Every change is logged. Called by the pages and
the API. Tags are added and removed one by one, so two people can't overwrite each other; a note is changed in the
version that the person saw.
"""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.content.scrub import scrub
from monitoring.ingest.author_refresh import ensure_settings, start_walk
from monitoring.models import Author, AuthorNote, AuthorSettings, AuthorTag, Document, Keyword, Mute
from monitoring.models.authors import MAX_NOTE
from monitoring.services.mention_tags import normal_tags
from monitoring.services.mutes import mute_like

MAX_NOTES = 200  # per author: the page shows all
MAX_TAGS = 30  # per author

_INSERT_TAGS = """
INSERT INTO monitoring_authortag (project_id, author_id, tag)
SELECT %s, %s, tag FROM unnest(%s::text[]) AS tag ORDER BY tag ON CONFLICT DO NOTHING RETURNING tag
"""


class NoteChanged(Exception):
    """Somebody else has changed the note since; `note` is the present one."""

    def __init__(self, note: AuthorNote) -> None:
        super().__init__(note)
        self.note = note


def settings_of(project: Project) -> AuthorSettings:
    """Return the rules of a project, the usual ones if nobody has changed them."""
    return AuthorSettings.objects.filter(project=project).first() or AuthorSettings(project=project)


def add_note(project: Project, user: User, author_id: int, text: str) -> AuthorNote:
    """Add a note. Raises Author.DoesNotExist, or ValidationError for an unusable text.

    The lock of the author's row keeps an erasure from running meanwhile.
    """
    text = _note_text(text)
    with transaction.atomic():
        author = _locked(project, author_id)
        if author.notes.count() >= MAX_NOTES:
            raise ValidationError({"text": ValidationError(_("This author has too many notes."), code="too_many")})
        note = AuthorNote.objects.create(author=author, user=user, text=text)
        record(project, user, "author.note_added", author, author=author.pk)
    return note


def change_note(project: Project, user: User, author_id: int, note_id: int, version: int, text: str) -> AuthorNote:
    """Change a note. Raises DoesNotExist, NoteChanged, or ValidationError for an unusable text."""
    text = _note_text(text)
    with transaction.atomic():
        author = _locked(project, author_id)
        note = AuthorNote.objects.select_for_update().get(author=author, pk=note_id)
        if note.version != version:
            raise NoteChanged(note)
        note.text, note.version, note.updated_at = text, version + 1, timezone.now()
        note.save(update_fields=["text", "version", "updated_at"])
        record(project, user, "author.note_changed", author, author=author.pk)
    return note


def delete_note(project: Project, user: User, author_id: int, note_id: int) -> None:
    """Delete a note. Raises DoesNotExist."""
    with transaction.atomic():
        author = _locked(project, author_id)
        AuthorNote.objects.get(author=author, pk=note_id).delete()
        record(project, user, "author.note_deleted", author, author=author.pk)


def change_tags(
    project: Project, user: User, author_id: int, *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> list[str]:
    """Add and remove tags. Return those of the author now, in alphabetical order. Raises Author.DoesNotExist."""
    added, removed = normal_tags(add), normal_tags(remove)
    with transaction.atomic(), connection.cursor() as cursor:
        author = _locked(project, author_id)
        gone = AuthorTag.objects.filter(author=author, tag__in=removed)
        lost = sorted(gone.values_list("tag", flat=True))
        gone.delete()
        cursor.execute(_INSERT_TAGS, [project.pk, author.pk, added])
        new = sorted(tag for (tag,) in cursor.fetchall())
        present = sorted(AuthorTag.objects.filter(author=author).values_list("tag", flat=True))
        if len(present) > MAX_TAGS:
            raise ValidationError({"tag": ValidationError(_("This author has too many tags."), code="too_many")})
        if lost or new:
            record(project, user, "author.tagged", author, author=author.pk, added=new, removed=lost)
    return present


def tags_of_authors(project: Project) -> list[str]:
    """Return the tags in use, in alphabetical order, for filters and suggestions."""
    tags = AuthorTag.objects.filter(project=project)
    return list(tags.values_list("tag", flat=True).distinct().order_by("tag")[:200])


def official_keywords(project: Project) -> QuerySet[Keyword]:
    """Return the keywords that have official accounts: brands and competitors."""
    return Keyword.objects.filter(project=project).exclude(type=Keyword.Type.TOPIC).order_by("id")


def set_official(project: Project, user: User, author_id: int, keyword_id: int | None) -> Author:
    """Say which brand or competitor an author speaks for, None for nobody. Raises Author.DoesNotExist, or
    Keyword.DoesNotExist for a keyword that is neither.
    """
    with transaction.atomic():
        author = _locked(project, author_id)
        keyword = official_keywords(project).get(pk=keyword_id) if keyword_id is not None else None
        if author.speaks_for_id != keyword_id:
            author.speaks_for = keyword
            author.save(update_fields=["speaks_for"])
            record(
                project, user, "author.official_set", author, author=author.pk, keyword=keyword.name if keyword else ""
            )
    return author


def greet(project: Project, user: User, author_ids: Collection[int]) -> list[int]:
    """Take authors off the welcome queue until they return after a long time. Return the ids of those who were on it.

    Compare-and-set: of two people who do this at the same time, one greets.
    """
    with transaction.atomic():
        waiting = Author.objects.filter(project=project, pk__in=author_ids, erased_at=None, welcome_at__isnull=False)
        waiting = waiting.filter(Q(greeted_at=None) | Q(greeted_at__lt=F("welcome_at")))
        authors = list(waiting.order_by("pk").select_for_update(no_key=True))
        Author.objects.filter(pk__in=[one.pk for one in authors]).update(greeted_at=timezone.now(), greeted_by=user)
        for author in authors:
            record(project, user, "author.greeted", author, author=author.pk)
    return [one.pk for one in authors]


def set_rules(project: Project, user: User, **values: int) -> AuthorSettings:
    """Change the rules of labels and of the welcome queue; all authors are computed again in the background.

    Raises ValidationError for a number out of range.
    """
    with transaction.atomic():
        ensure_settings({project.pk})
        rules = AuthorSettings.objects.select_for_update().get(project=project)
        changes = {name: value for name, value in values.items() if getattr(rules, name) != value}
        for name, value in changes.items():
            setattr(rules, name, value)
        rules.clean_fields(exclude=["project", "backfilled_to", "walked_to", "walked_at"])
        if changes:
            rules.save(update_fields=list(changes))
            start_walk(project.pk)
            record(project, user, "author.rules_changed", project, **changes)
    if changes:
        from monitoring.tasks import send, walk_authors

        transaction.on_commit(lambda: send(walk_authors))
    return rules


def mute_author(project: Project, user: User, author_id: int) -> Mute:
    """Mute an author, as on a mention. Raises Author.DoesNotExist, or ValidationError if no item names them."""
    author = Author.objects.get(project=project, pk=author_id, erased_at=None)
    document = Document.objects.filter(written_by=author, deleted_at=None).order_by("-published").first()
    if document is None:
        raise ValidationError(_("No item of this author is stored."), code="missing")
    return mute_like(project, user, Mute.Kind.AUTHOR, document)


def _locked(project: Project, author_id: int) -> Author:
    authors = Author.objects.select_for_update(no_key=True)
    return authors.get(project=project, pk=author_id, erased_at=None)


def _note_text(text: str) -> str:
    text = scrub(text).strip()
    if not text:
        raise ValidationError({"text": ValidationError(_("Enter a note."), code="missing")})
    if len(text) > MAX_NOTE:
        message = _("Enter at most %(number)s characters.") % {"number": MAX_NOTE}
        raise ValidationError({"text": ValidationError(message, code="too_long")})
    return text
