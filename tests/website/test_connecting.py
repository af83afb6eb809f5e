"""Connect a website, replace its key, disconnect it; and the words for what goes wrong."""

import pytest

from accounts.models import ActivityEntry
from tests.lookalikes.website.base import connection_of, reader_of
from tests.website.factories import make_days, make_website
from tests.website.test_reading import TODAY
from website import connecting
from website.connecting import connect, disconnect, replace_key, try_connection, websites_of
from website.messages import error_text
from website.models import Website, WebsiteDay
from website.readers.base import ERROR_CODES, Property
from website.readers.registry import READERS

pytestmark = pytest.mark.django_db


def values_of(server):
    return {**connection_of(server).settings, **server.secrets}


def test_connect_stores_name_and_zone_of_provider_and_encrypts_secrets(server, project, owner):
    website = connect(project, owner, reader_of(server), values_of(server))
    website.refresh_from_db()
    assert website.zone_name == server.zone and website.name and website.secrets == server.secrets
    secret = next(iter(server.secrets.values()))
    assert secret not in str(website.settings) and secret not in website.sealed
    assert ActivityEntry.objects.get().action == "website.connected"
    assert list(websites_of(project)) == [website]


def test_connect_stores_nothing_with_a_wrong_key(server, project, owner):
    name = next(field.name for field in reader_of(server).fields if field.is_secret)
    values = values_of(server)
    server.fail_with(server.rejection()) if server.platform == "plausible" else None
    if server.platform == "google_analytics":
        from tests.website.test_readers import make_account

        server.valid = {name: make_account()}
    elif server.platform == "matomo":
        server.valid = {name: "another"}
    with pytest.raises(connecting.NotConnected) as refused:
        connect(project, owner, reader_of(server), values)
    assert refused.value.error.field == name
    assert not Website.objects.exists() and not ActivityEntry.objects.exists()


def test_website_is_connected_once(matomo, project, owner):
    connect(project, owner, reader_of(matomo), values_of(matomo))
    with pytest.raises(connecting.AlreadyConnected):
        connect(project, owner, reader_of(matomo), values_of(matomo))


def test_project_has_a_limited_number_of_websites(matomo, project, owner):
    for _ in range(connecting.MAX_PER_PROJECT):
        make_website(project)
    with pytest.raises(connecting.TooMany):
        connect(project, owner, reader_of(matomo), values_of(matomo))


def test_replaced_key_ends_the_error_and_reads_now(matomo, project, owner):
    website = make_website(project, matomo, error_code="credential_rejected", failures=3)
    matomo.valid = {"token": "new"}
    replace_key(website, owner, {"token": "new"})
    website.refresh_from_db()
    assert (website.error_code, website.failures, website.secrets) == ("", 0, {"token": "new"})
    assert ActivityEntry.objects.get().action == "website.key_replaced"


def test_wrong_new_key_changes_nothing(matomo, project, owner):
    website = make_website(project, matomo)
    with pytest.raises(connecting.NotConnected):
        replace_key(website, owner, {"token": "wrong"})
    website.refresh_from_db()
    assert website.secrets == matomo.secrets


def test_disconnect_deletes_figures(project, owner):
    website = make_website(project)
    make_days(website, TODAY, [1, 2])
    disconnect(website, owner)
    assert not WebsiteDay.objects.exists() and not Website.objects.exists()
    assert ActivityEntry.objects.get().action == "website.disconnected"


def test_test_of_connection_returns_what_the_provider_says(matomo, project):
    website = make_website(project, matomo)
    assert isinstance(try_connection(website), Property)
    matomo.is_forbidden = True
    assert try_connection(website).code == "not_allowed"


def test_every_error_has_a_sentence_for_every_provider():
    for provider in READERS:
        texts = [error_text(provider, code) for code in ERROR_CODES]
        assert len(set(texts)) == len(ERROR_CODES) and not any("%(" in text for text in texts)
    assert error_text("matomo", "") == ""
