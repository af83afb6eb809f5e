"""Responses with a part that no documentation describes: a reader returns an error or figures that can be stored."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound import FetchResult
from tests.lookalikes.platforms.base import NOW
from tests.lookalikes.website.base import connection_of, make_visits, reader_of
from website.readers.base import ERROR_CODES, MAX_COUNT, Connection, Figures, Property, ReadError

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 3)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**20),
    st.floats(),
    st.sampled_from(["20261101", "2026-11-01", "error", "Nowhere/Else", "\0x", "\ud800", "", [], {}, [{}], ["", ""]]),
    st.text(max_size=5),
)


def recorded(server):
    """Return the responses of a whole read, and its settings and secrets."""
    server.visits = make_visits(FIRST, LAST, per_day=3)
    real, answers = connection_of(server), []

    def call(request):
        answers.append(real.call(request))
        return answers[-1]

    assert isinstance(reader_of(server).read(replace(real, call=call), FIRST, LAST), Figures)
    return real, answers


def places(value, path=()):
    """Yield the path to each part of a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield from places(inner, (*path, name))


def changed(body, path, odd):
    if not path:
        return odd
    body = deepcopy(body)
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = odd
    return body


def connection(real, answers):
    """Return a connection that gets these answers one after the other, then no more."""
    left = iter(answers)
    return Connection(real.settings, real.secrets, lambda request: next(left, FetchResult(url="")), NOW)


def is_storable(text):
    return "\0" not in text and text.encode("utf-8", "ignore").decode() == text


def check_error(found, secrets):
    assert found.code in ERROR_CODES and is_storable(found.detail) and len(found.detail) <= 300
    assert not any(secret in repr(found) for secret in secrets.values())


def check_figures(found):
    assert [day.day for day in found.days] == [FIRST + timedelta(days=number) for number in range(3)]
    for day in found.days:
        counts = [day.sessions, day.users, day.new_users or 0, day.key_events, day.converted]
        assert all(0 <= count <= MAX_COUNT for count in [*counts, *(row.count for row in day.rows)])
        assert all(is_storable(row.value) and is_storable(row.detail) for row in day.rows)
        assert len({(row.dimension, row.value, row.detail) for row in day.rows}) == len(day.rows)


@pytest.fixture
def recording(server):
    return reader_of(server), *recorded(server)


def test_reader_accepts_a_response_with_any_part_changed(recording):
    reader, real, answers = recording

    @settings(max_examples=120)
    @given(data=st.data())
    def try_odd(data):
        at = data.draw(st.integers(0, len(answers) - 1))
        body = json.loads(answers[at].body)
        path, odd = data.draw(st.sampled_from(list(places(body)))), data.draw(ODD)
        odd_answer = replace(answers[at], body=json.dumps(changed(body, path, odd)).encode())
        mixed = [*answers[:at], odd_answer, *answers[at + 1 :]]
        found = reader.read(connection(real, mixed), FIRST, LAST)
        if isinstance(found, ReadError):
            check_error(found, real.secrets)
        else:
            check_figures(found)
        checked = reader.check(connection(real, mixed))
        assert isinstance(checked, Property | ReadError)

    try_odd()


def test_reader_accepts_responses_that_are_no_json(recording):
    reader, real, answers = recording
    for at in range(len(answers)):
        for body in (b"", b"<html>", b"\xff\xfe", b"[" * 2_000, b"NaN", b"1e999"):
            mixed = [*answers[:at], replace(answers[at], body=body), *answers[at + 1 :]]
            found = reader.read(connection(real, mixed), FIRST, LAST)
            assert isinstance(found, ReadError)
            check_error(found, real.secrets)
