"""System checks of the assistant's settings, which every process runs when it starts. Registered by apps.py."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from outbound import RequestRefused, parse_url


@register("settings")
def check_assistant(**_kwargs: object) -> list[CheckMessage]:
    """Report a URL without a model, and one that the HTTP client refuses: each request would fail."""
    if not settings.ASSISTANT_URL:
        return []
    problems = []
    if not settings.ASSISTANT_MODEL:
        problems.append("ASSISTANT_MODEL must be the name of a model, such as llama3.1, as ASSISTANT_URL is set.")
    try:
        parse_url(settings.ASSISTANT_URL)
    except RequestRefused as refusal:
        problems.append(f"ASSISTANT_URL can’t be requested: {refusal.detail}.")
    return [Error(problem, id="assistant.E001") for problem in problems]
