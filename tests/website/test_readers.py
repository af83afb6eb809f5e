"""The contract of all readers of website figures, and what is special at each provider."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.lookalikes.website.base import ZONE, connection_of, make_visits, reader_of
from website.readers import google_analytics
from website.readers import matomo as matomo_reader
from website.readers import plausible as plausible_reader
from website.readers.base import ERROR_CODES, MAX_ROWS, ConvertedUnit, Dimension, Figures, ReadError

FIRST, LAST = date(2026, 10, 20), date(2026, 11, 3)  # with the night in which clocks change in Montréal


def read(server, first=FIRST, last=LAST, **changes):
    found = reader_of(server).read(connection_of(server, **changes), first, last)
    assert isinstance(found, Figures), found
    return found


def refused(server, **changes):
    found = reader_of(server).read(connection_of(server, **changes), FIRST, LAST)
    assert isinstance(found, ReadError), found
    assert found.code in ERROR_CODES
    return found


def counts(figures, dimension):
    """Return the count of a dimension by value."""
    found = Counter()
    for day in figures.days:
        for row in day.rows:
            if row.dimension is dimension:
                found[row.value, row.detail] += row.count
    return +found


def test_reader_returns_every_day_with_what_server_holds(server):
    server.visits = make_visits(FIRST - timedelta(days=3), LAST + timedelta(days=2))
    found = read(server)
    assert [day.day for day in found.days] == [FIRST + timedelta(days=number) for number in range(15)]
    unit = reader_of(server).converted_unit
    for day in found.days:
        visits = server.between(day.day, day.day)
        assert day.sessions == len(visits)
        assert day.users == len({visit.user for visit in visits})
        assert day.key_events == sum(len(visit.events) for visit in visits)
        converted = [visit.user for visit in visits if visit.events]
        assert day.converted == len(set(converted) if unit is ConvertedUnit.USERS else converted)
        if day.new_users is not None:
            assert day.new_users == sum(visit.is_new for visit in visits)
    assert any(not day.sessions for day in found.days)


def test_reader_returns_time_zone_of_property(server):
    server.visits = make_visits(FIRST, LAST)
    assert read(server).property.zone == ZONE
    assert reader_of(server).check(connection_of(server)).zone == ZONE


def test_breakdowns_have_the_sums_of_the_totals(server):
    server.visits = make_visits(FIRST, LAST)
    found, visits = read(server), server.between(FIRST, LAST)
    sessions = sum(day.sessions for day in found.days)
    assert sum(counts(found, Dimension.SOURCE).values()) == sessions
    assert sum(counts(found, Dimension.LANDING_PAGE).values()) == sessions
    assert sum(counts(found, Dimension.KEY_EVENT).values()) == sum(day.key_events for day in found.days)
    pages = server.counted(FIRST, LAST, lambda visit: visit.page)
    assert {value: count for (value, _), count in counts(found, Dimension.LANDING_PAGE).items()} == pages
    terms = sum(bool(visit.term) for visit in visits)
    assert counts(found, Dimension.SEARCH_TERM) == {("lampe design", ""): terms}
    campaigns = sum(bool(visit.campaign) for visit in visits)
    assert sum(counts(found, Dimension.CAMPAIGN).values()) == campaigns > 0
    assert {value for value, _ in counts(found, Dimension.KEY_EVENT)} == {"Order", "Sign-up"}


def test_sources_have_their_medium(server):
    server.visits = make_visits(FIRST, LAST)
    found = counts(read(server), Dimension.SOURCE)
    assert found["google", "organic"] == sum(visit.medium == "organic" for visit in server.visits)
    assert found["facebook.com", "social"] == sum(visit.medium == "social" for visit in server.visits)


@pytest.mark.parametrize("size", [1, 7])
def test_reader_goes_through_all_pages(server, monkeypatch, size):
    for module in (google_analytics, matomo_reader, plausible_reader):
        monkeypatch.setattr(module, "PAGE_SIZE", size)
        monkeypatch.setattr(module, "MAX_PAGES", 1_000)
    server.visits = make_visits(FIRST, FIRST + timedelta(days=5))
    whole = read(server, FIRST, FIRST + timedelta(days=5))
    assert sum(day.sessions for day in whole.days) == len(server.visits)
    assert sum(counts(whole, Dimension.SOURCE).values()) == len(server.visits)
    assert sum(counts(whole, Dimension.LANDING_PAGE).values()) == len(server.visits)


def test_reader_stops_at_too_many_pages(server, monkeypatch):
    for module in (google_analytics, matomo_reader, plausible_reader):
        monkeypatch.setattr(module, "PAGE_SIZE", 1)
        monkeypatch.setattr(module, "MAX_PAGES", 2)
    server.visits = make_visits(FIRST, LAST)
    assert refused(server).code == "too_many_rows"


def test_website_without_visits_has_days_of_zeros(server):
    found = read(server)
    assert len(found.days) == 15
    assert not any(day.sessions or day.users or day.key_events or day.rows for day in found.days)


def test_small_values_become_one_row_without_a_value(server):
    server.visits = make_visits(FIRST, FIRST, per_day=900, pages=400)
    found = read(server, FIRST, FIRST).days[0]
    rows = [row for row in found.rows if row.dimension is Dimension.LANDING_PAGE]
    assert len(rows) == MAX_ROWS + 1
    assert [row.value for row in rows].count("") == 1
    assert sum(row.count for row in rows) == found.sessions == len(server.visits)


def test_long_and_malformed_values_are_cut_and_cleaned(server):
    server.visits = [replace(visit, page=f"/{'x' * 900}\0{visit.page}") for visit in make_visits(FIRST, FIRST)]
    rows = [row for row in read(server, FIRST, FIRST).days[0].rows if row.dimension is Dimension.LANDING_PAGE]
    assert [(len(row.value), row.count) for row in rows] == [(300, len(server.visits))]


def test_wrong_key_is_an_error_about_its_field(server):
    name = next(field.name for field in reader_of(server).fields if field.is_secret)
    if server.platform == "google_analytics":
        server.valid = {name: make_account()}
    else:
        server.valid = {name: "another"}
    found = refused(server)
    assert (found.code, found.field) == ("credential_rejected", name)
    assert reader_of(server).check(connection_of(server)).code == "credential_rejected"


def make_account():
    import json

    from cryptography.hazmat.primitives.asymmetric import rsa

    from tests.lookalikes.platforms.own_reviews import SERVICE_ACCOUNT, pem

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return json.dumps(json.loads(SERVICE_ACCOUNT) | {"private_key": pem(key)})


def test_used_up_quota_is_an_error_to_wait_for(server):
    server.visits = make_visits(FIRST, LAST)
    read(server)
    server.fail_with(server.rate_limited())
    found = refused(server)
    assert found.code == "quota"
    assert found.retry_after_s == (120 if server.platform == "matomo" else None)


@pytest.mark.parametrize("status", [500, 503])
def test_server_error_is_a_value(server, status):
    server.fail(status, b"<html>Oops</html>")
    assert refused(server).code == "server_error"


@pytest.mark.parametrize("body", [b"<!doctype html><title>x</title>", b"[", b"{}", b'{"rows": 3}', b'"x"', b"[1]"])
def test_no_response_makes_a_reader_raise(server, body):
    server.fail(200, body, times=30)
    assert refused(server).code in ("unexpected_response", "no_api")


def test_unreachable_server_is_an_error(server):
    connection = connection_of(server)
    server.__exit__()
    found = reader_of(server).read(connection, FIRST, LAST)
    assert found.code == "unreachable"
    assert found.field == ("url" if "url" in connection.settings else "")


def test_private_address_is_refused(server):
    from outbound import HttpClient

    found = reader_of(server).check(connection_of(server, call=HttpClient().call))
    assert found.code == "private_address"


def test_no_secret_leaves_a_reader_in_an_error(server):
    secret = next(iter(server.secrets.values()))
    server.fail(400, {"error": {"message": "Bad"}, "result": "error", "message": "Bad"})
    assert secret not in repr(refused(server)) and secret not in repr(connection_of(server))


# Google Analytics


def test_google_says_that_figures_are_thresholded(google):
    google.visits = make_visits(FIRST, LAST)
    assert not any(day.is_thresholded for day in read(google).days)
    google.threshold = 3
    found = read(google)
    assert all(day.is_thresholded for day in found.days)
    assert sum(counts(found, Dimension.SOURCE).values()) < sum(day.sessions for day in found.days)


def test_google_waits_before_its_quota_is_used_up(google):
    google.visits = make_visits(FIRST, LAST)
    assert read(google).wait_s is None
    google.tokens_left = 500
    assert read(google).wait_s == 6 * 3_600


def test_google_names_what_is_missing(google):
    google.is_api_enabled = False
    assert refused(google).code == "api_disabled"
    google.is_api_enabled, google.has_access = True, False
    found = refused(google)
    assert (found.code, found.field) == ("not_allowed", "property")


# Matomo


def test_matomo_without_access_is_an_error_about_the_website(matomo):
    matomo.is_forbidden = True
    assert (refused(matomo).code, refused(matomo).field) == ("not_allowed", "site")


def test_matomo_has_no_new_users_in_versions_that_do_not_count_them(matomo):
    matomo.visits = make_visits(FIRST, LAST)
    matomo.has_new_visitors = False
    assert {day.new_users for day in read(matomo).days} == {None}


@pytest.mark.parametrize("path", ["", "/", "/index.php", "/index.php?module=Login"])
def test_matomo_accepts_url_of_any_of_its_pages(matomo, path):
    settings = {**connection_of(matomo).settings, "url": f"{matomo.url}{path}"}
    assert reader_of(matomo).check(connection_of(matomo, settings=settings)).name == "Maison Lumen"


# Plausible


def test_plausible_has_no_new_users_and_converts_visitors(plausible):
    plausible.visits = make_visits(FIRST, LAST)
    assert {day.new_users for day in read(plausible).days} == {None}
    assert reader_of(plausible).converted_unit is ConvertedUnit.USERS


def test_plausible_with_another_time_zone_is_an_error(plausible):
    plausible.zone = "Europe/Paris"
    found = refused(plausible)
    assert (found.code, found.field) == ("other_zone", "zone")
