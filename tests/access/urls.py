"""Every URL of Vigie from config.urls, and those that not only members of a project may request, with the reason.

A page that is added later is found here. It then needs at most a sample for a new kind of id in samples.py,
or a reason in PUBLIC or PERSONAL.
"""

from dataclasses import dataclass

from django.urls import URLPattern, get_resolver, reverse

# URLs that work without an account, each with its reason.
PUBLIC = {
    "healthz": "load balancers and containers have no account",
    "account_login": "signing in",
    "account_logout": "leads to the sign-in page",
    "account_inactive": "tells people that their account is closed",
    "account_signup": "requires an invitation, as its own tests show",
    "account_reset_password": "for people who cannot sign in",
    "account_reset_password_done": "for people who cannot sign in",
    "account_reset_password_from_key": "for people who cannot sign in, who received the mailed key",
    "account_reset_password_from_key_done": "for people who cannot sign in",
    "invitation": "the mailed key gives access",
    "email_action": "the signature in the email gives access to one change",
    "incident_link": "the signature in the email gives access to one change",
    "feed": "the secret token in the URL gives access",
    "calendar_feed": "the secret token in the URL gives access",
    "sent_digest": "the signature in the email gives access",
    "shared_report": "the secret address gives access",
    "shared_report_file": "the secret address gives access",
    "mailed_report": "the signature in the email gives access",
    "report_unsubscribe": "the signature in the email gives access",
    "collection_page": "the address of the collection gives access",
    "collection_issue": "the address of the collection gives access",
    "collection_feed": "the address of the collection gives access",
    "collection_embed": "the address of a public collection gives access",
    "collection_picture": "the address of the collection gives access",
    "newsletter_subscribe": "the address of the collection gives access",
    "newsletter_confirm": "the mailed key gives access",
    "newsletter_unsubscribe": "the signature in the email gives access",
    "confirm_recipient": "the mailed key gives access",
    "unsubscribe": "the signature in the email gives access",
    "manifest": "the name and icon of the app, which browsers request without a session",
    "push_worker": "a script without data, which browsers request without a session",
    "preferences": "language and colors of the sign-in page",
    "sample_feed": "public: the invented feeds of the sample project, which workers poll",
    "sample_api": "public: the invented platforms of the sample project, which workers poll",
    "sample_story": "the pages of the invented feeds",
    "api:api-root": "the documentation of the API",
    "api:openapi-json": "the documentation of the API",
    "api:openapi-view": "the documentation of the API",
}

# URLs without a project, where people see only their own data (and the server admin everything).
PERSONAL = {
    "home": "redirects to own projects",
    "project_new": "everyone may create a project",
    "load_sample": "everyone may load a sample project of their own",
    "account": "own account",
    "shortcuts": "own settings",
    "token_new": "own tokens",
    "quiet_hours": "own quiet hours",
    "token_revoke": "own tokens: 404 for those of others",
    "credential_callback": "only connections that the person has begun; the role in their project is checked",
    "website_callback": "only sign-ins that the person has begun; the role in their project is checked",
    "server_outbox": "only for the server admin",
    "server_delivery": "only for the server admin",
}
PERSONAL_PREFIXES = {"mfa_": "own two-factor authentication", "account_": "own password"}

SKIPPED_TREES = {"operator/": "Django's admin, for staff only; tests/accounts tests its sign-in"}


@dataclass(frozen=True)
class PageUrl:
    name: str
    parameters: tuple[str, ...]
    view: object

    def path(self, samples):
        missing = [name for name in self.parameters if name not in samples]
        assert not missing, f"{self.name} takes {missing}: give each a value in tests/access/samples.py"
        return reverse(self.name, kwargs={name: samples[name] for name in self.parameters})

    @property
    def is_personal(self):
        return self.name in PERSONAL or (self.name.startswith(tuple(PERSONAL_PREFIXES)) and self.name not in PUBLIC)


def page_urls(patterns=None, namespace="", before=()):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if str(pattern.pattern).startswith(tuple(SKIPPED_TREES)):
            continue
        taken = (*before, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name: this test cannot visit it"
            yield PageUrl(f"{namespace}{pattern.name}", taken, pattern.callback)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from page_urls(pattern.url_patterns, inner, taken)


PAGES = [page for page in page_urls() if not page.name.startswith("api:")]
GUARDED = [page for page in PAGES if page.name not in PUBLIC]
OF_PROJECTS = [page for page in GUARDED if not page.is_personal]
