"""The order of the pictures in the form of a post: for any input, none is lost and none is there twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.forms.post_pictures import PLACES, PictureSlots

entries = st.dictionaries(
    st.sampled_from([f"picture_{name}_{n}" for name in ("id", "place", "remove") for n in PLACES]),
    st.sampled_from(["", "1", "2", "3", "4", "5", "-1", "x", "9" * 30]),
)


@given(data=entries)
def test_pictures_of_the_form_are_each_there_once(data):
    slots = PictureSlots.read(data)
    used = [one.number for one in slots.used]
    assert sorted(used) == [one.number for one in slots.slots if one.is_used]
    assert len(slots.values()) == len(used)


@pytest.mark.parametrize(
    ("places", "order"),
    [("123", [1, 2, 3]), ("213", [2, 1, 3]), ("323", [2, 3, 1]), ("121", [3, 1, 2]), ("321", [3, 2, 1])],
)
def test_moved_pictures_go_between_the_others(places, order):
    data = {f"picture_id_{n}": str(n) for n in (1, 2, 3)}
    data |= {f"picture_place_{n}": place for n, place in enumerate(places, start=1)}
    assert [one.number for one in PictureSlots.read(data).used] == order
