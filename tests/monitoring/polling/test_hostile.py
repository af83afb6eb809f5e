"""Poll a source at every hostile server: it gets its entries or a worded error, and its next poll is planned."""

import logging

import pytest
from django.utils import timezone, translation

from monitoring.messages.source_errors import ERROR_TEXTS
from monitoring.models import Document
from monitoring.polling.poller import poll_one
from tests.factories import make_source
from tests.lookalikes.hostile import HostileServer
from tests.lookalikes.hostile_all import BEHAVIORS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def hostile():
    with HostileServer(BEHAVIORS) as server:
        yield server


@pytest.mark.parametrize("behavior", BEHAVIORS, ids=str)
def test_poll_stores_entries_or_worded_error(hostile, project, settings, caplog, behavior):
    settings.FETCH_TIMEOUT_S = 0.3 if behavior.hangs else 20
    settings.FETCH_MAX_BYTES = 2 * 1024 * 1024
    settings.FETCH_CA_FILE = hostile.ca_file
    source = make_source(project, hostile.url(behavior), host="127.0.0.1")
    with caplog.at_level(logging.INFO):
        saved = poll_one(source.pk)
    source.refresh_from_db()
    assert source.error_code in behavior.codes
    assert saved.error_code == source.error_code
    assert source.next_poll_at > timezone.now()
    if source.error_code:
        texts = ERROR_TEXTS[source.error_code]
        for language in ("en", "fr"):
            with translation.override(language):
                assert str(texts.message) and str(texts.advice)
        assert source.failures == 1
        assert not Document.objects.exists()
    else:
        assert source.failures == 0
        assert Document.objects.exists()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]
