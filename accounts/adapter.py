"""How allauth behaves here: sign-up by invitation only, links that lead to BASE_URL, mail in the reader's language."""

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
        """`invitation` is set by accounts.views.signup, the only way to the form."""
        return getattr(request, "invitation", None) is not None

    def login(self, request: HttpRequest, user: User) -> None:
        """The first admin has chosen no language yet: the one in which they sign in becomes theirs."""
        if user.is_superuser and user.last_login is None:
            user.language = translation.get_language()
            user.save(update_fields=["language"])
        # Addresses come from an invitation or from the operator and never change: there is nothing left to verify,
        # and allauth refuses the second step to an address it has down as not verified.
        EmailAddress.objects.filter(user=user, verified=False).update(verified=True)
        super().login(request, user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Built from BASE_URL: the Host header of whoever asks could point the mailbox's owner to another site."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + path.replace("UID-KEY", quote(key))

    def is_safe_url(self, url: str) -> bool:
        """allauth's own raises where an address cannot be read ("http://[x")."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """By address alone. allauth's own adds the Host header, and so gives a guesser new attempts for each host."""
        return credentials.get("email", "").lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        reader = User.objects.filter(email=email.lower()).first()
        language = reader.language if reader else translation.get_language()
        zone = reader.zone if reader else timezone.get_current_timezone()
        with translation.override(language), timezone.override(zone):
            super().send_mail(template_prefix, email, {**context, "base_url": settings.BASE_URL})
