"""Create, change, pause and delete keywords.

In: a project and a keyword's columns. Each change takes the project lock, so no document is missed between the old
query and the new one, matches the newest stored documents, writes the activity log, and leaves older documents to the
backfill task. Called by the keyword form, the API and the `add_keyword` command.
"""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.ingest.backfill import backfill_batch, start_backfill
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.messages.query_errors import explain_error
from monitoring.models import Correction, Keyword, Mention
from monitoring.query import QueryError, parse

# Columns that decide what a keyword matches.
MATCHING_FIELDS = {"query", "languages", "platforms"}


def create_keyword(
    project: Project,
    user: User | None,
    *,
    name: str,
    query: str,
    type: str = Keyword.Type.BRAND,
    languages: list[str] | tuple[str, ...] = (),
    platforms: list[str] | tuple[str, ...] = (),
) -> Keyword:
    """Create a keyword and match it against the newest stored documents. Raises ValidationError by field."""
    keyword = Keyword(
        project=project, name=name.strip(), type=type, query=query, languages=[*languages], platforms=[*platforms]
    )
    with transaction.atomic():
        lock_project_exclusive(project.pk)
        _validate(keyword)
        start_backfill(keyword)
        keyword.save()
        record(project, user, "keyword.created", keyword, query=query, type=type)
        backfill_batch(keyword)
    _continue_backfill(keyword)
    return keyword


def update_keyword(keyword: Keyword, user: User | None, **changes: object) -> Keyword:
    """Change name, type, query, languages or platforms. Raises ValidationError by field and then changes nothing."""
    with transaction.atomic():
        lock_project_exclusive(keyword.project_id)
        keyword.refresh_from_db()  # another person or the backfill may have changed it since it was read
        before = {name: getattr(keyword, name) for name, value in changes.items() if getattr(keyword, name) != value}
        changed = {name: changes[name] for name in before}
        if not changed:
            return keyword
        for name, value in changed.items():
            setattr(keyword, name, value)
        _validate(keyword, is_query_saved="query" not in changed)
        if MATCHING_FIELDS & changed.keys():
            _restart_matching(keyword)
        keyword.save()
        record(keyword.project, user, "keyword.changed", keyword, before=before, after=changed)
        if MATCHING_FIELDS & changed.keys() and not keyword.is_paused:
            backfill_batch(keyword)
    _continue_backfill(keyword)
    return keyword


def pause_keyword(keyword: Keyword, user: User | None, paused: bool) -> Keyword:
    """Pause or resume matching. Documents that arrived during the pause are matched on resuming."""
    with transaction.atomic():
        lock_project_exclusive(keyword.project_id)
        keyword.refresh_from_db()
        if keyword.is_paused == paused:
            return keyword
        keyword.is_paused = paused
        if not paused:
            _restart_matching(keyword)
        keyword.save()
        record(keyword.project, user, "keyword.paused" if paused else "keyword.resumed", keyword)
    _continue_backfill(keyword)
    return keyword


def delete_keyword(keyword: Keyword, user: User | None) -> None:
    """Delete a keyword with its mentions, rules and incidents; documents stay for their retention period."""
    with transaction.atomic():
        lock_project_exclusive(keyword.project_id)
        record(keyword.project, user, "keyword.deleted", keyword, query=keyword.query)
        # Corrections outlive their mentions; Django's delete would load every mention to detach them. Mentions are
        # deleted first, since corrections lock them first: a correction that was committed before that is detached
        # too. Foreign keys are checked at the end of the transaction.
        Mention.objects.filter(keyword=keyword)._raw_delete(using=connection.alias)
        orphans = Correction.objects.filter(project=keyword.project_id, mention_id__isnull=False)
        orphans.filter(~Exists(Mention.objects.filter(pk=OuterRef("mention_id")))).update(mention=None)
        keyword.delete()


def _restart_matching(keyword: Keyword) -> None:
    """Make this a new version, to be matched against all stored documents. The caller saves it."""
    keyword.version += 1
    start_backfill(keyword)


def _continue_backfill(keyword: Keyword) -> None:
    from monitoring.tasks import backfill_keywords, send

    if keyword.backfilled_to is not None and not keyword.is_paused:
        transaction.on_commit(lambda: send(backfill_keywords))


def _validate(keyword: Keyword, *, is_query_saved: bool = False) -> None:
    keyword.full_clean(exclude=["project"], validate_unique=False, validate_constraints=False)
    try:
        parse(keyword.query, saved=is_query_saved)
    except QueryError as error:
        raise ValidationError({"query": ValidationError(explain_error(error), code=error.code)}) from error
    others = Keyword.objects.filter(project=keyword.project, name__iexact=keyword.name).exclude(pk=keyword.pk)
    if others.exists():
        raise ValidationError(
            {"name": _("Another keyword in this project already has this name. Choose a different one.")}
        )
