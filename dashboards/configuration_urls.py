"""URLs of the pages that set up a project: its keywords, sources and settings. Included by dashboards/urls.py."""

from django.urls import URLPattern, path

from dashboards.views import (
    channels,
    connections,
    credential_replies,
    credentials,
    explain,
    keyword,
    keyword_edit,
    keywords,
    mutes,
    near_misses,
    platform_add,
    playbook,
    project_members,
    project_settings,
    relevance_settings,
    reply_settings,
    response_settings,
    sentiment_settings,
    setup,
    source_add,
    source_settings,
    sources,
    website_google,
    website_settings,
)

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
    path("p/<int:project_id>/settings/playbook", playbook.playbook, name="playbook"),
    path("p/<int:project_id>/settings/statements/new", playbook.statement_new, name="statement_new"),
    path("p/<int:project_id>/settings/statements/<int:statement_id>", playbook.statement_edit, name="statement_edit"),
    path(
        "p/<int:project_id>/settings/statements/<int:statement_id>/delete",
        playbook.statement_delete,
        name="statement_delete",
    ),
    path("p/<int:project_id>/settings/channels", channels.channels, name="channels"),
    path("p/<int:project_id>/settings/channels/new/<slug:channel_name>", channels.channel_new, name="channel_new"),
    path("p/<int:project_id>/settings/channels/<int:destination_id>", channels.channel_edit, name="channel_edit"),
    path("p/<int:project_id>/settings/channels/<int:destination_id>/test", channels.channel_test, name="channel_test"),
    path("p/<int:project_id>/settings/channels/<int:destination_id>/turn", channels.channel_turn, name="channel_turn"),
    path(
        "p/<int:project_id>/settings/channels/<int:destination_id>/secret",
        channels.channel_secret,
        name="channel_secret",
    ),
    path(
        "p/<int:project_id>/settings/channels/<int:destination_id>/delete",
        channels.channel_delete,
        name="channel_delete",
    ),
    path("p/<int:project_id>/settings/muted", mutes.muted, name="muted"),
    path("p/<int:project_id>/mutes", mutes.mute_new, name="mute_new"),
    path("p/<int:project_id>/mutes/selected", mutes.mutes_new, name="mutes_new"),
    path("p/<int:project_id>/mutes/end", mutes.mutes_end, name="mutes_end"),
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
    path("p/<int:project_id>/settings/relevance", relevance_settings.relevance_settings, name="relevance_settings"),
    path(
        "p/<int:project_id>/settings/relevance/version",
        relevance_settings.relevance_version,
        name="relevance_version",
    ),
    path(
        "p/<int:project_id>/settings/relevance/learning",
        relevance_settings.relevance_learning,
        name="relevance_learning",
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

WEBSITES = [
    path("p/<int:project_id>/settings/websites", website_settings.websites, name="websites"),
    path("p/<int:project_id>/settings/websites/google", website_google.website_google, name="website_google"),
    path(
        "p/<int:project_id>/settings/websites/google/<int:sign_in_id>",
        website_google.website_google_property,
        name="website_google_property",
    ),
    path(
        "p/<int:project_id>/settings/websites/new/<slug:provider_name>",
        website_settings.website_new,
        name="website_new",
    ),
    path(
        "p/<int:project_id>/settings/websites/<int:website_id>/key", website_settings.website_key, name="website_key"
    ),
    path(
        "p/<int:project_id>/settings/websites/<int:website_id>/test",
        website_settings.website_test,
        name="website_test",
    ),
    path(
        "p/<int:project_id>/settings/websites/<int:website_id>/disconnect",
        website_settings.website_disconnect,
        name="website_disconnect",
    ),
]

CONFIGURATION: list[URLPattern] = [*SETUP, *KEYWORDS, *SOURCES, *SETTINGS, *WEBSITES]
