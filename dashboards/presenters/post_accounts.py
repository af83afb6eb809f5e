"""How each platform of a post is published: the account that was chosen, the choices, and what happened last.

In: a post. Out: frozen rows for templates/posts/_accounts.html. Called by dashboards/views/posts.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dashboards.presenters.post_facts import count_words
from dashboards.presenters.posts import variants_of
from monitoring.messages.error_text import ErrorText
from monitoring.messages.post_errors import post_error_text
from monitoring.models import Credential
from monitoring.polling.replies import takes_pictures
from workplace.models import OutgoingPost, Post
from workplace.post_words import place_name

State = OutgoingPost.State


@dataclass(frozen=True)
class AccountRow:
    """A platform of a post; `credential_id` is None if people publish it. `problem` is why it was not published.

    `is_text_only` if Vigie doesn't publish the pictures there.
    """

    platform: str
    name: str
    accounts: Sequence[Credential]
    credential_id: int | None
    state: str
    is_unknown: bool
    problem: ErrorText | None
    counts: str
    counted_at: datetime | None
    is_text_only: bool


def account_rows(
    post: Post, accounts: Mapping[str, Sequence[Credential]], last: Mapping[int, OutgoingPost]
) -> list[AccountRow]:
    """Return a row per platform that has accounts, or had one."""
    rows = []
    for variant in variants_of(post):
        found, row = accounts.get(variant.platform, ()), last.get(variant.pk)
        if not found and row is None:
            continue
        is_wrong = row is not None and row.state in (State.FAILED, State.UNKNOWN)
        rows.append(
            AccountRow(
                platform=variant.platform,
                name=place_name(variant.platform),
                accounts=found,
                credential_id=variant.credential_id,
                state=_state(row) if row else "",
                is_unknown=row is not None and row.state == State.UNKNOWN,
                problem=post_error_text(row.error_code) if row and is_wrong else None,
                counts=", ".join(count_words(row.likes, row.replies, row.shares)) if row else "",
                counted_at=row.counted_at if row else None,
                is_text_only=bool(found) and not takes_pictures(found[0]),
            )
        )
    return rows


def _state(row: OutgoingPost) -> str:
    if row.state == State.SENT:
        return _("Published with %(account)s") % {"account": row.account}
    if row.state == State.FAILED:
        return _("Not published with %(account)s") % {"account": row.account}
    if row.state == State.UNKNOWN:
        return _("Unknown whether published with %(account)s") % {"account": row.account}
    return _("Being published with %(account)s") % {"account": row.account}
