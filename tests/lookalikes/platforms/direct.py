"""A client that asks a look-alike without a network: for simulations with hundreds of thousands of requests."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from outbound import ApiRequest, FetchError, FetchResult
from outbound.headers import read_retry_after
from tests.lookalikes.platforms.base import PlatformServer, Received


class DirectClient:
    """Stands in for `HttpClient`, whose `call` is all that platforms of APIs use."""

    def __init__(self, server: PlatformServer) -> None:
        self.server = server

    def call(self, request: ApiRequest) -> FetchResult:
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        query |= request.secret_query
        body, kind = request.body or (b"", "")
        headers = {name.lower(): value for name, value in {"Content-Type": kind, **request.headers}.items()}
        headers["content-length"] = str(len(body))
        method = "POST" if request.body else "GET"
        received = Received(method, parts.path, query, headers, body, parts.query)
        self.server.requests.append(received)
        reply = self.server._reply(received)
        code = "rate_limited" if reply.status == 429 else "http_error"
        answer = {name.lower(): value for name, value in reply.headers.items()}
        return FetchResult(
            url=request.url,
            status=reply.status,
            body=reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode(),
            headers=answer,
            retry_after_s=read_retry_after(answer.get("retry-after", ""), datetime.now(UTC)),
            error=None if reply.status < 300 else FetchError(code, f"status {reply.status}"),
        )
