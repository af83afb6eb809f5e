"""Browser notifications in a browser: connect it, send a test, and see the message that its push service brings.

The push service is the only part outside of Vigie: a look-alike receives the request, and Chromium gets its message.
"""

import json

import pytest
from playwright.sync_api import expect

from delivery.models import Destination
from tests.e2e.conftest import FULL_CHROMIUM
from tests.e2e.waiting import wait_until
from tests.lookalikes.receivers import SERVICES, Receiver

# The subscription that the push service of a browser gives.
SUBSCRIBE = """subscription => {
  PushManager.prototype.subscribe = async () => ({ toJSON: () => subscription });
}"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


@pytest.fixture(scope="module")
def browser(launch_browser):
    if not FULL_CHROMIUM:
        pytest.skip("no Chromium with windows on this machine: the one without them shows no notifications")
    browser = launch_browser(executable_path=FULL_CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture
def service():
    with Receiver(SERVICES["webpush"]()) as receiver:
        yield receiver


def deliver(page, live_server, message):
    """Give a message to the service worker, as the browser does when its push service brings one."""
    session = page.context.new_cdp_session(page)
    registrations = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    found = {"origin": live_server.url, "registrationId": registrations[-1]["registrationId"]}
    session.send("ServiceWorker.deliverPushMessage", {**found, "data": message})


def test_browser_is_connected_tested_and_shows_the_message(open_as, english_manager, project, live_server, service):
    page = open_as(english_manager, f"/p/{project.pk}/settings/channels")
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.get_by_role("link", name="Browser notifications").click()
    values = service.service.values(service.url)
    keys = {"p256dh": values["p256dh"], "auth": values["auth"]}
    page.evaluate(SUBSCRIBE, {"endpoint": values["endpoint"], "keys": keys})
    page.get_by_label("Name", exact=True).fill("Marc’s laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Connect this browser first.")).to_be_visible()

    page.evaluate(SUBSCRIBE, {"endpoint": values["endpoint"], "keys": keys})
    page.get_by_role("button", name="Connect this browser").click()
    expect(page.get_by_role("status").filter(has_text="This browser is connected.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Channel created.")).to_be_visible()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("Test sent to “Marc’s laptop”.")).to_be_visible()

    message = service.service.message(service.accepted[0])
    deliver(page, live_server, json.dumps(message))
    wait_until(page, f"async () => (await ({SHOWN})()).length === 1")
    [shown] = page.evaluate(SHOWN)
    assert shown["title"] == "Test of Vigie" and shown["tag"] == message["tag"]
    assert shown["data"]["url"].endswith(f"/p/{project.pk}/")
    deliver(page, live_server, json.dumps(message))
    page.wait_for_timeout(200)
    assert len(page.evaluate(SHOWN)) == 1, "the same delivery replaces its notification"
    assert Destination.objects.get().last_success_at


def test_blocked_notifications_say_where_to_allow_them(open_as, english_manager, project, live_server):
    page = open_as(english_manager, f"/p/{project.pk}/settings/channels/new/webpush")
    page.evaluate("Notification.requestPermission = async () => 'denied'")
    page.get_by_role("button", name="Connect this browser").click()
    expect(page.get_by_role("status").filter(has_text="blocks notifications of Vigie")).to_be_visible()
