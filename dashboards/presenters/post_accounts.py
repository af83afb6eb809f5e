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
from monitoring.messages.labels import translated
from monitoring.messages.post_errors import post_error_text
from monitoring.models import Credential
from monitoring.polling.own_posts import count_note
from monitoring.polling.replies import takes_pictures
from workplace.models import OutgoingPost, Post, PostVariant
from workplace.post_accounts import PostPlace, place_fields
from workplace.post_words import place_name

State = OutgoingPost.State
QUOTED = ("post_rules", "reply_refused")  # a person has to know what the platform objects to


@dataclass(frozen=True)
class Entered:
    """A refused entry for a platform, to be corrected: the id of an account, a place and a title."""

    credential_id: int | None
    place: PostPlace | None = None


@dataclass(frozen=True)
class PlaceNeeds:
    """The fields of a platform beyond the text: the place, with its label and help, and the title."""

    label: str
    help: str
    example: str
    place: str
    title: str
    longest_title: int


@dataclass(frozen=True)
class AccountRow:
    """A platform of a post; `credential_id` is None if people publish it. `problem` is why it was not published.

    `is_text_only` if Vigie doesn't publish the pictures there.
    `words` are the platform's own about it. `needs` is None where the text is enough. `count_note` says
    how often the counts are read, where that is special. `stored` is what is stored where something else was entered.
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
    needs: PlaceNeeds | None = None
    words: str = ""
    count_note: str = ""
    stored: str = ""


def account_rows(
    post: Post,
    accounts: Mapping[str, Sequence[Credential]],
    last: Mapping[int, OutgoingPost],
    entered: Mapping[str, Entered],
) -> list[AccountRow]:
    """Return a row per platform that has accounts, or had one."""
    rows = []
    for variant in variants_of(post):
        found, row = accounts.get(variant.platform, ()), last.get(variant.pk)
        if not found and row is None:
            continue
        shown = entered.get(variant.platform) or Entered(variant.credential_id)
        is_wrong = row is not None and row.state in (State.FAILED, State.UNKNOWN)
        rows.append(
            AccountRow(
                platform=variant.platform,
                name=place_name(variant.platform),
                accounts=found,
                credential_id=shown.credential_id,
                state=_state(row) if row else "",
                is_unknown=row is not None and row.state == State.UNKNOWN,
                problem=post_error_text(row.error_code) if row and is_wrong else None,
                counts=", ".join(count_words(row.likes, row.replies, row.shares)) if row else "",
                counted_at=row.counted_at if row else None,
                is_text_only=bool(found) and not takes_pictures(found[0]),
                count_note=_count_note(variant, found),
                needs=_needs(post, variant, found, shown.place),
                stored=_stored(variant, found, shown) if variant.platform in entered else "",
                words=row.error if row and is_wrong and row.error_code in QUOTED else "",
            )
        )
    return rows


def _needs(
    post: Post, variant: PostVariant, accounts: Sequence[Credential], entered: PostPlace | None
) -> PlaceNeeds | None:
    """Return the further fields of a platform; the title of the post is suggested."""
    fields = place_fields(accounts[0]) if accounts else None
    if fields is None:
        return None
    return PlaceNeeds(
        label=translated(fields.place.label),
        help=translated(fields.place.help),
        example=fields.place.example,
        place=entered.place if entered else variant.place,
        title=entered.title if entered else variant.title or post.title,
        longest_title=fields.longest_title,
    )


def _stored(variant: PostVariant, accounts: Sequence[Credential], entered: Entered) -> str:
    """Return the account, place and title that are stored, "" if they were entered again."""
    place = PostPlace(variant.place, variant.title)
    is_place_stored = entered.credential_id is None or entered.place in (None, place)
    if entered.credential_id == variant.credential_id and is_place_stored:
        return ""
    account = next((str(one) for one in accounts if one.pk == variant.credential_id), _("I publish it myself"))
    return " · ".join(part for part in (account, variant.place, variant.title) if part)


def _count_note(variant: PostVariant, accounts: Sequence[Credential]) -> str:
    platform = next((one.platform for one in accounts if one.pk == variant.credential_id), "")
    return translated(count_note(platform))


def _state(row: OutgoingPost) -> str:
    if row.state == State.SENT:
        return _("Published with %(account)s") % {"account": row.account}
    if row.state == State.FAILED:
        return _("Not published with %(account)s") % {"account": row.account}
    if row.state == State.UNKNOWN:
        return _("Unknown whether published with %(account)s") % {"account": row.account}
    return _("Being published with %(account)s") % {"account": row.account}
