"""Language and theme, changed from the menu of any page, with or without an account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dashboards.navigation import THEME_COOKIE, THEMES

YEAR_S = 365 * 24 * 3600


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """POST `language` or `theme`, and `next` to return to."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(target if safe else "/")
    language, theme = request.POST.get("language"), request.POST.get("theme")
    if language in dict(settings.LANGUAGES):
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
    if theme in dict(THEMES):
        _set_cookie(response, THEME_COOKIE, theme)
    return response


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    # Readable by static/js/app.js, which changes the theme without a reload.
    response.set_cookie(name, value, max_age=YEAR_S, samesite="Lax", secure=settings.HTTPS)
