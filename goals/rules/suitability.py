"""Telling tables that cannot be the values of KPIs over time."""

from math import prod

from django.utils.translation import gettext as _

from core.intake import IntakeError, Kind, Table
from core.numbers import figure


def refuse_timeless(table: Table) -> None:
    """
    Raise an IntakeError for a table without dates that no single day can stand for.

    Without dates all rows are of one day, so something else must tell them apart. A file of
    several tables without dates describes who an audience is, not how many there were when.
    """
    if any(column.kind is Kind.DATE for column in table.columns):
        return
    if len(table.tables) > 1:
        message = _(
            "None of the %(count)s tables in this file has a column of dates, so nothing says "
            "for which day, week or month a number is. Export it with a row per day, week or month."
        )
        raise IntakeError(message % {"count": figure(len(table.tables))}, code="no_dates")
    told_apart = prod(max(1, c.different) for c in table.columns if c.kind is Kind.TEXT)
    if told_apart < table.row_count:
        message = _(
            "This file has no dates, and nothing tells its %(count)s rows apart, so they cannot be "
            "the values of a KPI. Count the rows per day, week or month, and import the counts."
        )
        raise IntakeError(message % {"count": figure(table.row_count)}, code="no_dates")
