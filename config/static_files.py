"""Storage of the collected static files: hashed names, compressed copies, and rewritten JavaScript imports.

Called by collectstatic and by {% static %} through STORAGES in config/settings.py, except with DEBUG.
"""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's manifest storage that also rewrites `import … from "./file.js"` to the hashed file name."""

    support_js_module_import_aggregation = True
    # Only Vigie's own modules: django_htmx 1.29 ships a script whose comments look like imports of missing files.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # not in the stubs
    )
