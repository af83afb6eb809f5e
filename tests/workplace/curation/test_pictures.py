"""The pictures of items: uploaded, written again as JPEG, shown to members and readers, deleted with their items."""

import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from monitoring.ingest.deletions import blank_documents
from monitoring.models import FetchRequest
from monitoring.query_tools import explain
from monitoring.services import fetches
from outbound.default import PICTURE_MAX_BYTES
from tests.lookalikes.feeds import FeedServer
from tests.pages import words
from workplace.curation import issues, items, pictures
from workplace.models import ItemPicture


def image(size=(1600, 900), kind="PNG", **options):
    written = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, "#0b637080").save(written, kind, **options)
    return SimpleUploadedFile(f"lamp.{kind.lower()}", written.getvalue())


@pytest.fixture
def item(draft, owner):
    return items.add_url(draft, owner, "https://a.example/", timezone.now(), title="A lamp")


@pytest.fixture
def change(as_person, owner, path, item):
    """`change(**fields)` posts the form of the picture. Return the page after it."""

    def change(**fields):
        return as_person(owner).post(path("item_picture_change", item.pk), fields, follow=True)

    return change


def test_picture_is_stored_as_a_small_jpeg_without_what_else_the_file_has(as_person, viewer, change, item, path):
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    upload = image(kind="JPEG", exif=exif)
    assert "Picture saved." in words(change(picture=upload, alt="A lamp on a table"))
    picture = ItemPicture.objects.get()
    assert (picture.width, picture.height, picture.alt) == (1200, 675, "A lamp on a table")
    response = as_person(viewer).get(path("item_picture", item.pk))
    assert response["Content-Type"] == "image/jpeg" and b"secret place" not in response.content
    with Image.open(io.BytesIO(response.content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (1200, 675))


def test_photo_of_a_phone_is_stored(change):
    assert "Picture saved." in words(change(picture=image((4032, 3024), kind="JPEG"), alt="A lamp"))
    picture = ItemPicture.objects.get()
    assert (picture.width, picture.height) == (1200, 900)


def test_description_changes_without_a_new_file_and_picture_is_removed(change):
    change(picture=image(), alt="A lamp")
    before = bytes(ItemPicture.objects.get().jpeg)
    change(alt="Another lamp")
    assert (ItemPicture.objects.get().alt, bytes(ItemPicture.objects.get().jpeg)) == ("Another lamp", before)
    assert "Picture removed." in words(change(delete="yes", alt="")) and not ItemPicture.objects.exists()


HUGE = b"x" * (pictures.MAX_BYTES + 1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"alt": "A lamp"}, "Select an image file."),
        ({"alt": " "}, "Describe the picture"),
        ({"alt": "A lamp", "picture": SimpleUploadedFile("x.png", b"<svg/>")}, "readable PNG"),
        (
            {"alt": "A lamp", "picture": SimpleUploadedFile("x.png", HUGE)},
            "larger than 5 MB",
        ),
        ({"alt": "A lamp", "picture": image((6001, 10))}, "more than 6,000 pixels"),
    ],
)
def test_what_is_no_picture_is_refused(change, fields, message):
    assert message in words(change(**fields)) and not ItemPicture.objects.exists()


def test_readers_see_pictures_of_published_issues_only(owner, public, draft, item, change):
    change(picture=image(), alt="A lamp on a table")
    address = f"/curation/lighting/1/{item.pk}.jpg"
    assert Client().get(address).status_code == 404
    issues.change_issue(draft, 1, timezone.now(), title="Lamps")
    issues.publish(draft, owner, timezone.now())
    body = Client().get("/curation/lighting/1").content.decode()
    assert f'src="{address}"' in body and 'alt="A lamp on a table"' in body
    assert f'property="og:image" content="http://localhost:8000{address}"' in body
    assert Client().get(address)["Content-Type"] == "image/jpeg"
    assert Client().get(address.replace("/1/", "/2/")).status_code == 404
    assert "published" in words(change(picture=image(), alt="Other"))
    assert ItemPicture.objects.get().alt == "A lamp on a table"


def test_item_that_was_cut_out_gets_no_picture(draft, owner, mention):
    items.pick(draft, owner, [mention.document], timezone.now())
    item = draft.items.get()
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
    with pytest.raises(ValidationError):
        pictures.set_picture(item, image().read(), "A lamp", timezone.now())
    assert not ItemPicture.objects.exists()


