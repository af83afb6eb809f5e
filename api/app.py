"""The HTTP API under /api/v1/: who may call, what errors look like, and which rooms offer what."""

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from api import problems
from api.auth import TokenAuth
from api.documents import router as documents
from api.explain import router as why
from api.mentions import router as monitoring
from api.sentiment import router as sentiment

DESCRIPTION = """
Send a token of yours (account page, or `manage.py create_token`) as `Authorization: Bearer …`. Times are UTC.
Errors are RFC 9457 problems. Every answer tells how many requests the token has left in this minute.
"""


class Api(NinjaAPI):
    """Ninja's, with the problem body documented at every operation."""

    def get_openapi_schema(self, **kwargs: object) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problems.SCHEMA
        content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = {"description": "A problem", "content": content}
        return schema


api = Api(title="Vigie", version="1", urls_namespace="api", description=DESCRIPTION, auth=TokenAuth())
problems.register(api)
api.add_router("", monitoring)
api.add_router("", documents)
api.add_router("", sentiment)
api.add_router("", why)
