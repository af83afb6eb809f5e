"""Reply to items and publish posts with a project's credentials: which can, and the requests within the limits.

In: a credential, a text, and the document that it replies to. Out: a `Replier` for it (platforms/replying.py).
Reserved requests are settled when it is done, as those of a poll. Called by workplace/outgoing.py and publishing.py,
which decide when, and store the outcome.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import Project
from monitoring.models import Credential, Document, RawItem, Recheck
from monitoring.platforms import buckets
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.replies import Replies, ReplyRequest, ReplyTarget
from monitoring.platforms.replying import Replier
from monitoring.polling import budgets
from monitoring.polling.jobs import access
from monitoring.polling.preview import unpolled_source
from monitoring.records import PollError, PollJob, PollResult
from outbound.default import polling_client

# To sign in, and to look up the item.
FURTHER_REQUESTS = 3


def reply_platform(name: str) -> PagedPlatform | None:
    """Return the platform of a credential, None if it can't reply."""
    platform = PLATFORMS.get(name)
    return platform if isinstance(platform, PagedPlatform) and platform.replies else None


def may_reply(credential: Credential) -> bool:
    """Return whether an admin can let this credential reply at all: some platforms ask for a connected account."""
    platform = reply_platform(credential.platform)
    if platform is None or platform.replies is None:
        return False
    return credential.is_connected or not platform.replies.needs_connection


def may_publish(credential: Credential) -> bool:
    """Return whether an admin can let this credential reply or publish posts."""
    platform = post_platform(credential.platform)
    posts = platform.posts if platform else None
    may_post = posts is not None and (credential.is_connected or not posts.needs_connection)
    return may_post or may_reply(credential)


def reply_accounts(project: Project, document: Document) -> list[Credential]:
    """Return the credentials that can reply to an item, by name, in at most four queries."""
    names = [
        name
        for name, platform in PLATFORMS.items()
        if platform.item_platform == document.platform and reply_platform(name)
    ]
    if not names or document.deleted_at:
        return []
    rows = project.credentials.filter(platform__in=names, can_reply=True).order_by("name", "pk")
    allowed = [one for one in rows.prefetch_related("sources") if may_reply(one)]
    target = target_of(document) if allowed else None
    return [one for one in allowed if target and _can_reach(one, document, target)]


def target_of(document: Document) -> ReplyTarget:
    """Return what platforms know an item by."""
    return ReplyTarget(document.url, document.kind, document.thread, _item_id(document))


@contextmanager
def open_replier(
    credential: Credential, document: Document, text: str, key: UUID, created_at: datetime
) -> Iterator[Replier | PollError]:
    """Yield what makes the requests of a reply, or the error that prevents any.

    `rate_limited` if the limits of the platform allow none now.
    """
    platform = reply_platform(credential.platform)
    if platform is None or platform.replies is None:
        yield PollError("account_removed")
        return
    if not _can_reach(credential, document, target_of(document)):
        yield PollError("reply_no_id")
        return
    settings = settings_of(credential, document.source_id)
    request = ReplyRequest("", settings, {}, target_of(document), text, key, created_at, document.language)
    with _open(platform, platform.replies, credential, request) as replier:
        yield replier


@contextmanager
def open_publisher(credential: Credential, request: ReplyRequest) -> Iterator[Replier | PollError]:
    """Yield what makes the requests of a post that replies to nothing, as `open_replier` does.

    `request` has its text, title, place and pictures; its settings and secrets are those of the credential.
    """
    platform = post_platform(credential.platform)
    if platform is None or platform.posts is None:
        yield PollError("account_removed")
        return
    settings = settings_of(credential)
    if not names_account(platform, settings):
        yield PollError("source_deleted", "the settings of a source are missing")
        return
    with _open(platform, platform.posts, credential, replace(request, settings=settings)) as replier:
        yield replier


def post_platform(name: str) -> PagedPlatform | None:
    """Return the platform of a credential, None if Vigie can't publish posts there."""
    platform = PLATFORMS.get(name)
    return platform if isinstance(platform, PagedPlatform) and platform.posts else None


