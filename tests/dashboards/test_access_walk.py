"""Every address of Vigie, visited as somebody who should not be there.

Addresses are collected from config.urls and from the API's own description, so a page or an operation added later is
walked by itself. What it needs then is at most a line below: a sample for a new kind of id in `samples`, or a reason
in PUBLIC, PERSONAL or OWN_MATTERS.
"""

import json
import re
import uuid
from dataclasses import asdict, dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.models import ROLE_ORDER, Invitation, Role
from accounts.tokens import create_token
from alerts.models import Incident, Rule
from alerts.rules import settings_of
from api.app import api
from delivery.models import Delivery
from tests.factories import make_keyword, make_mention, make_source

# Words that nobody outside the project may ever read.
PROJECT = "Maison Lumen"
SECRETS = [PROJECT, "Keyword of Lumen", "Source of Lumen", "Title about Lumen", "Subject for Lumen", "ada@example.com"]

# Addresses that answer without an account, each for a reason.
PUBLIC = {
    "healthz": "load balancers and containers have no account",
    "account_login": "the way in",
    "account_logout": "leads to the sign-in page",
    "account_inactive": "tells the owner of a closed account",
    "account_signup": "open only with an invitation, which its own tests show",
    "account_reset_password": "for people who cannot sign in",
    "account_reset_password_done": "for people who cannot sign in",
    "account_reset_password_from_key": "for people who cannot sign in, who have the mailed key",
    "account_reset_password_from_key_done": "for people who cannot sign in",
    "invitation": "the mailed key is the permission",
    "unsubscribe": "the signature in the mail is the permission",
    "preferences": "language and colors of the sign-in page",
    "sample_feed": "public: the invented feeds of the sample project, which workers poll",
    "sample_story": "the pages of the invented feeds",
    "api:api-root": "what the API is",
    "api:openapi-json": "what the API is",
    "api:openapi-view": "what the API is",
}

# Addresses without a project, where everybody meets only what is their own (or the operator everything).
PERSONAL = {
    "home": "leads to one's own projects",
    "project_new": "everybody may make a project",
    "load_sample": "everybody may load the sample project",
    "account": "one's own account",
    "token_new": "one's own tokens",
    "token_revoke": "one's own tokens: 404 for another's",
    "server_outbox": "only for the operator",
    "server_delivery": "only for the operator",
}
PERSONAL_PREFIXES = {"mfa_": "one's own second step", "account_": "one's own password"}

# Where a viewer may change something: each concerns nobody else.
OWN_MATTERS = {
    "project_leave": "everybody may leave",
    "digest": "one's own digest, whose settings are made when first looked at",
    "digest_preview": "one's own digest, whose settings are made when first looked at",
    "digest_send": "one's own digest, to one's own mailbox",
}

# Where the page is for viewers, and its row for one person and the admins.
ROWS_OF_ONE_PERSON = {"delivery": "a member reads the messages that were sent to them"}

# Operations that are asked by POST because what they read is long, and that viewers may ask.
READ_BY_POST = {"/api/v1/projects/{project_id}/why"}

SKIPPED_TREES = {"operator/": "Django's admin, which lets only staff in; its door is tested in tests/accounts"}


@dataclass(frozen=True)
class Address:
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


def addresses(patterns=None, namespace="", before=()):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if str(pattern.pattern) in SKIPPED_TREES:
            continue
        taken = (*before, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name: this test cannot visit it"
            yield Address(f"{namespace}{pattern.name}", taken, pattern.callback)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner, taken)


PAGES = [address for address in addresses() if not address.name.startswith("api:")]
GUARDED = [address for address in PAGES if address.name not in PUBLIC]
OF_PROJECTS = [address for address in GUARDED if not address.is_personal]
each = {"argvalues": GUARDED, "ids": lambda address: address.name}
each_of_projects = {"argvalues": OF_PROJECTS, "ids": lambda address: address.name}


@pytest.fixture
def samples(project, owner, manager):
    """One real row of everything in Maison Lumen, by the names that addresses use."""
    keyword = make_keyword(project, "Keyword of Lumen")
    source = make_source(project, title="Source of Lumen")
    mention = make_mention(keyword, source=source, title="Title about Lumen")
    rule = Rule.objects.create(project=project, keyword=keyword, threshold=1)
    then = {**asdict(settings_of(rule)), "window_s": rule.window_s}
    incident = Incident.objects.create(rule=rule, opened_at=timezone.now(), value=2, peak=2, settings=then)
    delivery = Delivery.objects.create(
        key="sample", kind="digest", project=project, user=owner, recipient=owner.email, subject="Subject for Lumen"
    )
    invitation = Invitation.objects.create(
        project=project, email="n@example.com", token_digest="d", expires_at=timezone.now()
    )
    create_token(owner, "Token of Ada")
    return {
        "project_id": project.id,
        "keyword_id": keyword.id,
        "source_id": source.id,
        "mention_id": mention.id,
        "document_id": mention.document_id,
        "rule_id": rule.id,
        "incident_id": incident.id,
        "delivery_id": delivery.id,
        "member_id": project.memberships.get(user=manager).id,
        "invitation_id": invitation.id,
        "token_id": owner.api_tokens.get().id,
        "token": "unknown",
        "signed": "unknown",
        "uidb36": "x",
        "key": "x-y",
        "slug": "unknown",
        "name": "unknown",
        "path": "unknown",
    }


