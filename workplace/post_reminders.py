"""Remind people of scheduled posts whose time has come, each planned time once.

Called every 30 s by tasks.py. A post is marked in the transaction that writes its messages, and locked meanwhile: a
worker that is killed leaves both or neither, and a second one takes another post. A moved post gets another reminder.
A post that Vigie publishes on all of its platforms needs none (publishing.py).
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.lost_session import drop_lost_session
from accounts.models import User
from workplace.models import Post
from workplace.post_messages import write_reminders

log = logging.getLogger(__name__)
MAX_POSTS = 500  # of one run: the next one follows soon


def remind(now: datetime) -> int:
    """Write the reminders that are due. Return of how many posts."""
    by_hand = Q(variants__credential=None) | Q(variants=None)
    due = Post.objects.filter(by_hand, status=Post.Status.SCHEDULED, reminded_at=None, due_at__lte=now).distinct()
    ids = due.filter(project__deleted_at=None).order_by("due_at", "pk").values_list("pk", flat=True)[:MAX_POSTS]
    return sum(_remind_of(pk, now) for pk in list(ids))


def _remind_of(post_id: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            rows = Post.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            rows = rows.select_related("project", "owner").filter(status=Post.Status.SCHEDULED, reminded_at=None)
            post = rows.filter(pk=post_id, due_at__lte=now).first()
            if post is None:  # moved, published or reminded of meanwhile, or in use: the next run looks again
                return False
            Post.objects.filter(pk=post.pk).update(reminded_at=timezone.now())
            write_reminders(post, people_of(post))
    except Exception:  # one post's failure never stops the others
        log.exception("event=post_reminder post=%s status=failed", post_id)
        drop_lost_session()
        return False
    log.info("event=post_reminder post=%s status=written", post_id)
    return True


def people_of(post: Post) -> list[User]:
    """Return the owner if they can still publish for the project, else its managers and admins."""
    managers = list(post.project.managers())
    return [user for user in managers if user.pk == post.owner_id] or managers