def takes_pictures(credential: Credential) -> bool:
    """Return whether posts of this credential are published with their pictures, not the text alone."""
    platform = post_platform(credential.platform)
    return platform is not None and platform.posts is not None and platform.posts.pictures is not None


def post_accounts(project: Project) -> dict[str, list[Credential]]:
    """Return the credentials that can publish posts, by the platform of the items, in at most two queries."""
    rows = project.credentials.filter(can_reply=True).order_by("name", "pk").prefetch_related("sources")
    found: dict[str, list[Credential]] = {}
    for credential in rows:
        platform = post_platform(credential.platform)
        if (
            platform is None
            or platform.posts is None
            or (platform.posts.needs_connection and not credential.is_connected)
        ):
            continue
        if names_account(platform, settings_of(credential)):
            found.setdefault(platform.item_platform, []).append(credential)
    return found


def names_account(platform: PagedPlatform, settings: Mapping[str, str]) -> bool:
    """Return whether settings name the server and the account of posts: those of a source, which may be deleted."""
    has_server = all(settings.get(one.name) for one in platform.settings if one.is_server)
    return has_server and platform.posts is not None and bool(platform.posts.id_of(ReplyTarget(""), settings))


@contextmanager
def _open(
    platform: PagedPlatform, replies: Replies, credential: Credential, request: ReplyRequest
) -> Iterator[Replier | PollError]:
    """Reserve the requests, and yield what makes them; afterwards, settle them."""
    now = timezone.now()
    settings = dict(request.settings)
    source = unpolled_source(credential.project, platform, settings, credential)
    fields = access(platform, settings, credential)
    limits, budget_key = platform.limits[:1], f"{platform.name}:{credential.pk}"
    if error := fields.pop("error", None):
        yield error
        return
    wanted = replies.cost + FURTHER_REQUESTS
    wanted += replies.pictures.requests * len(request.pictures) if replies.pictures else 0
    reserved, _at = budgets.reserve(budget_key, limits, wanted, now)
    # Small limits hold fewer requests at one time than a reply takes: the rest is taken when they are settled.
    if reserved < min([wanted, *(int(buckets.capacity(limit)) for limit in limits)]):
        budgets.settle(budget_key, limits, reserved, PollResult(requests=0), now)
        yield PollError("rate_limited", "the limit is used up for now")
        return
    job = PollJob(source=source, now=now, base_url=settings.get("base_url", ""), **fields)
    replier = Replier(platform, job, replies, request, polling_client())
    try:
        yield replier
    finally:
        budgets.settle(budget_key, limits, reserved, replier.result(), timezone.now())


def settings_of(credential: Credential, source_id: int | None = None) -> dict[str, str]:
    """Return the settings of this source if it uses the credential, else of another one that does."""
    sources = sorted(credential.sources.all(), key=lambda source: source.pk)
    source = next((one for one in sources if one.pk == source_id), sources[0] if sources else None)
    own = {name: value for name, value in credential.settings.items() if name not in ("account", "account_id")}
    return {**(source.settings if source else {}), **own}


def _can_reach(credential: Credential, document: Document, target: ReplyTarget) -> bool:
    platform = reply_platform(credential.platform)
    assert platform is not None and platform.replies is not None
    settings = settings_of(credential, document.source_id)
    required = (one for one in platform.settings if one.is_server)
    return all(settings.get(one.name) for one in required) and bool(platform.replies.id_of(target, settings))


def _item_id(document: Document) -> str:
    """Return the id of an item at its platform, from what it was looked up by or received as."""
    known = Recheck.objects.filter(pk=document.pk).values_list("recheck_id", flat=True).first()
    if known:
        return known
    raw = RawItem.objects.filter(pk=document.pk).values_list("body", flat=True).first()
    try:
        found = json.loads(raw) if raw else {}
    except ValueError:  # cut off at its longest
        return ""
    return str(found.get("id") or "") if isinstance(found, dict) else ""
