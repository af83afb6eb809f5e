import re
import uuid

import pytest


@pytest.fixture(autouse=True)
def separate_rate_limits(settings):
    """Give every test its own rate limits, because tests share one Redis."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def link_of(settings):
    """`link_of(message)`: the path of the first link to Vigie in an email."""

    def find(message):
        found = re.findall(re.escape(settings.BASE_URL) + r"(/\S+)", message.body)
        assert found, message.body
        return found[0]

    return find
