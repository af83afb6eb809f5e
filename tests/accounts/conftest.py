import re
import uuid

import pytest


@pytest.fixture(autouse=True)
def limits_of_their_own(settings):
    """Every test starts with unused rate limits, beside others in the same Redis."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def link_in(settings):
    """The path of the one link to Vigie that a message is about."""

    def find(message):
        found = re.findall(re.escape(settings.BASE_URL) + r"(/\S+)", message.body)
        assert found, message.body
        return found[0]

    return find
