"""The URLs of the pages, grouped by navigation entry (dashboards/navigation.py)."""

from django.urls import URLPattern, path

from dashboards.views import (
    account,
    answer,
    bulk,
    columns,
    connections,
    credential_replies,
    credentials,
    delivery,
    digests,
    explain,
    incidents,
    invitation,
    keyword,
    keyword_edit,
    keywords,
    mentions,
    mutes,
    near_misses,
    notes,
    outbox,
    overview,
    overview_parts,
    platform_add,
    preferences,
    presence,
    project_members,
    project_settings,
    projects,
    reply_settings,
    response_settings,
    rules,
    sample,
    saved_views,
    search,
    sentiment_settings,
    setup,
    shortcuts,
    source_add,
    source_settings,
    sources,
    triage,
)

GENERAL = [
    path("", projects.home, name="home"),
    path("projects/new", projects.project_new, name="project_new"),
    path("preferences", preferences.preferences, name="preferences"),
    path("account", account.account, name="account"),
    path("account/shortcuts", shortcuts.shortcuts, name="shortcuts"),
    path("account/tokens", account.token_new, name="token_new"),
    path("account/tokens/<int:token_id>/revoke", account.token_revoke, name="token_revoke"),
    path("invitation/<str:token>", invitation.invitation, name="invitation"),
    path("connect/callback", connections.credential_callback, name="credential_callback"),
    path("unsubscribe/<str:signed>", digests.unsubscribe, name="unsubscribe"),
    path("outbox", outbox.server_outbox, name="server_outbox"),
    path("outbox/<uuid:delivery_id>", delivery.server_delivery, name="server_delivery"),
]
SAMPLE = [
    path("sample/load", sample.load, name="load_sample"),
    path("sample/<int:number>/<slug:slug>.xml", sample.feed, name="sample_feed"),
    path("sample/<int:number>/<slug:slug>/<path:path>", sample.platform_api, name="sample_api"),
    path("sample/<slug:slug>/<path:name>", sample.story, name="sample_story"),
    path("p/<int:project_id>/remove-sample", sample.remove, name="remove_sample"),
]
OVERVIEW = [
    path("p/<int:project_id>/", overview.overview, name="overview"),
    path("p/<int:project_id>/overview/details", overview_parts.overview_details, name="overview_details"),
    path("p/<int:project_id>/overview/peak", overview_parts.overview_peak, name="overview_peak"),
]
MENTIONS = [
    path("p/<int:project_id>/mentions", mentions.mentions, name="mentions"),
    path("p/<int:project_id>/mentions/fresh", mentions.mentions_fresh, name="mentions_fresh"),
    path("p/<int:project_id>/mentions/<int:mention_id>", mentions.mention, name="mention"),
    path("p/<int:project_id>/mentions/triage", triage.mention_change, name="mention_change"),
    path("p/<int:project_id>/mentions/triage/undo", triage.mention_undo, name="mention_undo"),
    path("p/<int:project_id>/mentions/<int:mention_id>/presence", presence.presence, name="presence"),
    path("p/<int:project_id>/mentions/<int:mention_id>/notes", notes.note_new, name="note_new"),
    path("p/<int:project_id>/notes/<int:note_id>/edit", notes.note_edit, name="note_edit"),
    path("p/<int:project_id>/notes/<int:note_id>/delete", notes.note_delete, name="note_delete"),
    path("p/<int:project_id>/mentions/change", bulk.mentions_change, name="mentions_change"),
    path("p/<int:project_id>/mentions/undo", bulk.mentions_undo, name="mentions_undo"),
    path("p/<int:project_id>/mentions/bulk/<int:change_id>", bulk.bulk_change, name="bulk_change"),
    path("p/<int:project_id>/mentions/bulk/<int:change_id>/undo", bulk.bulk_change_undo, name="bulk_change_undo"),
    path("p/<int:project_id>/mentions/<int:mention_id>/reply", answer.mention_reply, name="mention_reply"),
    path(
        "p/<int:project_id>/mentions/<int:mention_id>/saved-replies",
        answer.mention_saved_replies,
        name="mention_saved_replies",
    ),
    path("p/<int:project_id>/mentions/sentiment", triage.mention_sentiment, name="mention_sentiment"),
    path(
        "p/<int:project_id>/mentions/sentiment-badges",
        triage.mention_sentiment_badges,
        name="mention_sentiment_badges",
    ),
    path("p/<int:project_id>/search", search.search, name="search"),
]
SAVED_VIEWS = [
    path("p/<int:project_id>/columns", columns.columns, name="columns"),
    path("p/<int:project_id>/columns/change", columns.columns_change, name="columns_change"),
    path("p/<int:project_id>/views", saved_views.views, name="saved_views"),
    path("p/<int:project_id>/views/rail", saved_views.views_rail, name="saved_views_rail"),
    path("p/<int:project_id>/views/new", saved_views.view_new, name="saved_view_new"),
    path("p/<int:project_id>/views/<int:view_id>", saved_views.view_change, name="saved_view_change"),
    path("p/<int:project_id>/views/<int:view_id>/delete", saved_views.view_delete, name="saved_view_delete"),
]
SETUP = [
    path("p/<int:project_id>/setup", setup.setup, name="setup"),
    path("p/<int:project_id>/setup/progress", setup.progress, name="setup_progress"),
    path("p/<int:project_id>/setup/cost", setup.query_cost, name="query_cost"),
]
KEYWORDS = [
    path("p/<int:project_id>/keywords", keywords.keywords, name="keywords"),
    path("p/<int:project_id>/keywords/new", keyword_edit.keyword_new, name="keyword_new"),
    path("p/<int:project_id>/keywords/check", keyword_edit.keyword_check, name="keyword_check"),
    path("p/<int:project_id>/keywords/<int:keyword_id>", keyword.keyword, name="keyword"),
    path("p/<int:project_id>/keywords/<int:keyword_id>/progress", keyword.keyword_progress, name="keyword_progress"),
    path(
        "p/<int:project_id>/keywords/<int:keyword_id>/near-misses",
        near_misses.keyword_near_misses,
        name="keyword_near_misses",
    ),
    path("p/<int:project_id>/keywords/<int:keyword_id>/edit", keyword_edit.keyword_edit, name="keyword_edit"),
    path("p/<int:project_id>/keywords/<int:keyword_id>/pause", keywords.keyword_pause, name="keyword_pause"),
    path("p/<int:project_id>/keywords/<int:keyword_id>/delete", keywords.keyword_delete, name="keyword_delete"),
    path("p/<int:project_id>/explain", explain.explain, name="explain"),
    path("p/<int:project_id>/explain/<uuid:page_id>", explain.explain_fetch, name="explain_fetch"),
]
SOURCES = [
    path("p/<int:project_id>/sources", sources.sources, name="sources"),
    path("p/<int:project_id>/sources/add", source_add.source_add, name="source_add"),
    path("p/<int:project_id>/sources/add/<uuid:fetch_id>", source_add.source_fetch, name="source_fetch"),
    path("p/<int:project_id>/sources/recommended", platform_add.recommended_add, name="recommended_add"),
    path("p/<int:project_id>/sources/new/<slug:platform_name>", platform_add.platform_add, name="platform_add"),
    path(
        "p/<int:project_id>/sources/preview/<uuid:preview_id>", platform_add.platform_preview, name="platform_preview"
    ),
    path("p/<int:project_id>/sources/import", source_add.opml_import, name="opml_import"),
    path("p/<int:project_id>/sources/import/urls", source_add.url_list_import, name="url_list_import"),
    path("p/<int:project_id>/sources.opml", source_add.opml_export, name="opml_export"),
    path("p/<int:project_id>/sources/<int:source_id>", sources.source, name="source"),
    path("p/<int:project_id>/sources/<int:source_id>/tags", sources.source_tags, name="source_tags"),
    path("p/<int:project_id>/sources/<int:source_id>/pause", sources.source_pause, name="source_pause"),
    path("p/<int:project_id>/sources/<int:source_id>/poll", sources.source_poll, name="source_poll"),
    path("p/<int:project_id>/sources/<int:source_id>/delete", sources.source_delete, name="source_delete"),
    path("p/<int:project_id>/sources/<int:source_id>/test", platform_add.source_test, name="source_test"),
    path(
        "p/<int:project_id>/sources/<int:source_id>/settings", source_settings.source_settings, name="source_settings"
    ),
    path("p/<int:project_id>/sources/<int:source_id>/key", credentials.source_credential, name="source_credential"),
    path("p/<int:project_id>/credentials", credentials.credentials, name="credentials"),
    path(
        "p/<int:project_id>/credentials/connect/<slug:platform_name>",
        connections.credential_connect,
        name="credential_connect",
    ),
    path("p/<int:project_id>/credentials/app/<slug:platform_name>", connections.credential_app, name="credential_app"),
    path(
        "p/<int:project_id>/credentials/<int:credential_id>", credentials.credential_replace, name="credential_replace"
    ),
    path(
        "p/<int:project_id>/credentials/<int:credential_id>/replies",
        credential_replies.credential_replies,
        name="credential_replies",
    ),
    path(
        "p/<int:project_id>/credentials/<int:credential_id>/delete",
        credentials.credential_delete,
        name="credential_delete",
    ),
]
ALERTS = [
    path("p/<int:project_id>/incidents", incidents.incidents, name="incidents"),
    path("p/<int:project_id>/incidents/<int:incident_id>", incidents.incident, name="incident"),
    path(
        "p/<int:project_id>/incidents/<int:incident_id>/acknowledge",
        incidents.incident_acknowledge,
        name="incident_acknowledge",
    ),
    path("p/<int:project_id>/rules", rules.rules, name="rules"),
    path("p/<int:project_id>/rules/new", rules.rule_new, name="rule_new"),
    path("p/<int:project_id>/rules/<int:rule_id>/edit", rules.rule_edit, name="rule_edit"),
    path("p/<int:project_id>/rules/<int:rule_id>/pause", rules.rule_pause, name="rule_pause"),
    path("p/<int:project_id>/rules/<int:rule_id>/delete", rules.rule_delete, name="rule_delete"),
]
DIGEST_AND_DELIVERY_LOG = [
    path("p/<int:project_id>/digest", digests.digest, name="digest"),
    path("p/<int:project_id>/digest/preview", digests.digest_preview, name="digest_preview"),
    path("p/<int:project_id>/digest/send", digests.digest_send, name="digest_send"),
    path("p/<int:project_id>/outbox", outbox.outbox, name="outbox"),
    path("p/<int:project_id>/outbox/<uuid:delivery_id>", delivery.delivery, name="delivery"),
    path("p/<int:project_id>/outbox/<uuid:delivery_id>/send", delivery.delivery_send, name="delivery_send"),
]
SETTINGS = [
    path("p/<int:project_id>/settings", project_settings.project_settings, name="project_settings"),
    path("p/<int:project_id>/settings/rename", project_settings.project_rename, name="project_rename"),
    path("p/<int:project_id>/settings/delete", project_settings.project_delete, name="project_delete"),
    path("p/<int:project_id>/settings/leave", project_settings.project_leave, name="project_leave"),
    path("p/<int:project_id>/members/<int:member_id>/role", project_members.member_role, name="member_role"),
    path("p/<int:project_id>/members/<int:member_id>/remove", project_members.member_remove, name="member_remove"),
    path("p/<int:project_id>/invitations", project_members.invitation_new, name="invitation_new"),
    path(
        "p/<int:project_id>/invitations/<int:invitation_id>/resend",
        project_members.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "p/<int:project_id>/invitations/<int:invitation_id>/revoke",
        project_members.invitation_revoke,
        name="invitation_revoke",
    ),
    path("p/<int:project_id>/settings/muted", mutes.muted, name="muted"),
    path("p/<int:project_id>/mutes", mutes.mute_new, name="mute_new"),
    path("p/<int:project_id>/mutes/<int:mute_id>/end", mutes.mute_end, name="mute_end"),
    path("p/<int:project_id>/settings/sentiment", sentiment_settings.sentiment_settings, name="sentiment_settings"),
    path(
        "p/<int:project_id>/settings/sentiment/progress",
        sentiment_settings.sentiment_progress,
        name="sentiment_progress",
    ),
    path(
        "p/<int:project_id>/settings/sentiment/version",
        sentiment_settings.sentiment_version,
        name="sentiment_version",
    ),
    path(
        "p/<int:project_id>/settings/sentiment/learning",
        sentiment_settings.sentiment_learning,
        name="sentiment_learning",
    ),
    path("p/<int:project_id>/settings/response", response_settings.response_settings, name="response_settings"),
    path("p/<int:project_id>/settings/replies", reply_settings.reply_rules, name="reply_rules"),
    path("p/<int:project_id>/settings/saved-replies", reply_settings.saved_replies, name="saved_replies"),
    path("p/<int:project_id>/settings/saved-replies/new", reply_settings.saved_reply_new, name="saved_reply_new"),
    path(
        "p/<int:project_id>/settings/saved-replies/example",
        reply_settings.saved_reply_example,
        name="saved_reply_example",
    ),
    path(
        "p/<int:project_id>/settings/saved-replies/<int:reply_id>",
        reply_settings.saved_reply_edit,
        name="saved_reply_edit",
    ),
    path(
        "p/<int:project_id>/settings/saved-replies/<int:reply_id>/delete",
        reply_settings.saved_reply_delete,
        name="saved_reply_delete",
    ),
]

urlpatterns: list[URLPattern] = [
    *GENERAL,
    *SAMPLE,
    *OVERVIEW,
    *SETUP,
    *MENTIONS,
    *SAVED_VIEWS,
    *KEYWORDS,
    *SOURCES,
    *ALERTS,
    *DIGEST_AND_DELIVERY_LOG,
    *SETTINGS,
]
