"""Read all that the database stores as text, to find secrets that should not be there."""

from django.db import connection


def all_texts():
    """Return the content of every column of every table that has texts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'tsvector', 'ARRAY')"
        )
        texts = []
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT coalesce(string_agg("{column}"::text, chr(10)), \'\') FROM "{table}"')
            texts.append(cursor.fetchone()[0])
    return "\n".join(texts)
