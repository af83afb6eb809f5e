"""The HTTP API under /api/v1/."""

from ninja import NinjaAPI

api = NinjaAPI(title="Vigie", version="1", urls_namespace="api")
