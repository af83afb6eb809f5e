"""Preview a source of a platform before it is added, or test the connection of one that exists.

In: what a person entered, or a source. A FetchRequest stores it until a worker polls (polling/preview.py),
secrets encrypted. Out: the preview as JSON, and what was entered, from which the page adds the source. Called by the
Sources pages and services/fetches.py.
"""

import json
from typing import Any

from accounts.secret_box import Unreadable, open_sealed, seal
from monitoring.models import FetchRequest, Source
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.preview import preview
from monitoring.services.platform_sources import NewPlatformSource


def parameters_of(new: NewPlatformSource) -> dict[str, object]:
    """Return what a FetchRequest stores of a source to add, whose fields are checked: no secrets."""
    return {
        "platform": new.platform,
        "settings": dict(new.settings),
        "credential": new.credential.pk if new.credential else None,
        "credential_name": new.credential_name,
    }


def sealed_secrets(new: NewPlatformSource) -> str:
    """Return the secrets for a new credential, encrypted; "" without one."""
    return seal(json.dumps(dict(new.secrets))) if any(new.secrets.values()) else ""


def parameters_of_source(source: Source) -> dict[str, object]:
    """Return what a FetchRequest stores of a source whose connection is tested."""
    return {"platform": source.platform, "source": source.pk}


def entered(fetch: FetchRequest) -> NewPlatformSource | None:
    """Return what a person entered for a source to add; None for the test of a source."""
    stored = fetch.parameters
    if stored.get("platform") not in PLATFORMS or "source" in stored:
        return None
    credentials = fetch.project.credentials.filter(platform=stored["platform"])
    return NewPlatformSource(
        platform=stored["platform"],
        settings=stored.get("settings", {}),
        credential=credentials.filter(pk=stored.get("credential") or 0).first(),
        secrets=_secrets(fetch.sealed),
        credential_name=stored.get("credential_name", ""),
    )


def tested_source(fetch: FetchRequest) -> Source | None:
    """Return the source whose connection is tested; None for a preview, or if it was deleted meanwhile."""
    sources = fetch.project.sources.filter(pk=fetch.parameters.get("source") or 0)
    return sources.select_related("credential").first()


def run(fetch: FetchRequest) -> dict[str, Any]:
    """Poll the platform once, and return the preview as JSON."""
    if new := entered(fetch):
        platform = PLATFORMS[new.platform]
        return preview(fetch.project, platform, new.settings, secrets=new.secrets, credential=new.credential)
    source = tested_source(fetch)
    if source is None or source.platform not in PLATFORMS:
        return {"error": "unknown_platform"}
    return preview(fetch.project, PLATFORMS[source.platform], source.settings, credential=source.credential)


def _secrets(sealed: str) -> dict[str, str]:
    try:
        return json.loads(open_sealed(sealed) or "{}")
    except Unreadable:
        return {}
