"""Who else has an item open: members only, in Redis for a short time."""

from uuid import uuid4

import pytest
from django.core.cache import cache
from redis import RedisError

from accounts.members import remove_member
from tests.factories import make_keyword, make_mention, make_mentions
from workplace.presence import EXPIRES_S, announce


@pytest.fixture(autouse=True)
def no_presence(settings):
    """Use keys of their own: other tests count sign-ins in the same Redis."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}}


def membership(project, user):
    return project.memberships.get(user=user)


def test_people_on_one_item_see_each_other_until_they_open_another(project, owner, manager, viewer):
    one, two = (mention.document_id for mention in make_mentions(make_keyword(project), [{}, {}]))
    assert announce(membership(project, owner), one, is_writing=False) == []
    announce(membership(project, viewer), one, is_writing=False)
    others = announce(membership(project, manager), one, is_writing=True)
    assert [(other.name, other.is_writing) for other in others] == [(owner.name, False), (viewer.name, False)]
    others = announce(membership(project, owner), one, is_writing=False)
    assert [(other.name, other.is_writing) for other in others] == [(manager.name, True), (viewer.name, False)]
    announce(membership(project, manager), two, is_writing=False)
    assert [other.name for other in announce(membership(project, owner), one, is_writing=False)] == [viewer.name]


def test_person_who_left_the_project_is_not_shown(project, owner, manager):
    item = make_mention(make_keyword(project)).document_id
    announce(membership(project, manager), item, is_writing=True)
    remove_member(project, owner, membership(project, manager).pk)
    assert announce(membership(project, owner), item, is_writing=False) == []


def test_presence_expires_and_needs_no_redis(project, owner, manager, monkeypatch):
    item = make_mention(make_keyword(project)).document_id
    announce(membership(project, manager), item, is_writing=False)
    assert 0 < cache._cache.get_client().ttl(cache.make_key(f"presence:{project.pk}:{manager.pk}")) <= EXPIRES_S

    def fail(*_args):
        raise RedisError

    with monkeypatch.context() as patch:
        patch.setattr(cache, "set", fail)
        assert announce(membership(project, owner), item, is_writing=False) == []
