"""Django's SMTP backend with a time limit for everything that a message takes. Used by delivery/channels/email.py.

The timeouts of smtplib start again with each byte received, so a server that sends one now and then would never reach
them. `time_limit` ends the connection from another thread.
"""

import contextlib
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

CONNECT_TIMEOUT_S = 5  # per IP address of the server, of which large providers have many


class LimitedSMTP(smtplib.SMTP):
    """An SMTP connection that passes its socket to `on_connect` before the first response and the TLS handshake."""

    def __init__(self, *args: Any, on_connect: Callable[[socket.socket], None], **kwargs: Any) -> None:
        self._on_connect = on_connect
        super().__init__(*args, **kwargs)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected = socket.create_connection((host, port), min(timeout, CONNECT_TIMEOUT_S), self.source_address)
        connected.settimeout(timeout)
        self._on_connect(connected)
        return connected


class LimitedSMTPOverTLS(smtplib.SMTP_SSL, LimitedSMTP):
    """The same with TLS from the first byte: SMTP_SSL wraps the socket that LimitedSMTP returns."""

    def __init__(self, *args: Any, on_connect: Callable[[socket.socket], None], **kwargs: Any) -> None:
        self._on_connect = on_connect
        smtplib.SMTP_SSL.__init__(self, *args, **kwargs)  # calls SMTP.__init__ by its name


class LimitedBackend(EmailBackend):
    """One connection to a mail server: `with backend.time_limit(60): backend.open()`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._duplicate: socket.socket | None = None
        self.is_overdue = False

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:
        return partial(LimitedSMTPOverTLS if self.use_ssl else LimitedSMTP, on_connect=self._remember)

    @contextlib.contextmanager
    def time_limit(self, limit_s: float) -> Iterator[None]:
        """End the connection when the block takes longer; `is_overdue` is True afterwards."""
        self.is_overdue = False
        timer = threading.Timer(limit_s, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        super().close()
        self._forget()

    def _remember(self, connected: socket.socket) -> None:
        # A duplicate: STARTTLS replaces the socket of the connection, and wrapping it detaches the original.
        self._forget()
        self._duplicate = connected.dup()

    def _forget(self) -> None:
        if self._duplicate is not None:
            self._duplicate.close()
            self._duplicate = None

    def _end(self) -> None:
        self.is_overdue = True
        if self._duplicate is not None:
            with contextlib.suppress(OSError):
                self._duplicate.shutdown(socket.SHUT_RDWR)
