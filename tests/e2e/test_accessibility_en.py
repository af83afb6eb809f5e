"""Every page in English: axe-core, widths, console (accessibility.py)."""

import pytest

from tests.e2e.accessibility import check_every_page
from tests.every_page import Site


@pytest.mark.timeout(1500)
def test_every_page_in_english_passes_axe_fits_and_keeps_console_clean(
    browser, browser_context_args, live_server, project, owner, settings
):
    settings.ASSISTANT_URL, settings.ASSISTANT_MODEL = "http://127.0.0.1:11434/v1", "lumen-7b"
    assert check_every_page(browser, browser_context_args, Site(project, owner), live_server.url, "en") == {}
