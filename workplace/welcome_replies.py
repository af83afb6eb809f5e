"""The saved reply that replies from the welcome queue start with: choose it, and find it in the language of an item.

In: a project. Out: ids of saved replies. Called by the page of the queue and the API.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from accounts.activity_log import record
from accounts.models import Project, User
from workplace.models import ReplyRules, SavedReply


@dataclass(frozen=True)
class WelcomeReply:
    """The chosen reply, None if there is none, and by language the ids of those with its name."""

    reply: SavedReply | None = None
    by_language: Mapping[str, int] = field(default_factory=dict)

    def id_for(self, language: str) -> int | None:
        """Return the reply with the chosen name in this language, else the chosen one."""
        return self.by_language.get(language.partition("-")[0], self.reply.pk if self.reply else None)


def welcome_reply(project: Project) -> WelcomeReply:
    """Return the reply that a project has chosen."""
    rules = ReplyRules.objects.filter(project=project).select_related("welcome_reply").first()
    reply = rules.welcome_reply if rules else None
    if reply is None:
        return WelcomeReply()
    same = SavedReply.objects.filter(project=project, name__iexact=reply.name)
    return WelcomeReply(reply, {**dict(same.values_list("language", "pk")), reply.language: reply.pk})


@transaction.atomic
def set_welcome_reply(project: Project, user: User, reply_id: int | None) -> None:
    """Choose the reply, None for none. Raises SavedReply.DoesNotExist."""
    reply = SavedReply.objects.get(project=project, pk=reply_id) if reply_id is not None else None
    ReplyRules.objects.get_or_create(project=project)
    rules = ReplyRules.objects.select_for_update().get(project=project)
    if rules.welcome_reply_id == reply_id:
        return
    rules.welcome_reply = reply
    rules.save(update_fields=["welcome_reply"])
    record(project, user, "reply_rules.changed", project, welcome_reply=reply.name if reply else "")
