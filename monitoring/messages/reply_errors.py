"""Messages for the errors of replying (monitoring/platforms/replies.py): what happened, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from monitoring.messages.error_text import ErrorText
from monitoring.messages.publish_errors import publish_errors
from monitoring.messages.source_errors import error_text

_ELSEWHERE = _("Reply on the platform, and mark the item as replied.")
_AGAIN = _("The draft is unchanged. Send it again later.")
_CONNECT = _("Ask an admin to connect the account again, then send the reply again.")

REPLY_ERROR_TEXTS: dict[str, ErrorText] = {
    **publish_errors(_CONNECT, _AGAIN),
    "reply_unknown": ErrorText(
        _("The platform didn’t say whether it published the reply."),
        _("Open the item on the platform. Then select whether the reply is there."),
    ),
    "reply_too_long": ErrorText(_("The reply is too long for the platform."), _("Shorten it, then send it again.")),
    "reply_duplicate": ErrorText(
        _("The platform refuses the reply: the account has just published the same text."),
        _("Check whether the reply is there. If not, change the text and send it again."),
    ),
    "reply_refused": ErrorText(_("The platform doesn’t accept this reply from the account."), _ELSEWHERE),
    "reply_permission": ErrorText(_("The account isn’t allowed to publish replies."), _CONNECT),
    "reply_no_id": ErrorText(_("Vigie no longer has the ID of this item at the platform."), _ELSEWHERE),
    "parent_deleted": ErrorText(
        _("The item was deleted, or the account can’t see it."), _("Check it on the platform. Discard the draft.")
    ),
    "account_removed": ErrorText(
        _("The account was removed, or may no longer be used for replies."), _("Choose another account.")
    ),
    "rate_limited": ErrorText(_("The platform accepts no further replies for now."), _AGAIN),
    "spend_cap": ErrorText(
        _("The account’s credits or spending cap at the platform are used up."),
        _("Add credits or raise the cap there, then send the reply again."),
    ),
}


def reply_error_text(code: str) -> ErrorText:
    """Return the text for an error of a reply; for one of the connection, that of sources with another advice."""
    return REPLY_ERROR_TEXTS.get(code) or ErrorText(error_text(code).message, _AGAIN)
