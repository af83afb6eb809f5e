"""The API's authors: list and read them, official accounts, tags and notes, and the data of one person.

Members read, managers write through monitoring/services/authors.py, admins export and erase. Mounted by
api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlencode

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role
from api.problems import Conflicting, InvalidField, InvalidRequest, field_error, unknown_parameters
from api.schemas import Body, KeywordName, PersonOut, SourceName, Text
from api.sentiment import SplitOut
from monitoring.insights import author_profile, sentiment
from monitoring.insights import authors as author_lists
from monitoring.insights.time_limit import time_limit
from monitoring.messages.author_rules import label_rules
from monitoring.models import Author, AuthorNote, Keyword, Mention, Source
from monitoring.models.authors import MAX_NOTE, MAX_TAG
from monitoring.services import authors
from monitoring.services.author_erasure import erase_author
from monitoring.services.mention_tags import MAX_TAGS, normal_tag
from workplace.author_export import export_author

router = Router(tags=["authors"])
PATH = "/projects/{int:project_id}/authors"
ONE = f"{PATH}/{{int:author_id}}"
MAX_SIZE = 100  # authors per page, and per greeting

if TYPE_CHECKING:
    Sort = str  # mypy accepts no Literal of computed values
    Label = str
else:
    Sort = Literal[tuple(author_lists.SORTS)]
    Label = Literal[tuple(author_lists.LABELS)]


class AuthorParameters(Schema):
    q: Text = Field("", max_length=100, description="the beginnings of words of the name or handle")
    label: Label | None = None
    platform: Text = Field("", max_length=30)
    tag: Text = Field("", max_length=MAX_TAG)
    sort: Sort = Field("mentions", description="largest or latest first; authors without the value are left out")
    cursor: str = ""
    size: int = Field(author_lists.PAGE_SIZE, ge=1, le=MAX_SIZE)


class AuthorOut(Schema):
    """An account of a platform, or a name at a site. The numbers are computed seconds after a change."""

    id: int
    platform: str
    site: str = Field(description="the domain of an author who is a name only, else empty")
    name: str
    handle: str
    url: str
    followers: int | None
    mention_count: int = Field(description="documents with a mention that is not ignored")
    first_at: datetime | None
    last_at: datetime | None
    labels: list[Label]
    tags: list[str]

    @staticmethod
    def resolve_labels(author: Author) -> list[str]:
        return [label for label, column in author_lists.LABELS.items() if getattr(author, column)]

    @staticmethod
    def resolve_tags(author: Author) -> list[str]:
        return sorted(one.tag for one in author.tags.all())


class AuthorPage(Schema):
    items: list[AuthorOut]
    next: str | None


class AuthorNoteOut(Schema):
    id: int
    text: str
    author: PersonOut | None = Field(alias="user", description="who wrote it; null for a deleted account")
    version: int
    created_at: datetime
    updated_at: datetime


class AuthorKeyword(Schema):
    keyword: KeywordName
    count: int


class AuthorSource(Schema):
    source: SourceName
    count: int


class AuthorReach(Schema):
    """The author’s followers, added up over the `known` items whose source gives them."""

    followers: int
    known: int


class BestItem(Schema):
    mention_id: int
    engagement: int


class MeanEngagement(Schema):
    mean: float
    known: int = Field(description="the number of items whose platform gives it")


class AuthorCounts(Schema):
    """Documents that are not ignored, as the lists of mentions count them with the filter `author`."""

    mentions: int
    needs_reply: int
    replied: int
    sentiment: SplitOut
    engagement: MeanEngagement | None
    keywords: list[AuthorKeyword]
    sources: list[AuthorSource] = Field(description="the 20 most frequent that exist")
    reach: AuthorReach
    best: list[BestItem] = Field(description="up to five items with the most engagement")


class AuthorDetail(Schema):
    author: AuthorOut
    official_account_of: KeywordName | None = Field(description="the brand or competitor that the author speaks for")
    erased_at: datetime | None = Field(description="when the data of this person was erased")
    rules: dict[str, str] = Field(description="what gives an author each label, as a sentence")
    counts: AuthorCounts
    notes: list[AuthorNoteOut]


class AuthorTagsIn(Body):
    tags: Annotated[
        list[Annotated[Text, Field(min_length=1, max_length=MAX_TAG)]], Field(min_length=1, max_length=MAX_TAGS)
    ]


class AuthorTagsOut(Schema):
    tags: list[str]


class OfficialOut(Schema):
    official_account_of: KeywordName | None


class OfficialIn(Body):
    keyword_id: int | None = Field(description="a brand or competitor; null if the author speaks for none")


class AuthorNoteIn(Body):
    text: Text = Field(description=f"at most {MAX_NOTE} characters")


class AuthorNotePatch(AuthorNoteIn):
    version: int = Field(ge=1, le=2**31 - 1, description="the version that you saw")


class EraseIn(Body):
    name: Text = Field(description="the author’s name, else the handle, else the URL, as a confirmation")


@router.get(PATH, response=AuthorPage)
@time_limit()
def list_authors(request: SignedInRequest, project_id: int, filters: Query[AuthorParameters]) -> dict[str, object]:
    """List authors who have mentions that are not ignored. Follow `next` until it is null."""
    project = membership_of(request.user, project_id).project
    if errors := unknown_parameters(request, AuthorParameters.model_fields):
        raise InvalidRequest(errors)
    if filters.cursor and not author_lists.is_cursor(filters.sort, filters.cursor):
        raise InvalidField("cursor", _("Invalid cursor. Use the one returned with the previous page."), "invalid")
    chosen = filters.dict(exclude={"cursor", "size", "label"})
    query = author_lists.AuthorQuery(project.pk, label=filters.label or "", **chosen)
    page = author_lists.author_page(query, filters.cursor, filters.size)
    parameters = filters.dict(exclude_defaults=True) | {"cursor": page.next_cursor}
    following = page.next_cursor and request.build_absolute_uri(f"{request.path}?{urlencode(parameters)}")
    return {"items": page.rows, "next": following or None}


@router.get(ONE, response=AuthorDetail)
@time_limit()
def get_author(request: SignedInRequest, project_id: int, author_id: int) -> dict[str, object]:
    """Return an author with labels and their rules, counts, tags, and notes, newest first."""
    project = membership_of(request.user, project_id).project
    rows = Author.objects.select_related("speaks_for").prefetch_related("tags")
    author = get_object_or_404(rows, project=project, pk=author_id)
    return {
        "author": author,
        "official_account_of": author.speaks_for,
        "erased_at": author.erased_at,
        "rules": label_rules(authors.settings_of(project)),
        "counts": _counts(request, author),
        "notes": author.notes.select_related("user").order_by("-pk"),
    }


@router.patch(f"{ONE}/official-account", response=OfficialOut)
def set_official_account(
    request: SignedInRequest, project_id: int, author_id: int, given: OfficialIn
) -> dict[str, Keyword | None]:
    """Say which brand or competitor an author speaks for: the comparison then counts the author’s replies."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        author = authors.set_official(project, request.user, author_id, given.keyword_id)
    except Author.DoesNotExist:
        raise Http404 from None
    except Keyword.DoesNotExist:
        raise InvalidField("keyword_id", _("Choose a brand or a competitor of the project."), "missing") from None
    return {"official_account_of": author.speaks_for}


