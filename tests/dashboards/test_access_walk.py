"""Every URL of Vigie, requested as someone without access to it.

URLs are collected from config.urls and from the API's OpenAPI document, so the test finds a page or an operation that
is added later. It then needs at most a line below: a sample for a new kind of id in `samples`, or a reason
in PUBLIC, PERSONAL or OWN_MATTERS.
"""

import json
import re
import uuid
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import ROLE_ORDER, Role
from accounts.tokens import create_token
from api.app import api
from tests.dashboards.samples import make_samples

# Texts that only members of the project may read.
PROJECT = "Maison Lumen"
SECRETS = [
    PROJECT,
    "Keyword of Lumen",
    "Source of Lumen",
    "Key of Lumen",
    "Mute of Lumen",
    "Note of Lumen",
    "View of Lumen",
    "Reply of Lumen",
    "Title about Lumen",
    "Subject for Lumen",
    "ada@example.com",
]

# URLs that work without an account, each with its reason.
PUBLIC = {
    "healthz": "load balancers and containers have no account",
    "account_login": "signing in",
    "account_logout": "leads to the sign-in page",
    "account_inactive": "tells people that their account is closed",
    "account_signup": "requires an invitation, as its own tests show",
    "account_reset_password": "for people who cannot sign in",
    "account_reset_password_done": "for people who cannot sign in",
    "account_reset_password_from_key": "for people who cannot sign in, who received the mailed key",
    "account_reset_password_from_key_done": "for people who cannot sign in",
    "invitation": "the mailed key gives access",
    "unsubscribe": "the signature in the email gives access",
    "preferences": "language and colors of the sign-in page",
    "sample_feed": "public: the invented feeds of the sample project, which workers poll",
    "sample_api": "public: the invented platforms of the sample project, which workers poll",
    "sample_story": "the pages of the invented feeds",
    "api:api-root": "the documentation of the API",
    "api:openapi-json": "the documentation of the API",
    "api:openapi-view": "the documentation of the API",
}

# URLs without a project, where people see only their own data (and the server admin everything).
PERSONAL = {
    "home": "redirects to own projects",
    "project_new": "everyone may create a project",
    "load_sample": "everyone may load a sample project of their own",
    "account": "own account",
    "shortcuts": "own settings",
    "token_new": "own tokens",
    "token_revoke": "own tokens: 404 for those of others",
    "credential_callback": "only connections that the person has begun; the role in their project is checked",
    "server_outbox": "only for the server admin",
    "server_delivery": "only for the server admin",
}
PERSONAL_PREFIXES = {"mfa_": "own two-factor authentication", "account_": "own password"}

# Changes that viewers may make: each concerns only their own data.
OWN_MATTERS = {
    "columns_change": "own columns",
    "presence": "says that the person has a mention open, in Redis for 40 seconds",
    "project_leave": "everyone may leave",
    "digest": "own digest; its settings are created on the first visit",
    "digest_preview": "own digest; its settings are created on the first visit",
    "digest_send": "own digest, to the own email address",
}

# Pages for all members, with rows for one member and the admins.
ROWS_OF_ONE_PERSON = {"delivery": "members read the messages sent to them"}

# Operations for viewers that read by POST, since their input is long.
READ_BY_POST = {"/api/v1/projects/{project_id}/why"}

SKIPPED_TREES = {"operator/": "Django's admin, for staff only; tests/accounts tests its sign-in"}


@dataclass(frozen=True)
class PageUrl:
    name: str
    parameters: tuple[str, ...]
    view: object

    def path(self, samples):
        missing = [name for name in self.parameters if name not in samples]
        assert not missing, f"{self.name} takes {missing}: give each a value in samples() of {__name__}"
        return reverse(self.name, kwargs={name: samples[name] for name in self.parameters})

    @property
    def is_personal(self):
        return self.name in PERSONAL or (self.name.startswith(tuple(PERSONAL_PREFIXES)) and self.name not in PUBLIC)


