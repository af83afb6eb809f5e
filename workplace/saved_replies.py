"""Saved replies and the rules for replies: change, find, and fill them in for an item.

In: a project, a person and values. Out: rows. Changes are logged; each says which `version` it was made on. For the
mention pages.
"""

from typing import cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.content.scrub import scrub
from monitoring.models import Document, Keyword
from monitoring.query.folding import fold
from workplace.models import ReplyRules, SavedReply
from workplace.models.drafts import MAX_TEXT
from workplace.project_rules import change_rules
from workplace.reply_variables import VARIABLES, fill, unknown_variables

MAX_SAVED = 500  # per project: lists have no pages
MAX_FORBIDDEN = 200  # words and phrases, each of which is searched in a text while it is typed
MAX_FORBIDDEN_LENGTH = 100


class SavedReplyChanged(Exception):
    """Somebody else has changed or deleted the saved reply since; `reply` is the present one."""

    def __init__(self, reply: SavedReply | None) -> None:
        super().__init__(reply)
        self.reply = reply


def saved_replies(project: Project, search: str = "", language: str = "") -> list[SavedReply]:
    """Return the saved replies by name. A search finds words in name and text, ignoring case and accents."""
    rows = SavedReply.objects.filter(project=project).order_by("name", "language", "pk")
    if language:
        rows = rows.filter(language=language)
    words = fold(search).split()
    return [row for row in rows if all(word in fold(f"{row.name} {row.text}") for word in words)]


def create_saved_reply(project: Project, user: User, *, name: str, language: str, text: str) -> SavedReply:
    """Create one. Raises ValidationError for unusable values, such as unknown variables."""
    if SavedReply.objects.filter(project=project).count() >= MAX_SAVED:
        message = _("This project has %(count)s saved replies. Delete one first.") % {"count": MAX_SAVED}
        raise ValidationError({"name": ValidationError(message, code="too_many")})
    return _save(SavedReply(project=project), user, "saved_reply.created", name=name, language=language, text=text)


def change_saved_reply(
    project: Project, user: User, reply_id: int, version: int, *, name: str, language: str, text: str
) -> SavedReply:
    """Change one. Raises SavedReply.DoesNotExist, SavedReplyChanged or ValidationError."""
    with transaction.atomic():
        reply = SavedReply.objects.select_for_update().get(project=project, pk=reply_id)
        if reply.version != version:
            raise SavedReplyChanged(reply)
        reply.version += 1
        return _save(reply, user, "saved_reply.changed", name=name, language=language, text=text)


def delete_saved_reply(project: Project, user: User, reply_id: int) -> None:
    """Delete one; drafts that started from it stay."""
    with transaction.atomic():
        reply = SavedReply.objects.select_for_update().get(project=project, pk=reply_id)
        record(project, user, "saved_reply.deleted", reply.name)
        reply.delete()


def filled(reply: SavedReply, document: Document, user: User) -> str:
    """Return the text of a reply to this item: its author, the first brand that it mentions, its URL, the person."""
    return fill(reply.text, values_for(document, user))


def replies_for(document: Document, user: User, search: str = "") -> list[tuple[SavedReply, str]]:
    """Return the saved replies that a search finds, filled in for an item, those in its language first."""
    found = saved_replies(document.project, search)
    found.sort(key=lambda reply: reply.language != document.language.partition("-")[0])
    values = values_for(document, user)
    return [(reply, fill(reply.text, values)) for reply in found]


def values_for(document: Document, user: User) -> dict[str, str]:
    """Return the values of the variables for an item."""
    keywords = Keyword.objects.filter(project=document.project_id).order_by("pk")
    brands = keywords.filter(type=Keyword.Type.BRAND)
    brand = brands.filter(mentions__document=document).first() or brands.first()
    return {
        "author": document.author,
        "brand": brand.name if brand else document.project.name,
        "link": document.url,
        "me": user.first_name or user.name,
    }


def example_values(project: Project, user: User) -> dict[str, str]:
    """Return values of the variables as they could be for an item of the project."""
    brand = Keyword.objects.filter(project=project, type=Keyword.Type.BRAND).order_by("pk").first()
    return {
        "author": "Karim B.",
        "brand": brand.name if brand else project.name,
        "link": "https://forum.example/lamp",
        "me": user.first_name or user.name,
    }


def set_rules(project: Project, user: User, **values: object) -> None:
    """Change the rules for replies; `values` are fields of ReplyRules.

    Raises ValidationError for too many or too long forbidden words.
    """
    if "forbidden" in values:
        values["forbidden"] = _forbidden(cast(list[str], values["forbidden"]))
    change_rules(ReplyRules, project, user, "reply_rules.changed", values)


def variable_error(text: str) -> str:
    """Return what is wrong with the variables of a text, "" if nothing is."""
    unknown = unknown_variables(text)
    if not unknown:
        return ""
    names = ", ".join(f"{{{{{name}}}}}" if name not in ("{{", "}}") else name for name in unknown)
    known = ", ".join(f"{{{{{name}}}}}" for name in VARIABLES)
    return _("Unknown variables: %(names)s. Use %(known)s.") % {"names": names, "known": known}


def _forbidden(words: list[str]) -> list[str]:
    """Return the words and phrases, each once regardless of case and accents."""
    spaced = (" ".join(scrub(word).split()) for word in words)
    found = list({fold(word): word for word in spaced if word}.values())
    if len(found) > MAX_FORBIDDEN:
        message, code = _("Enter at most %(count)s words and phrases.") % {"count": MAX_FORBIDDEN}, "too_many"
        raise ValidationError({"forbidden": ValidationError(message, code=code)})
    if long := next((word for word in found if len(word) > MAX_FORBIDDEN_LENGTH), ""):
        message = _("“%(word)s…” has more than %(count)s characters.")
        shown = message % {"word": long[:20], "count": MAX_FORBIDDEN_LENGTH}
        raise ValidationError({"forbidden": ValidationError(shown, code="max_length")})
    return found


def _save(reply: SavedReply, user: User, action: str, *, name: str, language: str, text: str) -> SavedReply:
    reply.name, reply.language = " ".join(scrub(name).split()), language
    reply.text, reply.updated_at = scrub(text).strip(), timezone.now()
    reply.clean_fields()
    if len(reply.text) > MAX_TEXT:  # Django checks the length of a text in forms only
        raise ValidationError({"text": ValidationError(_("This text is too long."), code="max_length")})
    if error := variable_error(reply.text):
        raise ValidationError({"text": ValidationError(error, code="unknown_variable")})
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError:
        message = _("A saved reply in this language has this name already.")
        raise ValidationError({"name": ValidationError(message, code="unique")}) from None
    record(reply.project, user, action, reply.name, language=reply.language)
    return reply
