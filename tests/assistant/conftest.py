"""Fixtures of the assistant: a look-alike of its server in the settings, and a project that allows it."""

import pytest

from tests.lookalikes.assistant import KEY, MODEL, ChatServer


@pytest.fixture
def chat(settings):
    """A server with a model, which the settings name."""
    with ChatServer() as server:
        settings.ASSISTANT_URL, settings.ASSISTANT_MODEL, settings.ASSISTANT_API_KEY = server.url, MODEL, KEY
        settings.FETCH_ALLOWED_HOSTS = []  # only the assistant may be at a private address
        yield server


@pytest.fixture
def allowed(project):
    """The project allows the assistant."""
    from assistant.models import AssistantRules

    return AssistantRules.objects.create(project=project, is_allowed=True)
