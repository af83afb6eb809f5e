"""Create, change, publish, unpublish and delete the issues of collections.

An issue changes only while it is a draft: `locked_draft` locks it, so two people change it one after the other.
Raises ValidationError by field. Called by the pages and the API.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Project, User
from delivery.message import Window
from workplace.curation import checks
from workplace.curation.figures import freeze, thaw
from workplace.curation.gaps import read_gaps
from workplace.curation.versions import IssueChanged
from workplace.curation.withdrawal import stop_sending
from workplace.models import Collection, CollectionIssue
from workplace.models.collections import MAX_INTRO, MAX_TITLE

MAX_DRAFTS = 10
FIELDS = ("title", "intro", "shows_gaps")
FIRST_PERIOD = timedelta(days=7)  # the time before the first issue
MAX_PERIOD = timedelta(days=31)


def issues_of(project: Project) -> QuerySet[CollectionIssue]:
    """Return the issues of a project with their collections."""
    rows = CollectionIssue.objects.filter(collection__project=project)
    return rows.select_related("collection__project")


def create_issue(collection: Collection, user: User, now: datetime) -> CollectionIssue:
    """Create the next draft, with the sections of the last issue."""
    with transaction.atomic():
        Collection.objects.select_for_update(no_key=True).get(pk=collection.pk)  # one number at a time
        if collection.issues.filter(published_at=None).count() >= MAX_DRAFTS:
            text = ngettext(
                "A collection can have %(count)s draft. Publish or delete it first.",
                "A collection can have %(count)s drafts. Publish or delete one first.",
                MAX_DRAFTS,
            )
            raise ValidationError({"issue": ValidationError(text % {"count": MAX_DRAFTS}, code="too_many")})
        last = collection.issues.order_by("-number").first()
        issue = CollectionIssue.objects.create(
            collection=collection,
            number=last.number + 1 if last else 1,
            sections=last.sections if last else [],
            language=collection.language,
            created_at=now,
            changed_at=now,
        )
        record(collection.project, user, "issue.created", name_of(issue), issue=issue.pk)
    return issue


def current_draft(collection: Collection) -> CollectionIssue | None:
    """Return the draft that items are picked into: the one that was changed last."""
    return collection.issues.filter(published_at=None).order_by("-changed_at", "-pk").first()


def draft_to_pick(collection: Collection, user: User, now: datetime) -> CollectionIssue:
    """Return the draft that items are picked into. Without one, the first of two people creates it for both."""
    with transaction.atomic():
        Collection.objects.select_for_update(no_key=True).get(pk=collection.pk)
        return current_draft(collection) or create_issue(collection, user, now)


def locked_draft(issue: CollectionIssue) -> CollectionIssue:
    """Return a draft, locked until the transaction ends. Raises ValidationError if it is published."""
    rows = CollectionIssue.objects.select_related("collection__project").select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=issue.pk).first()
    if found is None:
        raise ValidationError({"issue": ValidationError(_("This draft was deleted meanwhile."), code="deleted")})
    if found.is_published:
        text = _("This issue is published. Unpublish it to change it.")
        raise ValidationError({"issue": ValidationError(text, code="published")})
    return found


def change_issue(issue: CollectionIssue, version: int, now: datetime, **values: Any) -> CollectionIssue:
    """Change `title`, `intro` or `shows_gaps` of a draft. Raises IssueChanged for another version of it."""
    with transaction.atomic():
        draft = locked_draft(issue)
        before = {name: getattr(draft, name) for name in FIELDS}
        if "title" in values:
            draft.title = checks.line("title", values["title"], MAX_TITLE)
        if "intro" in values:
            draft.intro = checks.paragraphs("intro", values["intro"], MAX_INTRO)
        draft.shows_gaps = bool(values.get("shows_gaps", draft.shows_gaps))
        if before == {name: getattr(draft, name) for name in FIELDS}:
            return draft
        if draft.version != version:
            raise IssueChanged(locked_draft(issue))
        draft.version += 1
        draft.changed_at = now
        draft.save(update_fields=[*FIELDS, "version", "changed_at"])
    return draft


def publish(issue: CollectionIssue, user: User | None, now: datetime) -> CollectionIssue:
    """Publish a draft: it shows what it has now, until it is unpublished. Without a person, Vigie does, as planned."""
    with transaction.atomic():
        draft = locked_draft(issue)
        check_complete(draft)
        editor = user or draft.planned_by
        period = period_of(draft, now)
        draft.gaps = read_gaps(draft.collection.project, period) if draft.shows_gaps else []
        draft.language, draft.editor = draft.collection.language, editor.name if editor else ""
        draft.publish_at, draft.plan_problem = None, ""
        draft.published_at = draft.changed_at = now
        draft.save()
        freeze(draft, now)
        record(draft.collection.project, user, "issue.published", name_of(draft), issue=draft.pk)
    return draft


def check_complete(draft: CollectionIssue) -> None:
    """Raise ValidationError if a draft has nothing to publish."""
    if not draft.title:
        raise ValidationError({"title": ValidationError(_("Enter a title."), code="required")})
    if not draft.items.filter(removed_at=None).exists():
        raise ValidationError({"items": ValidationError(_("Add at least one item."), code="required")})


def unpublish(issue: CollectionIssue, user: User, now: datetime) -> CollectionIssue:
    """Take an issue off the page; it is a draft again. Emails that were sent stay in their mailboxes."""
    with transaction.atomic():
        rows = CollectionIssue.objects.select_related("collection__project").select_for_update(of=("self",))
        found = rows.get(pk=issue.pk)
        if found.is_published:
            found.published_at, found.gaps, found.editor, found.changed_at = None, [], "", now
            stop_sending(found)
            found.save()
            thaw(found)
            record(found.collection.project, user, "issue.unpublished", name_of(found), issue=found.pk)
    return found


def delete_issue(issue: CollectionIssue, user: User) -> None:
    """Delete a draft. Raises ValidationError if it is published."""
    with transaction.atomic():
        draft = locked_draft(issue)
        record(draft.collection.project, user, "issue.deleted", name_of(draft), issue=draft.pk)
        draft.delete()


def period_of(issue: CollectionIssue, now: datetime) -> Window:
    """Return the time that a draft is about: since the previous issue was published, a month at most."""
    earlier = issue.collection.issues.filter(published_at__isnull=False).exclude(pk=issue.pk)
    last = earlier.aggregate(last=Max("published_at"))["last"]
    return Window(max(last, now - MAX_PERIOD) if last else now - FIRST_PERIOD, now)


def name_of(issue: CollectionIssue) -> str:
    """Return what the activity log calls an issue."""
    return f"{issue.collection.name} {issue.number}"
