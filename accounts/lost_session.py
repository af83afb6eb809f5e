"""Go on after the database has ended the session. Called by loops in which one failure never stops the others."""

from django.db import connection


def drop_lost_session() -> None:
    """Close the connection if its session has ended: the next statement opens another one.

    Inside a transaction, only its end does that.
    """
    if connection.connection and not connection.in_atomic_block and not connection.is_usable():
        connection.close()
