"""The project that the walks over all URLs request: made once for the tests of a file."""

import pytest

from tests.conftest import make_person


@pytest.fixture(scope="module")
def made(once):
    """The project, its owner, and the samples: once for all URLs."""
    from accounts.models import Project  # models need configured settings
    from tests.access.samples import make_samples
    from tests.access.visits import PROJECT

    def make():
        project = Project.objects.create(name=PROJECT)
        owner = make_person("ada@example.com", project, "admin", language="en")
        manager = make_person("marc@example.com", project, "manager", language="fr")
        return project, owner, make_samples(project, owner, manager)

    return once(make)


@pytest.fixture
def project(db, made):
    return type(made[0]).objects.get(pk=made[0].pk)


@pytest.fixture
def owner(db, made):
    return type(made[1]).objects.get(pk=made[1].pk)


@pytest.fixture
def samples(db, made):
    return made[2]
