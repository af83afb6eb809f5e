"""The API's themes: what the mentions of a period are about. Members read.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies. The items of a theme are
`mentions?theme=ID`.
"""

from datetime import datetime

from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.filters import read_filter
from api.schemas import FilterParameters
from monitoring.insights.themes import CountedTheme, themes
from monitoring.insights.time_limit import time_limit

router = Router(tags=["themes"])


class ThemeOut(Schema):
    """A theme with its documents under the filter."""

    id: int
    name: str = Field(description="in your language")
    given_name: str = Field(description='"" if the name is from the terms')
    terms: dict[str, list[str]] = Field(description="distinctive terms by language, the best first")
    is_hidden: bool
    documents: int
    documents_before: int = Field(description="in the previous period")
    positive: int
    neutral: int
    negative: int


class ThemesOut(Schema):
    found_at: datetime | None = Field(description="when themes were last found; null: not yet")
    documents: int
    without_theme: int
    themes: list[ThemeOut]


@router.get("/projects/{int:project_id}/themes", response=ThemesOut)
@time_limit()
def list_themes(request: SignedInRequest, project_id: int, filters: Query[FilterParameters]) -> dict[str, object]:
    """List the themes of the mentions under the filter, the largest first, those that people hid last. Their items
    are the mentions with `theme`.
    """
    found = themes(read_filter(request, membership_of(request.user, project_id).project, set()))
    return {
        "found_at": found.run and found.run.grouped_at,
        "documents": found.total,
        "without_theme": found.others,
        "themes": [_shown(one) for one in (*found.shown, *found.hidden)],
    }


def _shown(one: CountedTheme) -> dict[str, object]:
    theme, split = one.theme, one.total.split
    return {
        "id": theme.pk,
        "name": theme.name,
        "given_name": theme.given_name,
        "terms": theme.terms,
        "is_hidden": theme.is_hidden,
        "documents": one.total.documents,
        "documents_before": one.before,
        "positive": split.positive,
        "neutral": split.neutral,
        "negative": split.negative,
    }
