"""The URLs of the pages, grouped by navigation entry (dashboards/navigation.py)."""

from django.urls import URLPattern, path

from dashboards.configuration_urls import CONFIGURATION
from dashboards.views import (
    account,
    answer,
    author,
    authors,
    bulk,
    collection_public,
    columns,
    compare,
    compare_parts,
    connections,
    curation,
    delivery,
    device,
    digest_recipients,
    digests,
    email_actions,
    exports,
    feed_addresses,
    goals,
    incident_actions,
    incident_links,
    incident_wall,
    incidents,
    invitation,
    issue_items,
    issue_urls,
    issues,
    mentions,
    notes,
    outbox,
    overview,
    overview_parts,
    preferences,
    presence,
    projects,
    quiet_hours,
    report_public,
    report_sharing,
    reports,
    response_times,
    rule_replay,
    rules,
    sample,
    saved_views,
    search,
    sent_digests,
    sent_replies,
    shortcuts,
    story,
    triage,
    website,
    whole_view,
)

GENERAL = [
    path("", projects.home, name="home"),
    path("projects/new", projects.project_new, name="project_new"),
    path("preferences", preferences.preferences, name="preferences"),
    path("manifest.webmanifest", device.manifest, name="manifest"),
    path("push-worker.js", device.push_worker, name="push_worker"),
    path("account", account.account, name="account"),
    path("account/shortcuts", shortcuts.shortcuts, name="shortcuts"),
    path("account/quiet-hours", quiet_hours.quiet_hours, name="quiet_hours"),
    path("account/tokens", account.token_new, name="token_new"),
    path("account/tokens/<int:token_id>/revoke", account.token_revoke, name="token_revoke"),
    path("invitation/<str:token>", invitation.invitation, name="invitation"),
    path("connect/callback", connections.credential_callback, name="credential_callback"),
    path("do/<str:signed>", email_actions.email_action, name="email_action"),
    path("digest/<str:signed>", sent_digests.sent_digest, name="sent_digest"),
    path("incident/<str:signed>", incident_links.incident_link, name="incident_link"),
    path("unsubscribe/<str:signed>", digests.unsubscribe, name="unsubscribe"),
    path("report/<str:signed>", report_public.shared_report, name="shared_report"),
    path("report/<str:signed>/pdf", report_public.shared_report_file, name="shared_report_file"),
    path("report/mail/<str:signed>", report_public.mailed_report, name="mailed_report"),
    path("report/unsubscribe/<str:signed>", report_public.report_unsubscribe, name="report_unsubscribe"),
    path("confirm/<str:token>", report_public.confirm_recipient, name="confirm_recipient"),
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
    path("p/<int:project_id>/response-times", response_times.response_times, name="response_times"),
    path("p/<int:project_id>/overview/details", overview_parts.overview_details, name="overview_details"),
    path("p/<int:project_id>/overview/peak", overview_parts.overview_peak, name="overview_peak"),
    path("p/<int:project_id>/compare", compare.compare_sides, name="compare"),
    path("p/<int:project_id>/compare/side", compare_parts.compare_side, name="compare_side"),
    path("p/<int:project_id>/compare/details", compare_parts.compare_details, name="compare_details"),
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
    path("p/<int:project_id>/mentions/bulk/<int:change_id>", whole_view.bulk_change, name="bulk_change"),
    path(
        "p/<int:project_id>/mentions/bulk/<int:change_id>/undo", whole_view.bulk_change_undo, name="bulk_change_undo"
    ),
    path("p/<int:project_id>/mentions/<int:mention_id>/reply", answer.mention_reply, name="mention_reply"),
    path(
        "p/<int:project_id>/mentions/<int:mention_id>/saved-replies",
        answer.mention_saved_replies,
        name="mention_saved_replies",
    ),
    path("p/<int:project_id>/mentions/<int:mention_id>/replies", sent_replies.sent_replies, name="sent_replies"),
    path("p/<int:project_id>/replies/<int:outgoing_id>/cancel", sent_replies.reply_cancel, name="reply_cancel"),
    path("p/<int:project_id>/replies/<int:outgoing_id>/resolve", sent_replies.reply_resolve, name="reply_resolve"),
    path("p/<int:project_id>/mentions/sentiment", triage.mention_sentiment, name="mention_sentiment"),
    path(
        "p/<int:project_id>/mentions/sentiment-badges",
        triage.mention_sentiment_badges,
        name="mention_sentiment_badges",
    ),
    path("p/<int:project_id>/search", search.search, name="search"),
    path("p/<int:project_id>/export/<slug:list_name>", exports.export, name="export"),
]
GOALS = [
    path("p/<int:project_id>/goals", goals.goals, name="goals"),
    path("p/<int:project_id>/goals/new", goals.goal_new, name="goal_new"),
    path("p/<int:project_id>/goals/<int:goal_id>", goals.goal, name="goal"),
    path("p/<int:project_id>/goals/<int:goal_id>/edit", goals.goal_edit, name="goal_edit"),
    path("p/<int:project_id>/goals/<int:goal_id>/delete", goals.goal_delete, name="goal_delete"),
    path("p/<int:project_id>/goals/<int:goal_id>/figures", goals.goal_figures, name="goal_figures"),
    path("p/<int:project_id>/annotations", goals.annotation_new, name="annotation_new"),
    path(
        "p/<int:project_id>/annotations/<int:annotation_id>/delete", goals.annotation_delete, name="annotation_delete"
    ),
]
STORIES = [
    path("p/<int:project_id>/stories/<int:story_id>", story.story, name="story"),
    path("p/<int:project_id>/stories/<int:story_id>/split", story.story_split, name="story_split"),
    path("p/<int:project_id>/stories/<int:story_id>/join", story.story_join, name="story_join"),
    path("p/<int:project_id>/stories/<int:story_id>/undo", story.story_undo, name="story_undo"),
]
AUTHORS = [
    path("p/<int:project_id>/authors", authors.authors, name="authors"),
    path("p/<int:project_id>/authors/welcome", authors.welcome, name="welcome"),
    path("p/<int:project_id>/authors/welcome/reply", authors.welcome_reply, name="welcome_reply"),
    path("p/<int:project_id>/authors/greet", authors.author_greet, name="author_greet"),
    path("p/<int:project_id>/authors/rules", authors.author_rules, name="author_rules"),
    path("p/<int:project_id>/authors/<int:author_id>", author.author, name="author"),
    path("p/<int:project_id>/authors/<int:author_id>/notes", author.author_note_new, name="author_note_new"),
    path(
        "p/<int:project_id>/authors/<int:author_id>/notes/<int:author_note_id>",
        author.author_note_edit,
        name="author_note_edit",
    ),
    path(
        "p/<int:project_id>/authors/<int:author_id>/notes/<int:author_note_id>/delete",
        author.author_note_delete,
        name="author_note_delete",
    ),
    path("p/<int:project_id>/authors/<int:author_id>/tags", author.author_tags, name="author_tags"),
    path("p/<int:project_id>/authors/<int:author_id>/mute", author.author_mute, name="author_mute"),
    path("p/<int:project_id>/authors/<int:author_id>/export", author.author_export, name="author_export"),
    path("p/<int:project_id>/authors/<int:author_id>/erase", author.author_erase, name="author_erase"),
]
SAVED_VIEWS = [
    path("p/<int:project_id>/columns", columns.columns, name="columns"),
    path("p/<int:project_id>/columns/change", columns.columns_change, name="columns_change"),
    path("p/<int:project_id>/feeds", feed_addresses.feeds, name="feeds"),
    path("p/<int:project_id>/feeds/new", feed_addresses.feed_new, name="feed_new"),
    path("p/<int:project_id>/feeds/<int:feed_id>/revoke", feed_addresses.feed_revoke, name="feed_revoke"),
    path("feed/<str:token>.<str:format_name>", feed_addresses.feed, name="feed"),
    path("p/<int:project_id>/views", saved_views.views, name="saved_views"),
    path("p/<int:project_id>/views/rail", saved_views.views_rail, name="saved_views_rail"),
    path("p/<int:project_id>/views/new", saved_views.view_new, name="saved_view_new"),
    path("p/<int:project_id>/views/<int:view_id>", saved_views.view_change, name="saved_view_change"),
    path("p/<int:project_id>/views/<int:view_id>/delete", saved_views.view_delete, name="saved_view_delete"),
]
ALERTS = [
    path("p/<int:project_id>/incidents", incidents.incidents, name="incidents"),
    path("p/<int:project_id>/incidents/<int:incident_id>", incidents.incident, name="incident"),
    path(
        "p/<int:project_id>/incidents/<int:incident_id>/acknowledge",
        incident_actions.incident_acknowledge,
        name="incident_acknowledge",
    ),
    path(
        "p/<int:project_id>/incidents/<int:incident_id>/assign",
        incident_actions.incident_assign,
        name="incident_assign",
    ),
    path(
        "p/<int:project_id>/incidents/<int:incident_id>/comments",
        incident_actions.incident_comment,
        name="incident_comment",
    ),
    path(
        "p/<int:project_id>/incidents/<int:incident_id>/tasks",
        incident_actions.incident_task_new,
        name="incident_task_new",
    ),
    path(
        "p/<int:project_id>/incidents/<int:incident_id>/tasks/<int:task_id>",
        incident_actions.incident_task_change,
        name="incident_task_change",
    ),
    path(
        "p/<int:project_id>/incidents/<int:incident_id>/resolve",
        incident_actions.incident_resolve,
        name="incident_resolve",
    ),
    path("p/<int:project_id>/incidents/<int:incident_id>/rate", incident_actions.incident_rate, name="incident_rate"),
    path("p/<int:project_id>/incidents/<int:incident_id>/wall", incident_wall.incident_wall, name="incident_wall"),
    path(
        "p/<int:project_id>/incidents/<int:incident_id>/wall/live", incident_wall.incident_live, name="incident_live"
    ),
    path("p/<int:project_id>/incidents/<int:incident_id>/report.pdf", incident_wall.incident_pdf, name="incident_pdf"),
    path("p/<int:project_id>/rules", rules.rules, name="rules"),
    path("p/<int:project_id>/rules/new", rules.rule_new, name="rule_new"),
    path("p/<int:project_id>/rules/ready-made", rules.rule_ready_made, name="rule_ready_made"),
    path("p/<int:project_id>/rules/test", rule_replay.rule_replay, name="rule_replay"),
    path("p/<int:project_id>/rules/<int:rule_id>/edit", rules.rule_edit, name="rule_edit"),
    path("p/<int:project_id>/rules/<int:rule_id>/pause", rules.rule_pause, name="rule_pause"),
    path("p/<int:project_id>/rules/<int:rule_id>/delete", rules.rule_delete, name="rule_delete"),
]
REPORTS = [
    path("p/<int:project_id>/reports", reports.reports, name="reports"),
    path("p/<int:project_id>/reports/new", reports.report_new, name="report_new"),
    path("p/<int:project_id>/reports/logo.png", reports.logo, name="logo"),
    path("p/<int:project_id>/reports/logo", reports.logo_change, name="logo_change"),
    path("p/<int:project_id>/reports/<int:report_id>", reports.report, name="report"),
    path("p/<int:project_id>/reports/<int:report_id>/pdf", reports.report_file, name="report_file"),
    path("p/<int:project_id>/reports/<int:report_id>/edit", reports.report_edit, name="report_edit"),
    path("p/<int:project_id>/reports/<int:report_id>/preview", reports.report_preview, name="report_preview"),
    path("p/<int:project_id>/reports/<int:report_id>/delete", reports.report_delete, name="report_delete"),
    path("p/<int:project_id>/reports/<int:report_id>/links", report_sharing.report_link_new, name="report_link_new"),
    path(
        "p/<int:project_id>/reports/<int:report_id>/links/<uuid:link_id>/revoke",
        report_sharing.report_link_revoke,
        name="report_link_revoke",
    ),
    path(
        "p/<int:project_id>/reports/<int:report_id>/schedule", report_sharing.report_schedule, name="report_schedule"
    ),
    path(
        "p/<int:project_id>/reports/<int:report_id>/recipients",
        report_sharing.report_recipient_new,
        name="report_recipient_new",
    ),
    path(
        "p/<int:project_id>/reports/<int:report_id>/recipients/<int:recipient_id>/delete",
        report_sharing.report_recipient_delete,
        name="report_recipient_delete",
    ),
]
CURATION = [
    path("p/<int:project_id>/curation", curation.curation, name="curation"),
    path("p/<int:project_id>/curation/new", curation.collection_new, name="collection_new"),
    path("p/<int:project_id>/curation/pick", issue_items.mentions_pick, name="mentions_pick"),
    path("p/<int:project_id>/curation/<int:collection_id>", curation.collection, name="collection"),
    path(
        "p/<int:project_id>/curation/<int:collection_id>/change", curation.collection_change, name="collection_change"
    ),
    path("p/<int:project_id>/curation/<int:collection_id>/renew", curation.collection_renew, name="collection_renew"),
    path(
        "p/<int:project_id>/curation/<int:collection_id>/delete", curation.collection_delete, name="collection_delete"
    ),
    path("p/<int:project_id>/curation/<int:collection_id>/issues", issues.issue_new, name="issue_new"),
    path("p/<int:project_id>/curation/issues/<int:issue_id>", issues.issue, name="issue"),
    path("p/<int:project_id>/curation/issues/<int:issue_id>/change", issues.issue_change, name="issue_change"),
    path(
        "p/<int:project_id>/curation/issues/<int:issue_id>/suggestions",
        issues.issue_suggestions,
        name="issue_suggestions",
    ),
    path("p/<int:project_id>/curation/issues/<int:issue_id>/items", issue_urls.issue_item_new, name="issue_item_new"),
    path("p/<int:project_id>/curation/issues/<int:issue_id>/order", issue_items.issue_order, name="issue_order"),
    path(
        "p/<int:project_id>/curation/issues/<int:issue_id>/sections", issue_items.issue_sections, name="issue_sections"
    ),
    path(
        "p/<int:project_id>/curation/issues/<int:issue_id>/fetch/<uuid:page_id>",
        issue_urls.issue_fetch,
        name="issue_fetch",
    ),
    path("p/<int:project_id>/curation/items/<int:item_id>", issue_items.issue_item_change, name="issue_item_change"),
    path("curation/<str:address>", collection_public.collection_page, name="collection_page"),
    path("curation/<str:address>/<int:number>", collection_public.collection_issue, name="collection_issue"),
    path("curation/<str:address>/feed.<str:format_name>", collection_public.collection_feed, name="collection_feed"),
    path("curation/<str:address>/embed", collection_public.collection_embed, name="collection_embed"),
]
DIGEST_AND_DELIVERY_LOG = [
    path("p/<int:project_id>/digest", digests.digest, name="digest"),
    path("p/<int:project_id>/digest/preview", digests.digest_preview, name="digest_preview"),
    path("p/<int:project_id>/digest/send", digests.digest_send, name="digest_send"),
    path("p/<int:project_id>/digest/new", digests.digest_new, name="digest_new"),
    path("p/<int:project_id>/digest/<int:digest_id>", digests.digest_other, name="digest_other"),
    path("p/<int:project_id>/digest/<int:digest_id>/preview", digests.digest_preview, name="digest_other_preview"),
    path("p/<int:project_id>/digest/<int:digest_id>/send", digests.digest_send, name="digest_other_send"),
    path("p/<int:project_id>/digest/<int:digest_id>/delete", digests.digest_delete, name="digest_delete"),
    path(
        "p/<int:project_id>/digest/<int:digest_id>/recipients",
        digest_recipients.digest_recipient_new,
        name="digest_recipient_new",
    ),
    path(
        "p/<int:project_id>/digest/<int:digest_id>/recipients/<int:recipient_id>/delete",
        digest_recipients.digest_recipient_delete,
        name="digest_recipient_delete",
    ),
    path("p/<int:project_id>/outbox", outbox.outbox, name="outbox"),
    path("p/<int:project_id>/outbox/send-failed", outbox.outbox_send_failed, name="outbox_send_failed"),
    path("p/<int:project_id>/outbox/<uuid:delivery_id>", delivery.delivery, name="delivery"),
    path("p/<int:project_id>/outbox/<uuid:delivery_id>/send", delivery.delivery_send, name="delivery_send"),
]

WEBSITE = [
    path("p/<int:project_id>/website", website.website, name="website"),
    path("p/<int:project_id>/website/link", website.website_link, name="website_link"),
]

urlpatterns: list[URLPattern] = [
    *GENERAL,
    *SAMPLE,
    *OVERVIEW,
    *MENTIONS,
    *GOALS,
    *STORIES,
    *AUTHORS,
    *SAVED_VIEWS,
    *ALERTS,
    *REPORTS,
    *CURATION,
    *DIGEST_AND_DELIVERY_LOG,
    *WEBSITE,
    *CONFIGURATION,
]