@router.post(f"{ONE}/tags", response=AuthorTagsOut)
def add_tags(request: SignedInRequest, project_id: int, author_id: int, given: AuthorTagsIn) -> dict[str, list[str]]:
    """Add tags to an author. Returns all of the author's tags."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    if not all(map(normal_tag, given.tags)):
        raise InvalidField("tags", _("Enter a tag."), "missing")
    try:
        return {"tags": authors.change_tags(project, request.user, author_id, add=given.tags)}
    except Author.DoesNotExist:
        raise Http404 from None


@router.delete(f"{ONE}/tags/{{path:tag}}", response=AuthorTagsOut)
def remove_tag(request: SignedInRequest, project_id: int, author_id: int, tag: str) -> dict[str, list[str]]:
    """Remove a tag from an author. Returns the tags that are left."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        return {"tags": authors.change_tags(project, request.user, author_id, remove=[tag])}
    except Author.DoesNotExist:
        raise Http404 from None


@router.post(f"{ONE}/notes", response={201: AuthorNoteOut})
def create_author_note(request: SignedInRequest, project_id: int, author_id: int, note: AuthorNoteIn) -> Status:
    """Write a note about an author."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        return Status(201, authors.add_note(project, request.user, author_id, note.text))
    except Author.DoesNotExist:
        raise Http404 from None


@router.patch(f"{ONE}/notes/{{int:note_id}}", response=AuthorNoteOut)
def edit_author_note(
    request: SignedInRequest, project_id: int, author_id: int, note_id: int, note: AuthorNotePatch
) -> AuthorNote:
    """Replace the text of a note. If somebody else has changed it since `version`, the response is 409."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        return authors.change_note(project, request.user, author_id, note_id, note.version, note.text)
    except (Author.DoesNotExist, AuthorNote.DoesNotExist):
        raise Http404 from None
    except authors.NoteChanged as changed:
        message = _("Somebody else has changed this meanwhile.")
        raise Conflicting(message, [field_error("version", message, "conflict", value=changed.note.version)]) from None


