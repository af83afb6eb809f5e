"""A client of the API with a user's token."""

import json
import uuid

import pytest


class Program:
    """A program that calls the API."""

    def __init__(self, user):
        from django.test import Client

        from accounts.tokens import create_token

        self.headers = {"Authorization": f"Bearer {create_token(user, 'test')}"} if user else {}
        self.client = Client(raise_request_exception=False)

    def __call__(self, method, path, body=None, **more):
        data = json.dumps(body) if body is not None else ""
        return self.client.generic(
            method, path if "://" in path else f"/api/v1{path}", data, "application/json", headers=self.headers, **more
        )

    def get(self, path, **parameters):
        query = {name.rstrip("_"): value for name, value in parameters.items()}
        return self.client.get(path if "://" in path else f"/api/v1{path}", query, headers=self.headers)


@pytest.fixture
def program(settings):
    """`program(user)` calls the API with a token of that user; `program(None)` has no token.

    Its cache keys are its own, since clearing the cache would empty a Redis in which other tests count requests.
    """
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}
    return Program
