"""The bodies with which pictures are uploaded, and what errors mean for a picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.platforms.pictures import Picture, file_form, picture_refusal
from monitoring.records import PollError
from tests.lookalikes.platforms.base import Received
from tests.lookalikes.platforms.picture_posts import form_fields

# As workplace/post_pictures.py stores descriptions: without line breaks.
alts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=1_000)


@given(jpeg=st.binary(max_size=400), alt=alts)
def test_file_form_is_read_back_as_it_was_written(jpeg, alt):
    body, content_type = file_form("file", Picture(jpeg, alt, 1, 1), {"description": alt, "published": "false"})
    fields = form_fields(Received("POST", "/", {}, {"content-type": content_type}, body))
    assert fields["file"] == jpeg and fields["published"] == b"false"
    assert fields.get("description", b"").decode() == alt


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("http_error", 422, "picture_refused"),
        ("http_error", 413, "picture_refused"),
        ("query_rejected", 400, "picture_refused"),
        ("access_denied", 403, "reply_permission"),
        ("forbidden", 403, "reply_permission"),
        ("reconnect", 400, "reconnect"),
        ("rate_limited", 429, "rate_limited"),
        ("server_error", 500, "server_error"),
        ("timeout", 0, "timeout"),
    ],
)
def test_error_of_an_upload_says_whether_the_picture_is_refused(code, status, expected):
    assert picture_refusal(PollError(code, "why"), status) == PollError(expected, "why")
