"""Django system checks: report unusable settings of polling and analysis at start, not at the first poll.

Loaded by monitoring/apps.py.
"""

import ipaddress
import os
import ssl
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from monitoring.sentiment.model_files import MODEL_FILES
from outbound.ssrf import AllowList


@register("settings")
def check_allowed_hosts(**_kwargs: object) -> list[CheckMessage]:
    return [
        Error(f"FETCH_ALLOWED_HOSTS has {entry!r}; {_advice(entry)}.", id="monitoring.E001")
        for entry in settings.FETCH_ALLOWED_HOSTS
        if not _is_entry(entry)
    ]


@register("settings")
def check_certificate_authorities(**_kwargs: object) -> list[CheckMessage]:
    if not settings.FETCH_CA_FILE:
        return []
    try:
        ssl.create_default_context(cafile=settings.FETCH_CA_FILE)
    except (OSError, ValueError) as error:
        reason = (
            "no certificate in it" if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None) or error
        )
        problem = f"FETCH_CA_FILE is {settings.FETCH_CA_FILE!r}; it must be a readable PEM file of certificates"
        return [Error(f"{problem} ({reason}).", id="monitoring.E002")]
    return []


@register("settings")
def check_poll_intervals(**_kwargs: object) -> list[CheckMessage]:
    least, most = settings.POLL_MIN_INTERVAL_S, settings.POLL_MAX_INTERVAL_S
    if least <= most:
        return []
    problem = f"POLL_MIN_INTERVAL_S is {least} and POLL_MAX_INTERVAL_S is {most}; the first must not be greater."
    return [Error(problem, id="monitoring.E003")]


@register("settings")
def check_sentiment_model(**_kwargs: object) -> list[CheckMessage]:
    if settings.SENTIMENT_BACKEND != "onnx":
        return []
    folder, problem = settings.SENTIMENT_MODEL_DIR, ""
    unreadable = [name for name in MODEL_FILES if not _is_readable(Path(folder) / name)]
    if not folder:
        problem = "is not set; with SENTIMENT_BACKEND=onnx it"
    elif not Path(folder).is_dir():
        problem = f"is {folder!r}, which is no folder; it"
    elif unreadable:
        verb = "is" if len(unreadable) == 1 else "are"
        problem = f"is {folder!r}, where {', '.join(unreadable)} {verb} missing or not readable; it"
    advice = "must be the folder of your model, which docs/sentiment.md describes."
    return [Error(f"SENTIMENT_MODEL_DIR {problem} {advice}", id="monitoring.E004")] if problem else []


def _is_readable(file: Path) -> bool:
    return file.is_file() and os.access(file, os.R_OK)


def _is_entry(entry: str) -> bool:
    try:
        AllowList([entry])
    except ValueError:
        return False
    return True


def _advice(entry: str) -> str:
    try:
        return f"the network must be written {ipaddress.ip_network(entry.strip(), strict=False)}"
    except ValueError:
        return "each entry must be a host, host:port, an IP address or a network such as 10.1.0.0/16"
