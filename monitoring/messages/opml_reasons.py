"""Messages for the entries that an OPML import leaves out: why each of them is no source.

In: a code of monitoring/feeds/opml.py or monitoring/services/opml.py. Out: a translated sentence. Called by the page
that imports.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OPML_REASONS: dict[str, str | Promise] = {
    "no_url": _("It has no URL."),
    "not_web": _("Its URL isn’t a web address."),
    "bad_url": _("Its URL can’t be fetched: it’s too long, or isn’t on a standard port."),
    "hidden_url": _("Its password or token was left out of the list. Add it by its full URL."),
    "duplicate": _("Its URL is in the file more than once."),
    "link": _("It’s a link to a page, without a feed or site URL."),
    "include": _("It refers to another list, which isn’t part of the file."),
    "too_many": _("The file has too many feeds. Split it into several files."),
}
