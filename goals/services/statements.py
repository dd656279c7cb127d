"""Running SQL statements with named parameters."""

from collections.abc import Iterable
from typing import Any

from django.db import connection


def run(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def fetch(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def fill(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy rows into a temporary table: for thousands of them much faster than inserts."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
