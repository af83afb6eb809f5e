"""django-allauth's behavior in Vigie: sign-up by invitation only, links to BASE_URL, and emails in the recipient's
language and time zone. Named in config/settings.py (ACCOUNT_ADAPTER).
"""

from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return True for requests with an invitation, which only accounts.views.signup sets."""
        return getattr(request, "invitation", None) is not None

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign the user in. The first admin's language, not selected yet, becomes that of the sign-in page."""
        if user.is_superuser and user.last_login is None:
            user.language = translation.get_language()
            user.save(update_fields=["language"])
        # Addresses come from an invitation or from the server admin and never change, so none needs verification;
        # allauth refuses two-factor authentication to accounts with an unverified address.
        EmailAddress.objects.filter(user=user, verified=False).update(verified=True)
        super().login(request, user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return a link below BASE_URL: the requester's Host header could point the mailbox owner to another site."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + path.replace("UID-KEY", quote(key))

    def is_safe_url(self, url: str) -> bool:
        """Return False for malformed URLs ("http://[x"), on which allauth's own method raises."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Return a key of the email address alone: allauth's includes the host, so each host allows new attempts."""
        return credentials.get("email", "").lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        recipient = User.objects.filter(email=email.lower()).first()
        language = recipient.language if recipient else translation.get_language()
        zone = recipient.zone if recipient else timezone.get_current_timezone()
        with translation.override(language), timezone.override(zone):
            super().send_mail(template_prefix, email, {**context, "base_url": settings.BASE_URL})
