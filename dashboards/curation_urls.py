"""URLs of collections: pages of members, and those of readers without an account. Included by dashboards/urls.py."""

from django.urls import URLPattern, path

from dashboards.views import (
    collection_public,
    curation,
    issue_figures,
    issue_items,
    issue_plan,
    issue_urls,
    issues,
    item_pictures,
    newsletter,
    readers,
)

CURATION: list[URLPattern] = [
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
    path(
        "p/<int:project_id>/curation/issues/<int:issue_id>/figures",
        issue_figures.issue_figure_new,
        name="issue_figure_new",
    ),
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
    path("p/<int:project_id>/curation/issues/<int:issue_id>/plan", issue_plan.issue_plan, name="issue_plan"),
    path("p/<int:project_id>/curation/issues/<int:issue_id>/send", readers.issue_send, name="issue_send"),
    path(
        "p/<int:project_id>/curation/<int:collection_id>/readers",
        readers.collection_readers,
        name="collection_readers",
    ),
    path("p/<int:project_id>/curation/<int:collection_id>/readers/new", readers.reader_new, name="reader_new"),
    path(
        "p/<int:project_id>/curation/<int:collection_id>/readers/<int:reader_id>/delete",
        readers.reader_delete,
        name="reader_delete",
    ),
    path("newsletter/confirm/<str:token>", newsletter.newsletter_confirm, name="newsletter_confirm"),
    path("newsletter/unsubscribe/<str:signed>", newsletter.newsletter_unsubscribe, name="newsletter_unsubscribe"),
    path("curation/<str:address>/subscribe", newsletter.newsletter_subscribe, name="newsletter_subscribe"),
    path(
        "p/<int:project_id>/curation/items/<int:item_id>/picture",
        item_pictures.item_picture_change,
        name="item_picture_change",
    ),
    path(
        "p/<int:project_id>/curation/items/<int:item_id>/picture.jpg", item_pictures.item_picture, name="item_picture"
    ),
    path(
        "curation/<str:address>/<int:number>/<int:item_id>.jpg",
        item_pictures.collection_picture,
        name="collection_picture",
    ),
    path("curation/<str:address>", collection_public.collection_page, name="collection_page"),
    path("curation/<str:address>/<int:number>", collection_public.collection_issue, name="collection_issue"),
    path("curation/<str:address>/feed.<str:format_name>", collection_public.collection_feed, name="collection_feed"),
    path("curation/<str:address>/embed", collection_public.collection_embed, name="collection_embed"),
]
