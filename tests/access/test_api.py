"""Every operation of the API, requested as someone without access to it.

Operations are collected from the OpenAPI document, which a test compares with config.urls.
"""

import json
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tokens import create_token
from api.app import api
from tests.access.urls import PUBLIC, page_urls
from tests.access.visits import METHODS, leaked, writes
from tests.pictures import picture_file

# Operations for viewers that read by POST, since their input is long.
READ_BY_MANAGERS = {
    "/api/v1/projects/{project_id}/collections/{collection_id}/readers",
    "/api/v1/projects/{project_id}/digests/{digest_id}/recipients",
    "/api/v1/projects/{project_id}/channels",
    "/api/v1/projects/{project_id}/post-accounts",
    "/api/v1/projects/{project_id}/deliveries",
    "/api/v1/projects/{project_id}/deliveries/problems",
    "/api/v1/projects/{project_id}/deliveries/{delivery_id}",
    "/api/v1/projects/{project_id}/reports/{report_id}/links",
    "/api/v1/projects/{project_id}/reports/{report_id}/recipients",
}
READ_BY_POST = {"/api/v1/projects/{project_id}/why", "/api/v1/projects/{project_id}/rules/replay"}

# Operations for viewers that only write to the activity log that they have read.
LOGGED_READS = {"/api/v1/projects/{project_id}/exports"}

# Operations in which members write what is theirs alone: as OWN_MATTERS for pages.
OWN_OPERATIONS = {
    "/api/v1/projects/{project_id}/digests",
    "/api/v1/projects/{project_id}/digests/{digest_id}",
    "/api/v1/projects/{project_id}/digests/{digest_id}/send",
    "/api/v1/projects/{project_id}/feeds",
    "/api/v1/projects/{project_id}/feeds/{feed_id}",
    "/api/v1/projects/{project_id}/calendar-addresses",
    "/api/v1/projects/{project_id}/calendar-addresses/{address_id}",
    "/api/v1/projects/{project_id}/columns",
    "/api/v1/projects/{project_id}/mentions/{mention_id}/presence",
}

OWN_TABLES = ("workplace_column", "alerts_digest", "workplace_calendaraddress", "accounts_activityentry")
# Parameters of operations that are UUIDs; the others are numbers.
UUIDS, NO_UUID = {"link_id", "delivery_id"}, str(uuid.UUID(int=0))


# Describing the whole API takes half a second.
SCHEMA = api.get_openapi_schema()
OPERATIONS = [(method.upper(), path, spec) for path, item in SCHEMA["paths"].items() for method, spec in item.items()]


def each_operation(test):
    return pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation[0]} {operation[1]}")(
        test
    )


def call(operation, samples, user=None):
    """Request an operation with real ids and a body that its schema accepts."""
    method, path, spec = operation
    parameters = [part["name"] for part in spec.get("parameters", []) if part["in"] == "path"]
    missing = [name for name in parameters if name not in samples]
    assert not missing, f"{method} {path} takes {missing}: give each a value in tests/access/samples.py"
    content = spec.get("requestBody", {}).get("content", {})
    data, content_type = b"", "application/json"
    if "multipart/form-data" in content:
        fields = example(content["multipart/form-data"]["schema"])
        data, content_type = encode_multipart(BOUNDARY, {**fields, "file": picture_file()}), MULTIPART_CONTENT
    elif content:
        data = json.dumps(example(content[content_type]["schema"])).encode()
    headers = {"authorization": f"Bearer {create_token(user, 'walk')}"} if user else {}
    with CaptureQueriesContext(connection) as queries:
        response = Client().generic(
            method,
            path.format(**{name: samples[name] for name in parameters}),
            data=data,
            content_type=content_type,
            headers=headers,
        )
    written = [sql for sql in writes(queries.captured_queries) if '"accounts_apitoken"' not in sql]
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response, body.decode(errors="replace"), written, bool(parameters)


def example(schema):
    """Return the smallest value that a JSON schema of the API accepts."""
    if "$ref" in schema:
        return example(SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
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
    return {
        "uuid": str(uuid.UUID(int=1)),
        "date": "2026-01-01",
        "date-time": "2026-01-01T00:00:00Z",
        "time": "09:00",
    }.get(schema.get("format"), "lumen")


def test_openapi_document_describes_every_api_url():
    described = {re.sub(r"{\w+}", "0", path) for _, path, _ in OPERATIONS}
    for page in page_urls():
        if page.name.startswith("api:") and page.name not in PUBLIC:
            ids = {name: NO_UUID if name in UUIDS else "0" for name in page.parameters}
            path = reverse(page.name, kwargs=ids).replace(NO_UUID, "0")
            assert path in described, f"{page.name} is hidden from this walk"


@each_operation
def test_operation_returns_401_without_token(operation, samples):
    response, body, written, _ = call(operation, samples)
    assert response.status_code == 401 and response["Content-Type"] == "application/problem+json"
    assert not written and not leaked(body)


@each_operation
def test_operation_returns_404_to_non_members(operation, samples, stranger):
    response, body, written, has_ids = call(operation, samples, stranger)
    assert response.status_code == 404 if has_ids else response.status_code < 500
    assert not leaked(body) and (not written or not has_ids)


@pytest.mark.parametrize("path", sorted({path for _, path, _ in OPERATIONS if "{project_id}" in path}))
def test_api_returns_404_to_non_members_whatever_they_send(path, samples, stranger):
    headers = {"authorization": f"Bearer {create_token(stranger, 'walk')}"}
    address = path.format(**samples) + "?size=x&unknown=1"
    for method in METHODS:
        for body in (b"", b"{", b'{"name": 1, "url": 1, "query": 1, "status": 1, "paused": "x"}'):
            response = Client().generic(method, address, body, content_type="application/json", headers=headers)
            assert response.status_code == 404, (method, body)
            assert response["Content-Type"] == "application/problem+json", (method, body)
            assert not leaked(response.content.decode())


@each_operation
def test_operation_lets_viewer_read_and_change_nothing(operation, samples, viewer):
    response, _, written, has_ids = call(operation, samples, viewer)
    if "digest_id" in operation[1] and operation[1] in OWN_OPERATIONS:
        assert response.status_code == 404  # that of another member
    elif operation[0] == "GET":
        assert response.status_code == (403 if operation[1] in READ_BY_MANAGERS else 200)
    elif operation[1] in READ_BY_POST | LOGGED_READS | OWN_OPERATIONS:
        assert response.status_code in (200, 201, 422) or (
            response.status_code == 404 and ("feed_id" in operation[1] or "address_id" in operation[1])
        )
    elif has_ids:
        assert response.status_code == 403
    if operation[1] in LOGGED_READS:
        written = [change for change in written if "accounts_activityentry" not in change]
    if operation[1] in OWN_OPERATIONS:
        written = [change for change in written if not change.split('"')[1].startswith(OWN_TABLES)]
    assert not written or not has_ids
