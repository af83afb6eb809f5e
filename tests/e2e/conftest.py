"""Fixtures of the browser tests: Chromium against the live server. Every test checks that the console stays clean."""

import os
import shutil
import threading
import time
from datetime import timedelta

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.signals import request_finished, request_started
from django.utils import timezone
from playwright.sync_api import expect

# Without windows, a new page takes a fifth of the time, but no notification is shown.
FULL_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or FULL_CHROMIUM
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Playwright's sync API runs an event loop in this thread, where Django refuses queries.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# No test depends on the time that a page takes: the machine may be busy.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: `make chromium` installs it"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": {"width": 1400, "height": 900}, "color_scheme": "light"}


@pytest.fixture(scope="session", autouse=True)
def kept_static_files():
    """Let the browser keep the fifty static files of a page, as WhiteNoise does."""
    serve = StaticFilesHandler.serve

    def serve_to_keep(handler, request):
        response = serve(handler, request)
        response.headers["Cache-Control"] = "max-age=3600"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve_to_keep)
        yield


class OpenRequests:
    """The requests that the live server has not finished yet."""

    def __init__(self):
        self._lock, self._count, self._changed = threading.Lock(), 0, time.monotonic()
        request_started.connect(self._start, weak=False)
        request_finished.connect(self._finish, weak=False)

    def _start(self, **_):
        self._add(1)

    def _finish(self, **_):
        self._add(-1)

    def _add(self, change):
        with self._lock:
            self._count, self._changed = max(self._count + change, 0), time.monotonic()

    def wait(self, quiet_s=0.1, timeout_s=90):
        """Return when none has been open for `quiet_s` seconds."""
        deadline = time.monotonic() + timeout_s
        begin = time.monotonic()
        while time.monotonic() < deadline:
            with self._lock:
                count, since = self._count, max(self._changed, begin)
            if count == 0 and time.monotonic() - since >= quiet_s:
                return
            time.sleep(0.02)
        raise AssertionError(f"{count} requests are still open")


@pytest.fixture(scope="session")
def open_requests():
    return OpenRequests()


@pytest.fixture(autouse=True)
def finished_requests(transactional_db, open_requests):
    """Let requests that the browser has abandoned end before the tables are emptied: they hold locks on rows.

    pytest closes the pages first, because `clean_console` depends on this fixture.
    """
    yield
    open_requests.wait()


@pytest.fixture(autouse=True)
def clean_console(finished_requests, page):
    """Fail the test on console errors and warnings, uncaught exceptions and failed requests for files."""
    problems = []

    def note_message(message):
        # htmx reports requests that end because the page is left; those that fail are a "sendError", too.
        is_left = message.text.startswith(("htmx:afterRequest", "htmx:sendAbort"))
        if message.type in ("error", "warning") and not is_left:
            problems.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def note_response(response):
        if response.status >= 400 and "/static/" in response.url:
            problems.append(f"{response.status}: {response.url}")

    page.on("console", note_message)
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on("response", note_response)
    yield
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert problems == []


@pytest.fixture
def open_as(page, live_server, as_person):
    """Return `open_as(user, path)`: sign in as that user and open the page."""

    def open_as(user, address):
        cookie = as_person(user).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + address)
        return page

    return open_as


@pytest.fixture
def early_routing(context):
    """Let Chromium pass every request through Playwright from the first page on.

    The first Page.route of a page takes effect some time after it returns: on a busy machine, one in sixty requests
    made right after it went to the server. The same holds for the last unroute. It costs the browser's cache, so only
    tests that route an open page use it.
    """
    context.route("**/not-requested", lambda route: route.abort())


@pytest.fixture
def brand(live_server, project):
    """Create a brand and a competitor with recent mentions and an active source. Return the brand."""
    from tests.factories import make_keyword, make_mentions, make_source  # models need configured settings

    source = make_source(project, title="Le Phare", last_success_at=timezone.now())
    brand = make_keyword(project, "Lumen", "lumen", type="brand")
    rival = make_keyword(project, "Halo", "halo", type="competitor")
    make_mentions(brand, [{"title": f"Lumen story {n}", "source": source, "published": ago(n)} for n in range(12)])
    make_mentions(rival, [{"title": f"Halo story {n}", "source": source, "published": ago(n + 20)} for n in range(4)])
    return brand


def ago(hours):
    return timezone.now() - timedelta(hours=hours, minutes=1)
