"""Every change a person makes to a topic. Each takes the project's discovery lock, so no document slips between the
old query and the new one, matches the newest kept documents at once, leaves an audit line, and hands the rest of the
history to the backfill task.
"""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.audit import record
from accounts.models import Project, User
from monitoring.backfill import backfill_some, start_backfill
from monitoring.discoveries import hold_discoveries
from monitoring.models import Correction, Mention, Topic
from monitoring.query import QueryError, parse
from monitoring.query_errors import explain_error

# Columns whose change changes what a topic matches.
MATCHING = {"query", "languages", "platforms"}


def create_topic(
    project: Project,
    user: User | None,
    *,
    name: str,
    query: str,
    kind: str = Topic.Kind.BRAND,
    languages: list[str] | tuple[str, ...] = (),
    platforms: list[str] | tuple[str, ...] = (),
) -> Topic:
    """Save a new topic and match it against the kept documents. Raises ValidationError by field."""
    topic = Topic(
        project=project, name=name.strip(), kind=kind, query=query, languages=[*languages], platforms=[*platforms]
    )
    with transaction.atomic():
        hold_discoveries(project.pk)
        _validate(topic)
        start_backfill(topic)
        topic.save()
        record(project, user, "topic.created", topic, query=query, kind=kind)
        backfill_some(topic)
    _continue_backfill(topic)
    return topic


def update_topic(topic: Topic, user: User | None, **changes: object) -> Topic:
    """Change name, kind, query, languages or platforms. Raises ValidationError by field; nothing is then changed."""
    with transaction.atomic():
        hold_discoveries(topic.project_id)
        topic.refresh_from_db()  # somebody else, or the backfill, may have gone on since it was read
        before = {name: getattr(topic, name) for name, value in changes.items() if getattr(topic, name) != value}
        changed = {name: changes[name] for name in before}
        if not changed:
            return topic
        for name, value in changed.items():
            setattr(topic, name, value)
        _validate(topic)
        if MATCHING & changed.keys():
            _match_anew(topic)
        topic.save()
        record(topic.project, user, "topic.changed", topic, before=before, after=changed)
        if MATCHING & changed.keys() and not topic.is_paused:
            backfill_some(topic)
    _continue_backfill(topic)
    return topic


def pause_topic(topic: Topic, user: User | None, paused: bool) -> Topic:
    """Stop or take up matching again. What arrived during the pause is matched on resuming."""
    with transaction.atomic():
        hold_discoveries(topic.project_id)
        topic.refresh_from_db()
        if topic.is_paused == paused:
            return topic
        topic.is_paused = paused
        if not paused:
            _match_anew(topic)
        topic.save()
        record(topic.project, user, "topic.paused" if paused else "topic.resumed", topic)
    _continue_backfill(topic)
    return topic


def delete_topic(topic: Topic, user: User | None) -> None:
    """Delete a topic with its mentions, rules and incidents; the documents stay for their retention time."""
    with transaction.atomic():
        hold_discoveries(topic.project_id)
        record(topic.project, user, "topic.deleted", topic, query=topic.query)
        # Corrections outlive their mentions; Django's own delete would load every mention to see to that. Mentions
        # go first, as whoever corrects one locks them first, and what was corrected until then is seen to as well;
        # foreign keys are checked at the end of the transaction.
        Mention.objects.filter(topic=topic)._raw_delete(using=connection.alias)
        orphans = Correction.objects.filter(project=topic.project_id, mention_id__isnull=False)
        orphans.filter(~Exists(Mention.objects.filter(pk=OuterRef("mention_id")))).update(mention=None)
        topic.delete()


def _match_anew(topic: Topic) -> None:
    topic.version += 1
    start_backfill(topic)


def _continue_backfill(topic: Topic) -> None:
    from monitoring.tasks import backfill_topics, send

    if topic.backfilled_to is not None and not topic.is_paused:
        transaction.on_commit(lambda: send(backfill_topics))


def _validate(topic: Topic) -> None:
    topic.full_clean(exclude=["project"], validate_unique=False, validate_constraints=False)
    try:
        parse(topic.query)
    except QueryError as error:
        raise ValidationError({"query": ValidationError(explain_error(error), code=error.code)}) from error
    others = Topic.objects.filter(project=topic.project, name__iexact=topic.name).exclude(pk=topic.pk)
    if others.exists():
        raise ValidationError({"name": _("Another keyword of this project has this name. Choose a different one.")})
