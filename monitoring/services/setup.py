"""Set up a project: several keywords and recommended sources in one transaction.

In: a project, keywords as people confirmed them, names of platforms. Out: what was created. Called by the setup page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Project, User
from monitoring.models import Keyword, Source
from monitoring.services.keywords import create_keyword
from monitoring.services.platform_sources import add_recommended


@dataclass(frozen=True)
class NewKeyword:
    """A keyword to create, with its Keyword.Type."""

    name: str
    type: str
    query: str


class SetupProblem(Exception):
    """The keyword at `place` could not be created, and nothing was."""

    def __init__(self, place: int, error: ValidationError) -> None:
        super().__init__(place, error)
        self.place, self.error = place, error


@transaction.atomic
def set_up(
    project: Project, user: User, keywords: Sequence[NewKeyword], languages: list[str], platforms: Iterable[str]
) -> tuple[list[Keyword], list[Source]]:
    """Create the keywords and add a source of each of these recommended platforms, or nothing.

    A form that is sent twice creates nothing the second time: equal keywords and sources of the project are left as
    they are. Raises SetupProblem.
    """
    created = []
    for place, new in enumerate(keywords):
        if Keyword.objects.filter(project=project, name__iexact=new.name.strip(), query=new.query).exists():
            continue
        try:
            keyword = create_keyword(project, user, name=new.name, type=new.type, query=new.query, languages=languages)
        except ValidationError as error:
            raise SetupProblem(place, error) from error
        created.append(keyword)
    return created, add_recommended(project, user, platforms)