def test_damaged_exif_data_are_refused(change):
    data = image(size=(4, 4)).read()
    chunk = b"eXIf" + b"MM\0*"
    damaged = data[:33] + struct.pack(">I", 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
    page = words(change(picture=SimpleUploadedFile("lamp.png", damaged), alt="A lamp"))
    assert "isn’t a readable PNG" in page


@pytest.fixture
def web():
    with FeedServer() as server:
        yield server


def test_picture_is_read_from_a_url(change, item, web):
    url = web.put("/lamp.png", body=image().read(), content_type="image/png")
    assert "Picture saved." in words(change(picture_url=url, alt="A lamp"))
    assert (item.picture.width, item.picture.height) == (1200, 675)
    assert bytes(item.picture.jpeg).startswith(b"\xff\xd8")


def test_url_without_a_usable_picture_is_refused(change, item, web, settings):
    page = web.put("/page", body=b"<html><title>x</title></html>", content_type="text/html")
    drawing = web.put("/a.svg", body=b"<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml")
    huge = web.put("/huge.png", body=b"x" * (PICTURE_MAX_BYTES + 1), content_type="image/png")
    gone = web.put("/gone.png", status=410)
    for url, message in (
        (page, "isn’t a readable PNG"),
        (drawing, "isn’t a readable PNG"),
        (huge, "couldn’t be read: The file is larger than 5 MB."),
        (web.url("/missing"), "couldn’t be read"),
        (gone, "couldn’t be read: The site says this page is permanently gone (410)."),
        ("lamp", "couldn’t be read"),
        ("ftp://lumen.example/a.png", "couldn’t be read"),
        ("https://a.example/" + "x" * 2000, "starts with https://"),
    ):
        assert message in words(change(picture_url=url, alt="A lamp")), url
    assert not ItemPicture.objects.exists() and not FetchRequest.objects.exists()


def test_picture_at_a_private_address_is_not_read(change, web, settings):
    settings.FETCH_ALLOWED_HOSTS = []
    url = web.put("/lamp.png", body=image().read(), content_type="image/png")
    redirect = "https://10.0.0.1/lamp.png"
    for address in (url, redirect, "http://169.254.169.254/a.png", "http://[::1]/a.png"):
        assert "couldn’t be read" in words(change(picture_url=address, alt="A lamp"))
    assert not web.requests and not ItemPicture.objects.exists()


def test_picture_that_a_page_names_is_offered_and_read_only_when_asked(
    as_person, owner, draft, path, web, monkeypatch
):
    monkeypatch.setattr("dashboards.views.issue_urls.WAIT_S", 0)
    head = b'<meta property="og:image" content="/lamp.png"><meta property="og:image:alt" content="A  lamp">'
    page = b"<html><title>Lamps</title>" + head + b"<body><p>Ten lamps.</p></body></html>"
    url = web.put("/lamps", body=page, content_type="text/html")
    picture = web.put("/lamp.png", body=image().read(), content_type="image/png")
    client = as_person(owner)
    progress = client.post(path("issue_item_new", draft.pk), {"url": url})
    fetches.run_queued()
    shown = client.get(progress.url, follow=True)
    assert "Add the page’s picture" in words(shown) and f'value="{picture}"' in shown.text
    assert 'value="A lamp"' in shown.text
    assert [request.path for request in web.requests] == ["/lamps"]
    fields = {"picture_url": picture, "alt": "A lamp"}
    client.post(path("item_picture_change", draft.items.get().pk), fields)
    assert ItemPicture.objects.get().alt == "A lamp"


@pytest.mark.parametrize(
    "image_url", ["javascript:alert(1)", "https://[x", "https://a.example/?token=" + "a1" * 16, ""]
)
def test_unusable_picture_of_a_page_is_not_offered(project, web, image_url):
    page = f'<meta property="og:image" content="{image_url}"><p>Ten lamps.</p>'.encode()
    url = web.put("/lamps", body=page, content_type="text/html")
    assert explain.fetch_page(project, url).image == ""


def test_picture_of_a_deleted_item_is_deleted(draft, owner, mention):
    items.pick(draft, owner, [mention.document], timezone.now())
    pictures.set_picture(draft.items.get(), image().read(), "A shop", timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
    assert not ItemPicture.objects.exists()
