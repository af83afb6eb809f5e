"""Request URLs and report what came back: what was written, and which texts of the project the response has."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

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
    "Report of Lumen",
    "ada@example.com",
]

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def writes(queries):
    """Return what a request wrote, except the session, which stores the last project."""
    changes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    return [change for change in changes if '"django_session"' not in change]


def visit(client, method, path):
    with CaptureQueriesContext(connection) as queries:
        response = client.generic(method, path, content_type="application/x-www-form-urlencoded")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response, body.decode(errors="replace"), writes(queries.captured_queries)


def leaked(body):
    return [secret for secret in SECRETS if secret in body]
