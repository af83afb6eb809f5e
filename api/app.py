"""The HTTP API under /api/v1/: its routers, its authentication, and problem bodies for every error.

Mounted by config/urls.py.
"""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from api import (
    assistant,
    authors,
    bulk_changes,
    calendar,
    channels,
    collections,
    columns,
    compare,
    deliveries,
    digests,
    documents,
    drafts,
    explain,
    exports,
    feed_addresses,
    followers,
    goals,
    incidents,
    issues,
    item_pictures,
    keywords,
    mentions,
    mutes,
    names,
    near_misses,
    notes,
    overview,
    platform_sources,
    playbook,
    post_accounts,
    post_pictures,
    post_templates,
    posts,
    presence,
    problems,
    projects,
    quiet_hours,
    replies,
    reports,
    response_targets,
    response_times,
    rule_replay,
    rules,
    saved_replies,
    saved_views,
    sentiment,
    similar,
    sources,
    stories,
    team,
    themes,
    triage,
    volume,
    websites,
    welcome_queue,
)
from api.auth import TokenAuth

DESCRIPTION = """
Send one of your tokens (account page, or `manage.py create_token`) as `Authorization: Bearer …`. Times are UTC.
A document is a collected item. Errors are RFC 9457 problems. Every response includes the token's rate limit and the
requests left in this minute.
"""
ROUTERS = [
    module.router
    for module in (
        *(
            projects,
            keywords,
            near_misses,
            sources,
            platform_sources,
            mentions,
            similar,
            overview,
            compare,
            websites,
            mutes,
            stories,
            reports,
            posts,
            calendar,
            post_accounts,
            post_pictures,
            post_templates,
            collections,
            issues,
            item_pictures,
        ),
        *(volume, documents, sentiment, explain, saved_views, columns, response_times, response_targets, exports),
        *(authors, welcome_queue, triage, bulk_changes, presence, notes, drafts, replies, saved_replies, channels),
        *(incidents, rule_replay, rules, feed_addresses, digests, deliveries, quiet_hours, playbook, goals, team),
        *(followers, assistant, themes, names),
    )
]


class Api(NinjaAPI):
    """Ninja's API, with the problem body documented for every operation."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problems.SCHEMA
        content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = {"description": "A problem", "content": content}
        return schema


api = Api(title="Vigie", version="1", urls_namespace="api", description=DESCRIPTION, auth=TokenAuth())
problems.register(api)
for router in ROUTERS:
    api.add_router("", router)
