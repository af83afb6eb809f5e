"""The words for errors of website figures: what happened, then what to do. In: a provider and a code. Out: a sentence.

Called by the pages and the API. The words for what a person enters wrongly are here too.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from website.readers.registry import READERS

_ERRORS: dict[str, str | Promise] = {
    "credential_rejected": gettext_lazy("%(provider)s rejects the key. Create a new one and enter it."),
    "not_allowed": gettext_lazy(
        "%(provider)s gives this key no access to the website. Give its account the right to view it, and check the "
        "number or name of the website."
    ),
    "api_disabled": gettext_lazy(
        "An API of Google Analytics is not enabled. Enable the Google Analytics Data API in Google Cloud, in the "
        "project of the service account or OAuth client; for an OAuth client, the Google Analytics Admin API, too."
    ),
    "not_found": gettext_lazy("%(provider)s knows no such website. Check its number or name."),
    "no_api": gettext_lazy("This URL doesn’t respond as %(provider)s does. Enter the URL where you sign in."),
    "other_zone": gettext_lazy("The website has another time zone in %(provider)s. Enter the same one."),
    "private_address": gettext_lazy(
        "This URL can’t be used: it leads to a private network, or isn’t valid. The server admin can allow private "
        "hosts with FETCH_ALLOWED_HOSTS."
    ),
    "not_secure": gettext_lazy("No trustworthy encrypted connection to %(provider)s. Check the certificate."),
    "unreachable": gettext_lazy("%(provider)s couldn’t be reached, or stopped responding."),
    "quota": gettext_lazy("%(provider)s allows no more requests for now. Vigie continues when it does again."),
    "too_many_rows": gettext_lazy("%(provider)s returns more rows than Vigie reads. Use a website with fewer pages."),
    "server_error": gettext_lazy("%(provider)s reports an error of its own. Vigie tries again."),
    "unexpected_response": gettext_lazy("%(provider)s responds in a way that Vigie doesn’t know. Vigie tries again."),
    "reconnect": gettext_lazy(
        "Google no longer accepts the sign-in: it has ended, or the access was removed. Sign in with Google again."
    ),
    "app_rejected": gettext_lazy(
        "Google rejects the OAuth client of this server. The server admin checks GOOGLE_CLIENT_ID and "
        "GOOGLE_CLIENT_SECRET."
    ),
    "secret_unreadable": gettext_lazy("The stored key can’t be decrypted. Enter it again."),
}
_FIELD_ERRORS: dict[str, str | Promise] = {
    "public_key": gettext_lazy("This is a public key or a certificate. Paste the JSON file with the private key."),
    "not_service_account": gettext_lazy(
        "This isn’t the JSON key of a service account. Create one in Google Cloud, under Keys of the service account, "
        "and paste the whole file."
    ),
}


def provider_label(provider: str) -> str:
    """Return the name of a provider; the stored one if there is no reader any more."""
    return READERS[provider].label if provider in READERS else provider


def error_text(provider: str, code: str) -> str:
    """Return the sentence for an error code, "" without one."""
    if not code:
        return ""
    text = str(_ERRORS.get(code) or _ERRORS["unexpected_response"])
    return text % {"provider": provider_label(provider)}


def field_error_text(code: str, example: str) -> str:
    """Return the sentence for a value that cannot be used."""
    if code in _FIELD_ERRORS:
        return str(_FIELD_ERRORS[code])
    return _("Enter a value such as %(example)s.") % {"example": example}
