"""Messages for the errors of publishing a post: what happened, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from monitoring.messages.error_text import ErrorText
from monitoring.messages.publish_errors import publish_errors
from monitoring.messages.source_errors import error_text

_AGAIN = _("Schedule the post again later.")
_CONNECT = _("Ask an admin to connect the account again, then schedule the post again.")

POST_ERROR_TEXTS: dict[str, ErrorText] = {
    **publish_errors(_CONNECT, _AGAIN),
    "too_late": ErrorText(
        _("Vigie was not running at the time of the post."), _("Publish it yourself, or schedule it for another time.")
    ),
    "reply_unknown": ErrorText(
        _("The platform didn’t say whether it published the post."),
        _("Open the account on the platform. Then select whether the post is there."),
    ),
    "reply_too_long": ErrorText(
        _("The text is too long for the platform."), _("Shorten it, then schedule the post again.")
    ),
    "reply_duplicate": ErrorText(
        _("The platform refuses the post: the account has just published the same text."),
        _("Check whether the post is there. If not, change the text and schedule it again."),
    ),
    "reply_refused": ErrorText(_("The platform doesn’t accept this post from the account."), _("Publish it there.")),
    "reply_permission": ErrorText(_("The account isn’t allowed to publish posts."), _CONNECT),
    "picture_refused": ErrorText(
        _("The platform doesn’t accept a picture of the post."),
        _("Replace or remove the picture, then schedule the post again."),
    ),
    "picture_processing": ErrorText(_("The platform hasn’t finished processing the pictures."), _AGAIN),
    "place_not_found": ErrorText(
        _("The subreddit or category doesn’t exist, or the account can’t see it."),
        _("Correct it on the page of the post, then schedule the post again."),
    ),
    "post_rules": ErrorText(
        _("The platform’s rules refuse the title or the text."),
        _("Change the post as the platform asks, then schedule it again."),
    ),
    "account_removed": ErrorText(
        _("The account was removed, or may no longer publish."), _("Choose another account, then schedule again.")
    ),
    "source_deleted": ErrorText(
        _("The source of this account was deleted."),
        _("Ask an admin to add it again with this account, then schedule the post again."),
    ),
    "rate_limited": ErrorText(_("The platform accepts no further posts for now."), _AGAIN),
    "spend_cap": ErrorText(
        _("The account’s credits or spending cap at the platform are used up."),
        _("Add credits or raise the cap there, then schedule the post again."),
    ),
}


def post_error_text(code: str) -> ErrorText:
    """Return the text for an error of a post; for one of the connection, that of sources with another advice."""
    return POST_ERROR_TEXTS.get(code) or ErrorText(error_text(code).message, _AGAIN)
