"""Sentences for a Postgres that cannot compare vectors: what the server admin has to do.

In: the value of a Support (monitoring/insights/pgvector.py). Out: a translated sentence. Called by presenters, filters
and the API.
"""

from django.utils.translation import gettext as _


def meaning_sentence(code: str) -> str:
    """Return why a search by meaning finds nothing: what the server lacks, and what works."""
    return _("This server can’t search by meaning yet. %(reason)s Until then, search for words, without “~”.") % {
        "reason": support_sentence(code)
    }


def support_sentence(code: str) -> str:
    """Return what the server lacks, "" if nothing."""
    sentences = {
        "no_encoder": _("The server admin needs to install the sentence encoder."),
        "not_installed": _(
            "The server admin needs to install the extension pgvector on the Postgres server, then run"
            " “CREATE EXTENSION vector” in Vigie’s database."
        ),
        "not_created": _(
            "The server admin needs to run “CREATE EXTENSION vector” in Vigie’s database as a Postgres superuser."
        ),
        "too_old": _(
            "The server admin needs to install pgvector 0.8 or newer on the Postgres server, then run"
            " “ALTER EXTENSION vector UPDATE” in Vigie’s database."
        ),
    }
    return sentences.get(code, "")
