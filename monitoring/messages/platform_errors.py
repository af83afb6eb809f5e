"""Messages for the error codes of platforms (monitoring/platforms/base.py). Merged into those of source_errors.py."""

from django.utils.translation import gettext_lazy as _

from monitoring.messages.error_text import ErrorText

_WAIT = _("No action needed. Vigie goes on when the platform allows it.")
_CONNECT = _("Enter the key or sign in again on the source’s page.")

PLATFORM_ERROR_TEXTS: dict[str, ErrorText] = {
    "unexpected_response": ErrorText(
        _("The platform sent a response that Vigie can’t read."),
        _("No action needed. If this lasts, the platform may have changed: check for a newer version of Vigie."),
    ),
    "credential_missing": ErrorText(_("The source has no key or account."), _CONNECT),
    "credential_rejected": ErrorText(_("The platform rejects the key, password or token."), _CONNECT),
    "reconnect": ErrorText(_("The connection to the account has ended."), _CONNECT),
    "reconnect_soon": ErrorText(
        _("The connection to the account ends soon, and Vigie can’t renew it."), _("Connect the account again.")
    ),
    "app_rejected": ErrorText(
        _("The platform rejects the app: its ID or secret, or what it may do."),
        _("Compare them with the page of the app at the platform, and connect the account again."),
    ),
    "no_pages": ErrorText(
        _("The account manages no Page, or the Page wasn’t selected."),
        _("Connect an account that manages the Page, and select the Page on the platform’s page."),
    ),
    "access_denied": ErrorText(
        _("The platform denies access with this credential (403)."),
        _("Check on the platform which permissions the key or app has, and whether it was approved."),
    ),
    "quota_used_up": ErrorText(_("The platform’s quota is used up."), _WAIT),
    "spend_cap": ErrorText(
        _("The account’s credits or spending cap at the platform are used up."),
        _("Add credits or raise the cap there, or wait."),
    ),
    "hashtag_limit": ErrorText(
        _("The account has already read 30 different hashtags in 7 days, and Instagram allows no more."),
        _("Delete the source of another hashtag and wait up to 7 days, or use another account."),
    ),
    "query_rejected": ErrorText(
        _("The platform rejects the search."), _("Simplify the queries of the keywords that track this platform.")
    ),
    "version_ended": ErrorText(
        _("The platform has shut down the version of its API that the source uses."),
        _("Enter a newer version in the source’s settings."),
    ),
    "bad_cursor": ErrorText(_("The platform no longer knows where the last check ended."), _WAIT),
    "timeline_closed": ErrorText(
        _("The server doesn’t show this timeline without an account."), _("Choose another server.")
    ),
    "channel_closed": ErrorText(
        _("The channel has no public preview, or doesn’t exist."), _("Check the name of the channel.")
    ),
    "followers_hidden": ErrorText(
        _("The account hides how many follow it."), _("Show the number in the settings of the account there.")
    ),
    "stream_gap": ErrorText(
        _("Vigie wasn’t reading the stream, which no longer had these posts afterwards."),
        _("No action needed: Vigie is reading again. Posts of that time are missing."),
    ),
}
