"""Messages for the errors that replies and posts share: those of the account and of its platform."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from monitoring.messages.error_text import ErrorText


def publish_errors(connect: Promise, again: Promise) -> dict[str, ErrorText]:
    """Return the texts by code; `connect` is the advice for a lost connection, `again` the one to try again later."""
    return {
        "credential_missing": ErrorText(_("The account has no key, or none that can be used here."), connect),
        "credential_rejected": ErrorText(_("The platform rejects the account’s key, password or token."), connect),
        "reconnect": ErrorText(_("The connection to the account has ended."), connect),
        "access_denied": ErrorText(_("The platform denies access with this account."), connect),
        "quota_used_up": ErrorText(_("The platform’s quota is used up."), again),
        "unexpected_response": ErrorText(_("The platform sent a response that Vigie can’t read."), again),
    }
