"""Sources for the tests of storing."""

import pytest


@pytest.fixture
def sources(project):
    from tests.factories import make_keyword, make_source

    make_keyword(project, query="lumora")
    return [make_source(project) for _ in range(3)]


@pytest.fixture
def source(sources):
    return sources[0]