def page_urls(patterns=None, namespace="", before=()):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if str(pattern.pattern).startswith(tuple(SKIPPED_TREES)):
            continue
        taken = (*before, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name: this test cannot visit it"
            yield PageUrl(f"{namespace}{pattern.name}", taken, pattern.callback)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from page_urls(pattern.url_patterns, inner, taken)


PAGES = [page for page in page_urls() if not page.name.startswith("api:")]
GUARDED = [page for page in PAGES if page.name not in PUBLIC]
OF_PROJECTS = [page for page in GUARDED if not page.is_personal]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
each = {"argvalues": GUARDED, "ids": lambda page: page.name}
each_of_projects = {"argvalues": OF_PROJECTS, "ids": lambda page: page.name}


@pytest.fixture
def samples(project, owner, manager):
    return make_samples(project, owner, manager)


def writes(queries):
    """Return what a request wrote, except the session, which stores the last project."""
    changes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    return [change for change in changes if '"django_session"' not in change]


def visit(client, method, path):
    with CaptureQueriesContext(connection) as queries:
        response = client.generic(method, path, content_type="application/x-www-form-urlencoded")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response, body.decode(errors="replace"), writes(queries.captured_queries)


def role_needed(page):
    return getattr(page.view, "required_role", None)


def test_walk_collects_the_main_pages():
    names = {page.name for page in PAGES}
    assert {"overview", "mentions", "keywords", "sources", "opml_export", "project_settings"} <= names
    lists = {*PUBLIC, *PERSONAL, *OWN_MATTERS}
    known = names | {page.name for page in page_urls()}
    assert lists <= known, "these lists name URLs that do not exist"


@pytest.mark.parametrize("page", OF_PROJECTS, ids=lambda page: page.name)
def test_page_belongs_to_a_project_or_has_a_reason(page):
    assert "project_id" in page.parameters, f"{page.name}: guard it by project_view, or give a reason in PERSONAL"
    assert role_needed(page), f"{page.name}: let accounts.access.project_view be the outermost decorator"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", **each)
def test_page_redirects_to_sign_in_without_account(page, method, samples):
    response, body, written = visit(Client(), method, page.path(samples))
    if response.status_code == 302:
        assert response.url.startswith(("/accounts/login/", "/accounts/reauthenticate/"))
    else:
        assert response.status_code in (401, 405)
    assert not written and not leaked(body)


@pytest.mark.parametrize("page", **each_of_projects)
def test_project_page_returns_404_to_non_members(page, samples, stranger, as_person):
    client = as_person(stranger)
    for method in METHODS:
        response, body, written = visit(client, method, page.path(samples))
        assert response.status_code == 404, method
        assert not written and not leaked(body)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", [page for page in GUARDED if page.is_personal], ids=lambda page: page.name)
def test_personal_page_shows_non_members_nothing_of_the_project(page, method, samples, stranger, as_person):
    response, body, _ = visit(as_person(stranger), method, page.path(samples))
    assert response.status_code in ((404, 405) if page.parameters else (200, 302, 403, 404, 405))
    assert not leaked(body)


@pytest.mark.parametrize("page", **each_of_projects)
def test_viewer_reads_only_pages_for_viewers(page, samples, viewer, as_person):
    response, _, written = visit(as_person(viewer), "GET", page.path(samples))
    may = ROLE_ORDER.index(role_needed(page)) == 0
    if page.name in ROWS_OF_ONE_PERSON:
        assert response.status_code in (403, 404)
    else:
        assert response.status_code in ((200, 302, 405) if may else (403, 405))
    assert not written or page.name in OWN_MATTERS


@pytest.mark.parametrize("page", **each_of_projects)
def test_viewer_changes_nothing(page, samples, viewer, as_person):
    response, _, written = visit(as_person(viewer), "POST", page.path(samples))
    if page.name in OWN_MATTERS:
        return
    assert not written
    if role_needed(page) != Role.VIEWER:
        assert response.status_code in (403, 405)


@pytest.mark.parametrize("page", **each_of_projects)
def test_sample_ids_exist_for_an_admin(page, samples, owner, as_person):
    response, _, _ = visit(as_person(owner), "GET", page.path(samples))
    assert response.status_code in (200, 302, 405)


@pytest.mark.parametrize("page", **each_of_projects)
def test_page_rejects_forms_from_other_sites(page, samples, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response, _, written = visit(client, "POST", page.path(samples))
    assert response.status_code in (403, 405) and not written


def leaked(body):
    return [secret for secret in SECRETS if secret in body]


# --- the API ---------------------------------------------------------------------------------------------------


def operations():
    paths = api.get_openapi_schema()["paths"]
    return [(method.upper(), path, spec) for path, item in paths.items() for method, spec in item.items()]


def each_operation(test):
    return pytest.mark.parametrize("operation", operations(), ids=lambda operation: f"{operation[0]} {operation[1]}")(
        test
    )


def call(operation, samples, user=None):
    """Request an operation with real ids and a body that its schema accepts."""
    method, path, spec = operation
    parameters = [part["name"] for part in spec.get("parameters", []) if part["in"] == "path"]
    missing = [name for name in parameters if name not in samples]
    assert not missing, f"{method} {path} takes {missing}: give each a value in samples() of {__name__}"
    content = spec.get("requestBody", {}).get("content", {}).get("application/json")
    headers = {"authorization": f"Bearer {create_token(user, 'walk')}"} if user else {}
    with CaptureQueriesContext(connection) as queries:
        response = Client().generic(
            method,
            path.format(**{name: samples[name] for name in parameters}),
            data=b"" if content is None else json.dumps(example(content["schema"])).encode(),
            content_type="application/json",
            headers=headers,
        )
    written = [sql for sql in writes(queries.captured_queries) if '"accounts_apitoken"' not in sql]
    return response, response.content.decode(errors="replace"), written, bool(parameters)


def example(schema):
    """Return the smallest value that a JSON schema of the API accepts."""
    if "$ref" in schema:
        return example(api.get_openapi_schema()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return example(schema[choice][0])
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: example(schema["properties"][name]) for name in schema.get("required", [])}
        case "array":
            return [example(schema["items"])] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return {"uuid": str(uuid.UUID(int=1)), "date-time": "2026-01-01T00:00:00Z"}.get(schema.get("format"), "lumen")


def test_openapi_document_describes_every_api_url():
    described = {re.sub(r"{\w+}", "0", path) for _, path, _ in operations()}
    for page in page_urls():
        if page.name.startswith("api:") and page.name not in PUBLIC:
            path = reverse(page.name, kwargs=dict.fromkeys(page.parameters, "0"))
            assert path in described, f"{page.name} is hidden from this walk"


@each_operation
def test_operation_returns_401_without_token(operation, samples):
    response, body, written, _ = call(operation, samples)
    assert response.status_code == 401
    assert not written and not leaked(body)


@each_operation
def test_operation_returns_404_to_non_members(operation, samples, stranger):
    response, body, written, has_ids = call(operation, samples, stranger)
    assert response.status_code == 404 if has_ids else response.status_code < 500
    assert not leaked(body) and (not written or not has_ids)


@pytest.mark.parametrize("path", sorted({path for _, path, _ in operations() if "{project_id}" in path}))
def test_api_returns_404_to_non_members_whatever_they_send(path, samples, stranger):
    headers = {"authorization": f"Bearer {create_token(stranger, 'walk')}"}
    address = path.format(**samples) + "?size=x&unknown=1"
    for method in METHODS:
        for body in (b"", b"{", b'{"name": 1, "url": 1, "query": 1, "status": 1, "paused": "x"}'):
            response = Client().generic(method, address, body, content_type="application/json", headers=headers)
            assert response.status_code == 404, (method, body)
            assert not leaked(response.content.decode())


@each_operation
def test_operation_lets_viewer_read_and_change_nothing(operation, samples, viewer):
    response, _, written, has_ids = call(operation, samples, viewer)
    if operation[0] == "GET":
        assert response.status_code == 200
    elif operation[1] in READ_BY_POST:
        assert response.status_code in (200, 422)
    elif has_ids:
        assert response.status_code == 403
    assert not written or not has_ids
