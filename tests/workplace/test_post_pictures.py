"""The pictures of posts: uploaded in the form, written again, ordered, described, copied, served and deleted."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import ActivityEntry, Membership, Project
from delivery.models import Delivery
from tests.pages import words
from tests.pictures import noise_bytes, picture_bytes, picture_file, scans_bytes
from workplace import post_reminders, posts
from workplace.models import Post, PostPicture
from workplace.post_pictures import MAX_JPEG_BYTES, MAX_UPLOAD_BYTES, PictureValues, stored
from workplace.posts import PostValues

TEXTS = {"title": "Open day", "text": "Come in", "platforms": {"bluesky": ""}}
FIELDS = {"title": "Open day", "text": "Come in", "on_bluesky": "on", "kind": "photo", "time_zone": "UTC"}


@pytest.fixture
def post(project, manager):
    """A draft with two pictures, one of which has a description."""
    pictures = [PictureValues("A lamp", data=picture_bytes()), PictureValues(data=picture_bytes(color="#a00"))]
    return posts.create_post(project, manager, PostValues(**TEXTS, pictures=pictures))


@pytest.fixture
def send(as_person, owner, project):
    """`send(name, *ids, **fields)` sends the form of a post. Return the page after it."""

    def send(name, *ids, **fields):
        url = reverse(name, args=[project.pk, *ids])
        return as_person(owner).post(url, {**FIELDS, **fields}, follow=True)

    return send


def change(post, user, *pictures):
    post.refresh_from_db()
    return posts.change_post(post, user, post.version, PostValues(**TEXTS, pictures=list(pictures)))


def other_project(owner):
    project = Project.objects.create(name="Other")
    Membership.objects.create(project=project, user=owner, role="admin")
    return project


def alts(post):
    return [one.alt for one in stored(post)]


def test_picture_is_stored_upright_without_what_else_the_file_has(send, as_person, viewer, project):
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "secret place", 6  # turned by a quarter
    upload = picture_file("lamp.jpg", size=(3_000, 1_500), kind="JPEG", exif=exif)
    page = send("post_new", picture_1=upload, picture_alt_1="  A lamp\non a table ")
    assert "Post created." in words(page)
    picture = PostPicture.objects.get()
    assert (picture.width, picture.height, picture.alt) == (1_000, 2_000, "A lamp on a table")
    response = as_person(viewer).get(reverse("post_picture", args=[project.pk, picture.pk]))
    assert response["Content-Type"] == "image/jpeg" and "Content-Disposition" not in response
    assert b"secret place" not in response.content
    with Image.open(io.BytesIO(response.content)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (1_000, 2_000), {})


def test_picture_that_compresses_badly_fits_every_platform(project, manager):
    post = posts.create_post(project, manager, PostValues(**TEXTS, pictures=[PictureValues(data=noise_bytes())]))
    picture = post.pictures.get()
    assert len(picture.jpeg) <= MAX_JPEG_BYTES
    assert abs(picture.width / picture.height - 4 / 3) < 0.01


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_usual_format_is_read(project, manager, kind):
    data = picture_bytes(kind=kind)
    post = posts.create_post(project, manager, PostValues(**TEXTS, pictures=[PictureValues(data=data)]))
    assert bytes(post.pictures.get().jpeg).startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("upload", "message"),
    [
        (SimpleUploadedFile("x.png", b"<svg/>"), "readable PNG"),
        (SimpleUploadedFile("x.png", b"x" * (MAX_UPLOAD_BYTES + 1)), "larger than 10 MB"),
        (picture_file(size=(6_001, 10)), "more than 6,000 pixels"),
        (SimpleUploadedFile("x.jpg", scans_bytes(200)), "readable PNG"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_texts_still_in_the_form(send, upload, message):
    upload.seek(0)
    page = send("post_new", picture_2=upload, picture_alt_2="A lamp")
    assert page.status_code == 400
    assert message in words(page) and "Select the new pictures again" in words(page) and "Come in" in page.text
    assert not Post.objects.exists()


def test_jpegs_for_print_and_with_the_usual_scans_are_read(project, manager):
    written = io.BytesIO()
    Image.new("CMYK", (5_000, 3_000), (0, 200, 200, 0)).save(written, "JPEG", progressive=True)
    values = PostValues(**TEXTS, pictures=[PictureValues(data=one) for one in (written.getvalue(), scans_bytes(20))])
    first, second = stored(posts.create_post(project, manager, values))
    assert (first.width, first.height, second.width) == (2_000, 1_200, 640)


def test_pictures_are_ordered_described_and_removed_in_the_form(send, post):
    first, second = stored(post)
    fields = {"version": post.version, "picture_id_1": first.pk, "picture_id_2": second.pk}
    page = send(
        "post_edit", post.pk, **fields, picture_place_1="2", picture_place_2="1", picture_alt_1="A", picture_alt_2="B"
    )
    assert "Post saved." in words(page) and alts(post) == ["B", "A"]
    page = send("post_edit", post.pk, **fields | {"version": 2}, picture_remove_2="yes", picture_alt_1="A")
    assert alts(post) == ["A"] and stored(post)[0].pk == first.pk
    assert ActivityEntry.objects.latest("pk").detail["fields"] == ["pictures"]
    upload = picture_file(color="#0a0")
    send("post_edit", post.pk, version=3, picture_id_1=first.pk, picture_alt_1="A", picture_1=upload)
    assert alts(post) == ["A"] and stored(post)[0].pk != first.pk, "another file replaces the picture"


def test_form_that_changes_nothing_leaves_the_version(post, manager):
    first, second = stored(post)
    same = PictureValues(first.alt, first.pk), PictureValues(second.alt, second.pk)
    assert change(post, manager, *same).version == 1
    assert posts.change_post(post, manager, 1, PostValues(**TEXTS)).version == 1
    assert alts(post) == ["A lamp", ""], "without pictures, they stay"


def test_changed_picture_needs_a_new_approval(post, manager, owner):
    posts.take_step(post, manager, 1, "request")
    post = posts.take_step(post, owner, 2, "approve")
    assert post.approved_at
    first, second = stored(post)
    post = change(post, manager, PictureValues("Another", first.pk), PictureValues("", second.pk))
    assert (post.status, post.approved_at, post.written_by) == ("draft", None, manager)


def test_fifth_picture_and_picture_of_another_project_are_refused(post, project, manager, owner):
    with pytest.raises(ValidationError) as error:
        change(post, manager, *[PictureValues(data=picture_bytes())] * 5)
    assert error.value.error_dict["pictures"][0].code == "too_many"
    other = posts.create_post(
        other_project(owner), owner, PostValues(**TEXTS, pictures=[PictureValues(data=picture_bytes())])
    )
    with pytest.raises(ValidationError):
        change(post, manager, PictureValues(id=other.pictures.get().pk))
    with pytest.raises(ValidationError):
        change(post, manager, PictureValues("x" * 1_001, stored(post)[0].pk))
    assert alts(post) == ["A lamp", ""]


def test_published_post_has_its_pictures_for_good(post, manager):
    posts.take_step(post, manager, 1, "publish")
    with pytest.raises(ValidationError):
        change(post, manager)
    assert len(stored(post)) == 2


def test_copy_of_a_post_has_copies_of_its_pictures(as_person, manager, project, post, send):
    page = as_person(manager).get(reverse("post_new", args=[project.pk]), {"from": post.pk})
    first, second = stored(post)
    assert f'name="picture_id_2" value="{second.pk}"' in page.text
    send("post_new", picture_id_1=first.pk, picture_alt_1="A lamp", picture_id_2=second.pk)
    copy = Post.objects.latest("pk")
    assert alts(copy) == ["A lamp", ""] and copy.pk != post.pk
    assert bytes(copy.pictures.first().jpeg) == bytes(post.pictures.order_by("position").first().jpeg)
    posts.delete_post(post, manager)
    assert alts(copy) == ["A lamp", ""] and PostPicture.objects.count() == 2


def test_preview_shows_pictures_and_points_out_a_missing_description(as_person, owner, project, post):
    client, (first, second) = as_person(owner), stored(post)
    url = reverse("post_check", args=[project.pk])
    fields = {**FIELDS, "on_x": "on", "picture_id_1": first.pk, "picture_alt_1": "A lamp", "picture_id_2": second.pk}
    page = client.post(url, fields)
    assert page.text.count(f"/pictures/{first.pk}.jpg") == 2 and "1 picture has no description." in words(page)
    page = client.post(url, {**fields, "picture_alt_2": "Red", "picture_3": "[object File]", "picture_alt_3": "New"})
    assert "no description" not in words(page) and 'data-slot-preview="3"' in page.text


def test_preview_without_scripts_says_that_new_files_have_to_be_selected_again(send):
    page = send("post_new", picture_1=picture_file(), picture_alt_1="A lamp", preview="1")
    assert page.status_code == 200 and "Select the new pictures again" in words(page)
    assert "A lamp" in page.text and not Post.objects.exists()


def test_page_of_a_post_offers_pictures_and_descriptions_to_publish_by_hand(as_person, viewer, project, post):
    page = as_person(viewer).get(reverse("post", args=[project.pk, post.pk]))
    assert "No description yet." in words(page) and "A lamp" in words(page)
    url = reverse("post_picture", args=[project.pk, stored(post)[0].pk])
    assert f'href="{url}?download"' in page.text
    response = as_person(viewer).get(f"{url}?download")
    assert response["Content-Disposition"] == f'attachment; filename="vigie-{post.pk}-1.jpg"'


def test_picture_is_for_members_of_its_project_only(as_person, stranger, owner, project, post):
    url = reverse("post_picture", args=[project.pk, stored(post)[0].pk])
    assert as_person(stranger).get(url).status_code == 404
    other = other_project(owner)
    assert as_person(owner).get(url.replace(f"/{project.pk}/", f"/{other.pk}/", 1)).status_code == 404


def test_reminder_links_to_the_pictures(post, manager):
    now = timezone.now()
    plan = {"status": "scheduled", "due_at": now, "due_day": now.date(), "due_time": now.time(), "owner": manager}
    Post.objects.filter(pk=post.pk).update(**plan)
    manager.language = "en"
    manager.save()
    post_reminders.remind(now)
    text = Delivery.objects.get(kind="post").text
    url = reverse("post_picture", args=[post.project_id, stored(post)[0].pk])
    assert f"{url}?download\nDescription: A lamp\n" in text and "No description yet." in text
