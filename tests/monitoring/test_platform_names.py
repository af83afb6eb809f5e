"""Names of platforms in lists and filters."""

import pytest

from monitoring.messages.labels import platform_name
from monitoring.query.known_values import PLATFORMS


@pytest.mark.parametrize("platform", PLATFORMS)
def test_platform_name_is_no_code(platform):
    assert platform_name(platform) != platform
