"""The addresses of the pages, one line a page, grouped by room."""

from django.urls import URLPattern, path

from dashboards.views import (
    account,
    digests,
    incidents,
    invitation,
    mentions,
    outbox,
    overview,
    preferences,
    project_settings,
    projects,
    rules,
    sample,
    sources,
    topics,
)

urlpatterns: list[URLPattern] = [
    path("preferences", preferences.preferences, name="preferences"),
    # overview
    path("p/<int:project_id>/", overview.overview, name="overview"),
    # mentions
    path("p/<int:project_id>/mentions", mentions.mentions, name="mentions"),
    path("p/<int:project_id>/mentions/fresh", mentions.mentions_fresh, name="mentions_fresh"),
    path("p/<int:project_id>/mentions/status", mentions.mention_status, name="mention_status"),
    path("p/<int:project_id>/mentions/<int:mention_id>", mentions.mention, name="mention"),
    # keywords
    path("p/<int:project_id>/topics", topics.topics, name="topics"),
    path("p/<int:project_id>/topics/new", topics.topic_new, name="topic_new"),
    path("p/<int:project_id>/topics/check", topics.topic_check, name="topic_check"),
    path("p/<int:project_id>/topics/<int:topic_id>", topics.topic, name="topic"),
    path("p/<int:project_id>/topics/<int:topic_id>/edit", topics.topic_edit, name="topic_edit"),
    path("p/<int:project_id>/topics/<int:topic_id>/pause", topics.topic_pause, name="topic_pause"),
    path("p/<int:project_id>/topics/<int:topic_id>/delete", topics.topic_delete, name="topic_delete"),
    # sources
    path("p/<int:project_id>/sources", sources.sources, name="sources"),
    path("p/<int:project_id>/sources/add", sources.source_add, name="source_add"),
    path("p/<int:project_id>/sources/import", sources.opml_import, name="opml_import"),
    path("p/<int:project_id>/sources.opml", sources.opml_export, name="opml_export"),
    path("p/<int:project_id>/sources/<int:source_id>", sources.source, name="source"),
    path("p/<int:project_id>/sources/<int:source_id>/pause", sources.source_pause, name="source_pause"),
    path("p/<int:project_id>/sources/<int:source_id>/poll", sources.source_poll, name="source_poll"),
    path("p/<int:project_id>/sources/<int:source_id>/delete", sources.source_delete, name="source_delete"),
    # alerts
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
    # digests and what was sent
    path("p/<int:project_id>/digest", digests.digest, name="digest"),
    path("p/<int:project_id>/digest/preview", digests.digest_preview, name="digest_preview"),
    path("p/<int:project_id>/digest/send", digests.digest_send, name="digest_send"),
    path("unsubscribe/<str:signed>", digests.unsubscribe, name="unsubscribe"),
    path("p/<int:project_id>/outbox", outbox.outbox, name="outbox"),
    path("p/<int:project_id>/outbox/<uuid:delivery_id>", outbox.delivery, name="delivery"),
    path("p/<int:project_id>/outbox/<uuid:delivery_id>/send", outbox.delivery_send, name="delivery_send"),
    path("outbox", outbox.operator_outbox, name="operator_outbox"),
    path("outbox/<uuid:delivery_id>", outbox.operator_delivery, name="operator_delivery"),
    # people and projects
    path("sample/load", sample.load, name="load_sample"),
    path("p/<int:project_id>/remove-sample", sample.remove, name="remove_sample"),
    path("sample/<slug:slug>.xml", sample.feed, name="sample_feed"),
    path("sample/<slug:slug>/<str:name>", sample.story, name="sample_story"),
    path("", projects.home, name="home"),
    path("projects/new", projects.project_new, name="project_new"),
    path("account", account.account, name="account"),
    path("account/tokens", account.token_new, name="token_new"),
    path("account/tokens/<int:token_id>/revoke", account.token_revoke, name="token_revoke"),
    path("invitation/<str:token>", invitation.invitation, name="invitation"),
    path("p/<int:project_id>/settings", project_settings.project_settings, name="project_settings"),
    path("p/<int:project_id>/settings/rename", project_settings.project_rename, name="project_rename"),
    path("p/<int:project_id>/settings/delete", project_settings.project_delete, name="project_delete"),
    path("p/<int:project_id>/settings/leave", project_settings.project_leave, name="project_leave"),
    path("p/<int:project_id>/members/<int:member_id>/role", project_settings.member_role, name="member_role"),
    path("p/<int:project_id>/members/<int:member_id>/remove", project_settings.member_remove, name="member_remove"),
    path("p/<int:project_id>/invitations", project_settings.invitation_new, name="invitation_new"),
    path(
        "p/<int:project_id>/invitations/<int:invitation_id>/resend",
        project_settings.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "p/<int:project_id>/invitations/<int:invitation_id>/revoke",
        project_settings.invitation_revoke,
        name="invitation_revoke",
    ),
]
