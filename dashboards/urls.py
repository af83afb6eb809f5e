"""The addresses of the pages, one line a page, grouped by room."""

from django.urls import URLPattern, path

from dashboards.views import account, invitation, overview, preferences, project_settings, projects

urlpatterns: list[URLPattern] = [
    path("preferences", preferences.preferences, name="preferences"),
    # overview
    path("p/<int:project_id>/", overview.overview, name="overview"),
    # people and projects
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
