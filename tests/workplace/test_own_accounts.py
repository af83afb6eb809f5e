"""Own accounts are found, counted once a day, and a day that could not be read stays empty."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.celery import app
from monitoring.models import Credential, RequestBudget, Source
from monitoring.platforms.followers import count_of
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.followers import follower_platforms
from tests.factories import make_source
from tests.forks import is_killed
from tests.lookalikes.platforms.base import Reply
from tests.lookalikes.platforms.followers import COUNTING
from tests.racing import race
from workplace.models import FollowerCount, OwnAccount
from workplace.own_accounts import find_accounts, read_due
from workplace.tasks import count_followers

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Account:
    """An account at a look-alike that the project has connected."""

    def __init__(self, server, project):
        self.server, self.project = server, project
        self.credential = self.connect()

    def connect(self, **source):
        credential = Credential(project=self.project, platform=self.server.platform, name="Lumen")
        credential.set_secrets({**self.server.valid, **self.server.connection})
        account = self.server.connection.get("account")
        credential.settings = {"account": account} if account else {}
        credential.save()
        settings = {**self.server.settings, "base_url": self.server.url}
        host = {"platform": self.server.platform, "settings": settings, "host": "127.0.0.1"}
        make_source(self.project, credential=credential, **host | source)
        return credential


@pytest.fixture(params=["mastodonsearch"])
def account(request, project):
    with COUNTING[request.param]() as server:
        server.now = timezone.now()
        yield Account(server, project)


every_platform = pytest.mark.parametrize("account", sorted(COUNTING), indirect=True)


def run(now=None):
    RequestBudget.objects.all().delete()
    return read_due(now or timezone.now(), 60)


def own():
    return OwnAccount.objects.get()


@every_platform
def test_followers_are_counted_once_a_day(account):
    assert run() == 1 and run() == 0
    found = own()
    assert (found.name, found.error_code) == (account.server.name, "")
    assert FollowerCount.objects.get().followers == 2_345
    assert found.next_read_at.date() == timezone.now().date() + DAY
    account.server.followers = 2_400
    account.server.now += DAY
    assert run(timezone.now() + DAY * 1.5) == 1
    assert list(FollowerCount.objects.order_by("day").values_list("followers", flat=True)) == [2_345, 2_400]
    assert OwnAccount.objects.count() == 1


@every_platform
def test_rejected_credential_leaves_a_gap_and_says_why(account):
    account.server.valid = dict.fromkeys(account.server.valid, "another")
    assert run() == 0
    assert own().error_code in ("credential_rejected", "reconnect") and own().failing_since
    assert not FollowerCount.objects.exists()
    account.server.valid = type(account.server)().valid
    assert run(timezone.now() + timedelta(hours=5)) == 1
    assert own().error_code == "" and own().failing_since is None


@every_platform
def test_used_up_limit_is_tried_again(account):
    for _ in range(3):
        account.server.fail_with(account.server.rate_limited())
    run()
    assert own().error_code in ("rate_limited", "quota_used_up") and not FollowerCount.objects.exists()
    account.server._failures.clear()
    assert run(timezone.now() + timedelta(hours=5)) == 1


@every_platform
def test_missing_number_is_an_error_and_never_zero(account):
    account.server.followers = None
    run()
    assert own().error_code == "unexpected_response" and not FollowerCount.objects.exists()


@every_platform
@pytest.mark.parametrize("body", [[], {}, {"data": 3}, {"items": [None]}, "text", None, 7])
def test_odd_responses_are_errors(account, body):
    if account.server.platform == "bluesky":
        account.server.session()
    account.server.respond = lambda request: Reply(account.server.session() if "Session" in request.path else body)
    run()
    assert own().error_code in ("unexpected_response", "not_found") and not FollowerCount.objects.exists()


def test_every_platform_that_counts_has_a_look_alike():
    assert set(COUNTING) | {"instagrammentions"} == set(follower_platforms())


@pytest.mark.parametrize("account", ["youtube"], indirect=True)
def test_channel_that_hides_its_number_says_so(account, owner, as_person):
    account.server.is_hidden = True
    run()
    assert own().error_code == "followers_hidden"
    page = as_person(owner).get(reverse("goals", args=[account.project.pk])).text
    assert "The account hides how many follow it." in page


@pytest.mark.parametrize("account", ["x"], indirect=True)
def test_reading_x_is_charged_once_a_day(account):
    run()
    left = RequestBudget.objects.get(name__startswith="usd")
    assert left.left == pytest.approx(200 - 0.01, abs=0.001) and len(account.server.requests) == 1
    account.credential.settings = {}
    account.credential.save()
    OwnAccount.objects.all().delete()
    assert run() == 0 and len(account.server.requests) == 1, "a key belongs to no account"


@pytest.mark.parametrize("account", ["x", "mastodonsearch", "bluesky", "youtube"], indirect=True)
def test_account_without_a_source_is_counted(account, monkeypatch):
    """Accounts that only publish have none, so settings such as a cap have their defaults."""
    Source.objects.all().delete()
    public = {name: value for name, value in account.server.settings.items() if name in ("server", "handle")}
    account.credential.settings |= public
    account.credential.save()
    platform = PLATFORMS[account.server.platform]
    monkeypatch.setattr(type(platform), "api_url", lambda self, settings: account.server.url)
    monkeypatch.setattr("monitoring.platforms.bluesky._own_server", lambda document: "")
    assert run() == 1 and own().error_code == ""


def test_account_that_is_connected_twice_counts_once(account):
    run()
    account.connect(url="https://social.example/second")
    run()
    run(timezone.now() + DAY * 1.5)
    assert OwnAccount.objects.exclude(native_id="").count() == 1
    assert FollowerCount.objects.count() == 2


def test_account_that_is_connected_again_continues(account):
    run()
    first = own()
    Source.objects.all().delete()
    account.credential.delete()
    assert run(timezone.now() + DAY) == 0
    first.refresh_from_db()
    assert first.credential is None and first.counts.count() == 1
    account.connect()
    assert run(timezone.now() + DAY * 2) == 1
    assert own().pk == first.pk and first.counts.count() == 2


@pytest.mark.parametrize("account", ["facebook"], indirect=True)
def test_page_whose_source_was_removed_is_not_counted_any_more(account):
    run()
    Source.objects.all().delete()
    assert run(timezone.now() + DAY * 1.5) == 0
    assert own().credential is None and FollowerCount.objects.count() == 1


def test_accounts_of_deleted_projects_are_not_counted(account):
    account.project.deleted_at = timezone.now()
    account.project.save()
    assert run() == 0 and not OwnAccount.objects.exists()


@pytest.mark.parametrize("account", ["facebook"], indirect=True)
def test_page_id_that_is_too_long_does_not_stop_the_others(account):
    settings = {"page": "1" * 201, "base_url": account.server.url}
    account.connect(settings=settings, url="https://facebook.example/second")
    assert run() == 1 and own().native_id


@pytest.mark.parametrize("name", ["facebook", "instagram", "linkedin"])
def test_ids_of_accounts_have_at_most_twenty_digits(name):
    platform = PLATFORMS[name]
    setting = next(one for one in platform.settings if one.name == platform.followers.setting)
    assert re.fullmatch(setting.pattern, "1" * 20) and not re.fullmatch(setting.pattern, "1" * 21)


def test_credential_of_another_account_starts_another_history(account):
    run()
    first = own()
    account.server.number = "78"
    assert run(timezone.now() + DAY * 1.5) == 1
    first.refresh_from_db()
    second = OwnAccount.objects.exclude(pk=first.pk).get()
    assert first.credential is None and first.counts.count() == second.counts.count() == 1
    assert second.credential == account.credential and second.native_id.endswith("/78")
    account.server.number = "77"
    assert run(timezone.now() + DAY * 3) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.credential == account.credential and second.credential is None
    assert first.counts.count() == 2 and second.counts.count() == 1


def test_credential_that_changes_to_a_connected_account_leaves_both_histories(account):
    run()
    first = own()
    account.server.number = "78"
    again = account.connect(url="https://social.example/second")
    run()
    second = OwnAccount.objects.exclude(pk=first.pk).get()
    assert second.credential == again and second.counts.count() == 1
    run(timezone.now() + DAY * 1.5)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.credential is None and first.counts.count() == 1 and second.counts.count() == 2
    assert OwnAccount.objects.exclude(credential=None).count() == 2


def test_second_working_credential_of_an_account_takes_over(account):
    run()
    first = own()
    rejected = Credential(project=account.project, platform=account.server.platform, name="Old")
    rejected.set_secrets({"token": "another"})
    rejected.save()
    make_source(
        account.project,
        credential=rejected,
        platform=account.server.platform,
        settings={**account.server.settings, "base_url": account.server.url},
        host="127.0.0.1",
        url="https://social.example/second",
    )
    OwnAccount.objects.update(credential=rejected)
    run(timezone.now() + DAY * 1.5)
    first.refresh_from_db()
    run(timezone.now() + DAY * 3)
    first.refresh_from_db()
    assert first.credential == account.credential and first.error_code == "" and first.counts.count() == 3


def test_account_that_was_never_counted_goes_with_its_credential(account, owner, as_person):
    account.server.valid = dict.fromkeys(account.server.valid, "another")
    run()
    account.credential.delete()
    page = as_person(owner).get(reverse("goals", args=[account.project.pk])).text
    assert "Not connected any more." not in page
    run()
    assert not OwnAccount.objects.exists()


@pytest.mark.parametrize("account", ["x"], indirect=True)
def test_charged_read_without_a_number_is_not_repeated_that_day(account):
    account.server.followers = None
    run()
    assert own().error_code == "unexpected_response"
    assert own().next_read_at.date() == timezone.now().date() + DAY
    for _ in range(3):
        account.server.fail_with(account.server.rate_limited())
    run(timezone.now() + DAY * 1.5)
    assert own().error_code in ("rate_limited", "quota_used_up"), "which costs nothing"
    assert own().next_read_at < timezone.now() + DAY * 1.7


@pytest.mark.parametrize("account", ["x"], indirect=True)
def test_small_rest_of_the_spending_cap_is_enough_for_followers(account):
    """A full page of a search costs more than the rest, this request one cent."""
    find_accounts(timezone.now())
    key = f"x:{account.credential.pk}"
    rest = RequestBudget.objects.create(key=key, name=f"usd/{30 * 86_400}", left=0.02, at=timezone.now())
    assert read_due(timezone.now(), 60) == 1
    rest.refresh_from_db()
    assert rest.left == pytest.approx(0.01, abs=0.002)


@pytest.mark.parametrize("name", ["count_followers", "read_post_engagement"])
def test_task_is_scheduled_and_runs_where_it_delays_nothing(name):
    task = f"workplace.tasks.{name}"
    assert [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == task]
    assert app.amqp.router.route({}, task)["queue"].name == "fetch"


@pytest.mark.django_db(transaction=True)
def test_two_workers_count_an_account_once(account):
    race(lambda: count_followers(), lambda: count_followers())
    assert FollowerCount.objects.count() == 1
    assert sum("verify_credentials" in request.path for request in account.server.requests) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_killed_at_any_statement_is_made_up_for(account):
    kills = 0
    for statement in range(1, 60):
        OwnAccount.objects.all().delete()
        RequestBudget.objects.all().delete()
        if not is_killed(lambda: read_due(timezone.now(), 60), statement):
            break
        kills += 1
        run(timezone.now() + timedelta(hours=1))
        assert FollowerCount.objects.count() == 1
    assert kills > 8


@given(st.one_of(st.none(), st.text(), st.floats(), st.booleans(), st.integers(max_value=-1), st.lists(st.integers())))
def test_anything_but_a_number_is_no_count(value):
    if isinstance(value, str) and value.isdecimal() and len(value) < 16:
        assert count_of(value) == int(value)
    else:
        with pytest.raises(ValueError):
            count_of(value)
