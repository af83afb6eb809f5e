"""The HTTP API under /api/v1/: who may call, what errors look like, and which rooms offer what."""

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from config import api_problems
from config.api_auth import TokenAuth
from monitoring.api import router as monitoring
from monitoring.api_documents import router as documents
from monitoring.api_sentiment import router as sentiment
from monitoring.api_why import router as why

DESCRIPTION = """
Send a token of yours (account page, or `manage.py create_token`) as `Authorization: Bearer …`. Times are UTC.
Errors are RFC 9457 problems. Every answer tells how many requests the token has left in this minute.
"""


class Api(NinjaAPI):
    """Ninja's, with the problem body documented at every operation."""

    def get_openapi_schema(self, **kwargs: object) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = api_problems.SCHEMA
        content = {api_problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = {"description": "A problem", "content": content}
        return schema


api = Api(title="Vigie", version="1", urls_namespace="api", description=DESCRIPTION, auth=TokenAuth())
api_problems.register(api)
api.add_router("", monitoring)
api.add_router("", documents)
api.add_router("", sentiment)
api.add_router("", why)