def writes(queries):
    """What the visit wrote, beside the session in which the last project is remembered."""
    changes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    return [change for change in changes if '"django_session"' not in change]


def visit(client, method, path):
    with CaptureQueriesContext(connection) as queries:
        response = client.generic(method, path, content_type="application/x-www-form-urlencoded")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response, body.decode(errors="replace"), writes(queries.captured_queries)


def role_needed(address):
    return getattr(address.view, "required_role", None)


def test_the_walk_finds_the_addresses_it_should():
    names = {address.name for address in PAGES}
    assert {"overview", "mentions", "keywords", "sources", "opml_export", "project_settings"} <= names
    lists = {*PUBLIC, *PERSONAL, *OWN_MATTERS}
    known = names | {address.name for address in addresses()}
    assert lists <= known, "these lists speak of addresses that are gone"


@pytest.mark.parametrize("address", OF_PROJECTS, ids=lambda address: address.name)
def test_a_page_belongs_to_a_project_or_says_why_not(address):
    assert "project_id" in address.parameters, (
        f"{address.name}: guard it by project_view, or give a reason in PERSONAL"
    )
    assert role_needed(address), f"{address.name}: let accounts.access.project_view be the outermost decorator but one"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", **each)
def test_without_an_account_every_page_leads_to_sign_in(address, method, samples):
    response, body, written = visit(Client(), method, address.path(samples))
    if response.status_code == 302:
        assert response.url.startswith(("/accounts/login/", "/accounts/reauthenticate/"))
    else:
        assert response.status_code in (401, 405)
    assert not written and not leaked(body)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", **each_of_projects)
def test_for_a_stranger_the_project_does_not_exist(address, method, samples, stranger, as_person):
    response, body, written = visit(as_person(stranger), method, address.path(samples))
    assert response.status_code in (404, 405)
    assert not written and not leaked(body)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "address", [address for address in GUARDED if address.is_personal], ids=lambda address: address.name
)
def test_personal_pages_show_a_stranger_nothing_of_the_project(address, method, samples, stranger, as_person):
    response, body, _ = visit(as_person(stranger), method, address.path(samples))
    assert response.status_code in ((404, 405) if address.parameters else (200, 302, 403, 404, 405))
    assert not leaked(body)


@pytest.mark.parametrize("address", **each_of_projects)
def test_a_viewer_reads_what_viewers_may_and_nothing_else(address, samples, viewer, as_person):
    response, _, written = visit(as_person(viewer), "GET", address.path(samples))
    may = ROLE_ORDER.index(role_needed(address)) == 0
    if address.name in ROWS_OF_ONE_PERSON:
        assert response.status_code in (403, 404)
    else:
        assert response.status_code in ((200, 302, 405) if may else (403, 405))
    assert not written or address.name in OWN_MATTERS


@pytest.mark.parametrize("address", **each_of_projects)
def test_a_viewer_changes_nothing(address, samples, viewer, as_person):
    response, _, written = visit(as_person(viewer), "POST", address.path(samples))
    if address.name in OWN_MATTERS:
        return
    assert not written
    if role_needed(address) != Role.VIEWER:
        assert response.status_code in (403, 405)


@pytest.mark.parametrize("address", **each_of_projects)
def test_the_sample_ids_are_real_for_an_admin(address, samples, owner, as_person):
    response, _, _ = visit(as_person(owner), "GET", address.path(samples))
    assert response.status_code in (200, 302, 405)


@pytest.mark.parametrize("address", **each_of_projects)
def test_no_page_takes_a_form_from_another_site(address, samples, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response, _, written = visit(client, "POST", address.path(samples))
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
    """The operation with real ids, and a body that its own schema accepts."""
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
    """The smallest value that a JSON schema accepts, as far as the API's schemas go."""
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
            return []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return {"uuid": str(uuid.UUID(int=1)), "date-time": "2026-01-01T00:00:00Z"}.get(schema.get("format"), "lumen")


def test_every_address_of_the_api_is_in_its_description():
    described = {re.sub(r"{\w+}", "0", path) for _, path, _ in operations()}
    for address in addresses():
        if address.name.startswith("api:") and address.name not in PUBLIC:
            path = reverse(address.name, kwargs=dict.fromkeys(address.parameters, "0"))
            assert path in described, f"{address.name} is hidden from this walk"


@each_operation
def test_the_api_answers_nobody_without_a_token(operation, samples):
    response, body, written, _ = call(operation, samples)
    assert response.status_code == 401
    assert not written and not leaked(body)


@each_operation
def test_the_api_tells_a_stranger_nothing(operation, samples, stranger):
    response, body, written, has_ids = call(operation, samples, stranger)
    assert response.status_code == 404 if has_ids else response.status_code < 500
    assert not leaked(body) and (not written or not has_ids)


@each_operation
def test_the_api_lets_a_viewer_read_and_change_nothing(operation, samples, viewer):
    response, _, written, has_ids = call(operation, samples, viewer)
    if operation[0] == "GET":
        assert response.status_code == 200
    elif operation[1] in READ_BY_POST:
        assert response.status_code in (200, 422)
    elif has_ids:
        assert response.status_code == 403
    assert not written or not has_ids
