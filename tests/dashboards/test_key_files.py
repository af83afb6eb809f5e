"""Keys of several lines in forms and the API: what is said about other texts, and that none is shown again."""

import pytest
from django.urls import reverse

from monitoring.models import Credential, Source
from tests.lookalikes.platforms.own_reviews import APP, ISSUER, P8, PACKAGE, SERVICE_ACCOUNT
from tests.pages import words

PUBLIC = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----"
FIELDS = {"app": APP, "issuer": ISSUER, "key_id": "2X9R4HXF34", "add": "1"}


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


@pytest.fixture
def address(project):
    return reverse("platform_add", args=[project.pk, "appstoreconnect"])


def test_key_file_is_pasted_into_a_field_of_several_lines_and_stored(client, address):
    assert '<textarea name="private_key"' in client.get(address).content.decode()
    response = client.post(address, FIELDS | {"private_key": P8.replace("\n", "\r\n")})
    source = Source.objects.get()
    assert response.url == reverse("source", args=[source.project_id, source.pk])
    assert source.credential.secrets["private_key"].split() == P8.split()
    assert "PRIVATE" not in str(source.settings) + source.url


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        (PUBLIC, "“Private key” is a public key or a certificate. Paste the private key."),
        (SERVICE_ACCOUNT, "“Private key” isn’t a private key of App Store Connect. Paste the whole .p8 file"),
    ],
)
def test_wrong_file_is_explained_and_not_shown_again(client, address, pasted, sentence):
    page = client.post(address, FIELDS | {"private_key": pasted})
    assert sentence in words(page)
    assert pasted.splitlines()[1] not in page.content.decode()
    assert not Credential.objects.exists()


def test_right_file_is_not_shown_again_beside_another_mistake(client, address):
    page = client.post(address, FIELDS | {"private_key": P8, "app": "Lumen"})
    assert "“App” has another form." in words(page)
    assert P8.splitlines()[1] not in page.content.decode()


def test_key_of_a_source_is_replaced_without_being_shown(client, project):
    address = reverse("platform_add", args=[project.pk, "googleplay"])
    client.post(address, {"app": PACKAGE, "service_account": SERVICE_ACCOUNT, "add": "1"})
    source = Source.objects.get()
    form = reverse("source_credential", args=[project.pk, source.pk])
    assert "private_key" not in client.get(form).content.decode()
    page = client.post(form, {"service_account": P8})
    assert "isn’t the JSON key of a service account. Create one in Google Cloud" in words(page)
    assert P8.splitlines()[1] not in page.content.decode()
    assert source.credential.secrets["service_account"] == SERVICE_ACCOUNT
