"""Middleware: handle each request in the language and time zone of the signed-in user."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


def person_locale(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return get_response(request)
        request.LANGUAGE_CODE = user.language
        with translation.override(user.language), timezone.override(user.zone):
            response = get_response(request)
        response.headers.setdefault("Content-Language", user.language)
        return response

    return middleware
