"""The newsletter of a collection, for people without an account: subscribe, confirm by the mailed link, unsubscribe.

These forms need no CSRF token, so the pages set no cookie: nobody is signed in, and a mailed link or an email to
confirm is needed for any effect.
"""

from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rate_limit import count_request
from dashboards.outside_responses import unlisted
from dashboards.views.collection_public import head
from delivery import external_recipients
from workplace.curation import readers
from workplace.curation.addresses import collection_at

REQUESTS_PER_MINUTE = 5  # of an IP address: people enter one or two


@csrf_exempt
@require_POST
def newsletter_subscribe(request: HttpRequest, address: str) -> HttpResponse:
    """POST `email`. The response is the same for readers, addresses that were asked before, and new ones."""
    collection = collection_at(address)
    if collection is None:
        return unlisted(render(request, "curation/gone.html", status=HTTPStatus.NOT_FOUND))
    count = count_request(f"subscribe:{get_adapter().get_client_ip(request)}")
    context = head(request, collection) | {"email": request.POST.get("email", "")[:254], "is_limited": False}
    status = HTTPStatus.OK
    with translation.override(collection.language):
        if count.used > REQUESTS_PER_MINUTE:
            context |= {"is_limited": True}
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            try:
                readers.subscribe(collection, str(context["email"]), timezone.now())
            except ValidationError as error:
                context |= {"problem": error.messages[0]}
                status = HTTPStatus.BAD_REQUEST
        response = unlisted(render(request, "curation/subscribed.html", context, status=status))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = str(count.left_s)
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def newsletter_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, since mail scanners open links; POST with `answer` confirms or declines."""
    now, answer = timezone.now(), request.POST.get("answer", "")
    reader = external_recipients.recipient_of_token(token, now, of_list=True)
    collection = readers.collection_of_reader(reader) if reader else None
    if reader and collection and answer in ("yes", "no"):
        act = external_recipients.confirm if answer == "yes" else external_recipients.decline
        reader = act(token, now, of_list=True)
    is_known = bool(reader and collection)
    with translation.override(reader.language if reader else translation.get_language()):
        context = {"reader": reader, "collection": collection, "answer": answer, "is_known": is_known}
        status = HTTPStatus.OK if is_known else HTTPStatus.NOT_FOUND
        return unlisted(render(request, "curation/confirm.html", context, status=status))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def newsletter_unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """GET shows a button, since mail scanners open links; POST, by the button or by a mail program (RFC 8058),
    unsubscribes. The signature in the link replaces signing in.
    """
    reader = readers.reader_of_link(signed)
    if reader and request.method == "POST":
        readers.unsubscribe(reader, timezone.now())
    with translation.override(reader.language if reader else translation.get_language()):
        collection = readers.collection_of_reader(reader) if reader else None
        is_done = reader is not None and (request.method == "POST" or not reader.is_confirmed)
        context = {"reader": reader, "collection": collection, "is_unknown": not collection, "is_done": is_done}
        return unlisted(render(request, "curation/unsubscribe.html", context))
