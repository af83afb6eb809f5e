"""A decorator for pages that search or count: a sentence instead of the page if that takes too long."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest
from monitoring.insights.time_limit import LIMIT_S, TooSlow, time_limit


def within_time_limit(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that only reads. For htmx, which shows no error page, the sentence is an ordinary fragment."""

    @wraps(view)
    def limited(request: SignedInRequest, *arguments: object, **options: object) -> HttpResponse:
        try:
            with time_limit():
                return view(request, *arguments, **options)
        except TooSlow:
            context = {"limit_s": int(LIMIT_S)}
            if request.htmx:
                return render(request, "errors/_too_slow.html", context)
            return render(request, "errors/too_slow.html", context, status=503)

    return limited
