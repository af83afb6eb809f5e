"""The rules of authors' labels as sentences in the active language. Called by the pages of authors and by the API."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, percent
from monitoring.models import AuthorSettings


def label_rules(rules: AuthorSettings) -> dict[str, str]:
    """Return what gives an author each label, by the label's name."""
    days = ngettext("%(number)s day", "%(number)s days", rules.days) % {"number": number(rules.days)}
    return {
        "regular": _("Regular: at least %(count)s mentions in %(days)s.")
        % {"count": number(rules.regular_mentions), "days": days},
        "detractor": _("Detractor: at least %(count)s negative mentions in %(days)s, and %(share)s of those analyzed.")
        % {"count": number(rules.detractor_mentions), "days": days, "share": percent(rules.detractor_share)},
        "ambassador": _(
            "Ambassador: at least %(count)s positive mentions in %(days)s, and %(share)s of those analyzed."
        )
        % {"count": number(rules.ambassador_mentions), "days": days, "share": percent(rules.ambassador_share)},
    }


def rule_sentences(rules: AuthorSettings) -> list[str]:
    """Return the rules of all labels, and what they leave out."""
    return [*label_rules(rules).values(), _("Mentions of competitors don’t count.")]