@router.delete(f"{ONE}/notes/{{int:note_id}}", response={204: None})
def delete_author_note(request: SignedInRequest, project_id: int, author_id: int, note_id: int) -> Status:
    """Delete a note."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        authors.delete_note(project, request.user, author_id, note_id)
    except (Author.DoesNotExist, AuthorNote.DoesNotExist):
        raise Http404 from None
    return Status(204, None)


@router.post(f"{ONE}/export", response={200: dict[str, Any]})
def export_data(request: SignedInRequest, project_id: int, author_id: int) -> StreamingHttpResponse:
    """Return all data of an author. Admins only; the activity log has it."""
    author = _author(membership_of(request.user, project_id, Role.ADMIN).project, author_id)
    return StreamingHttpResponse(export_author(author, request.user), content_type="application/json")


@router.post(f"{ONE}/erase", response={204: None})
def erase_data(request: SignedInRequest, project_id: int, author_id: int, confirmation: EraseIn) -> Status:
    """Erase the data of an author; it can’t be undone. Admins only. The content of items disappears within minutes."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    author = _author(project, author_id)
    if author.erased_at is not None:
        raise Http404
    if confirmation.name.strip() != str(author).strip():
        raise InvalidField("name", _("This isn’t the name of the author."), "mismatch")
    erase_author(project, request.user, author_id)
    return Status(204, None)


def _author(project: Project, author_id: int) -> Author:
    return get_object_or_404(Author.objects.select_related("project"), project=project, pk=author_id)


def _counts(request: SignedInRequest, author: Author) -> dict[str, object]:
    f = author_profile.filter_of(author, request.user.zone)
    counts, engagement = author_profile.counts_of(f), author_profile.engagement_of(f)
    by_keyword = {pk: split for pk, split in sentiment.split_by_keyword(f).items() if split.total}
    total, in_sources = sum(by_keyword.values(), sentiment.Split()), counts.facets["sources"]
    keywords = Keyword.objects.filter(pk__in=by_keyword).order_by("id")
    sources = Source.objects.in_bulk([row.key for row in in_sources])
    return {
        "mentions": counts.total,
        "needs_reply": counts.of_status(Mention.Status.NEEDS_REPLY),
        "replied": counts.of_status(Mention.Status.REPLIED),
        "sentiment": {name: getattr(total, name) for name in SplitOut.model_fields},
        "engagement": engagement,
        "sources": [{"source": sources[row.key], "count": row.count} for row in in_sources if row.key in sources],
        "reach": author_profile.reach_of(f),
        "best": [
            {"mention_id": row.mention.pk, "engagement": row.document.engagement}
            for row in (engagement.best if engagement else ())
        ],
        "keywords": [{"keyword": one, "count": by_keyword[one.pk].total} for one in keywords],
    }
