import re
import uuid

import pytest
from allauth.account import app_settings


@pytest.fixture(autouse=True)
def separate_rate_limits(settings):
    """Give every test its own rate limits, because tests share one Redis.

    They count for a day: a window of a minute may end during a test.
    """
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}
    limits = {action: rates for action, rates in app_settings.RATE_LIMITS.items() if rates}
    settings.ACCOUNT_RATE_LIMITS = {action: re.sub(r"/\w+/", "/d/", rates) for action, rates in limits.items()}


@pytest.fixture
def link_of(settings):
    """`link_of(message)`: the path of the first link to Vigie in an email."""

    def find(message):
        found = re.findall(re.escape(settings.BASE_URL) + r"(/\S+)", message.body)
        assert found, message.body
        return found[0]

    return find
