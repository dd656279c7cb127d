"""Broken rules, said in a sentence for the person who broke them."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import BaseConstraint, CheckConstraint, Model, Q, UniqueConstraint


class DomainError(Exception):
    """
    A rule of the product does not allow this.

    The message is shown to people as it is: one sentence, translated, with a full stop.
    ``field`` names the input that is to blame, when one is.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


Kind = TypeVar("Kind", bound=DomainError)


class ConflictError(DomainError):
    """Somebody else changed the same thing first; nothing was written."""


class BusyError(DomainError):
    """Something else is at work on the same thing; the same request can succeed later."""


class NotAllowedError(DomainError):
    """The acting person's role does not reach far enough for what the call would do."""


def first_rule(error: ValidationError, kind: type[Kind], row: Model) -> Kind:
    """Give the first rule that the own validation of ``row`` found broken."""
    field, messages = next(iter(error.message_dict.items()))
    if field == NON_FIELD_ERRORS:
        field = _field_to_blame(row, messages[0])
    return kind(messages[0], field=field)


def _field_to_blame(row: Model, message: str) -> str:
    """
    Name the last field that the broken constraint speaks of.

    Before it come those that it has to fit: the owner of a name, the aggregation of a formula.
    """
    for constraint in row._meta.constraints:
        if str(constraint.violation_error_message) == message:
            return list(dict.fromkeys(_fields_of(constraint)))[-1]
    return ""


def _fields_of(constraint: BaseConstraint) -> Iterator[str]:
    if isinstance(constraint, CheckConstraint) and isinstance(constraint.condition, Q):
        yield from _fields_in(constraint.condition)
    elif isinstance(constraint, UniqueConstraint):
        yield from constraint.fields
        yield from map(_name_in, constraint.expressions)


def _fields_in(condition: Q) -> Iterator[str]:
    for part in condition.children:
        if isinstance(part, Q):
            yield from _fields_in(part)
        elif isinstance(part, tuple):
            yield str(part[0]).partition("__")[0]


def _name_in(expression: Any) -> str:
    while not hasattr(expression, "name"):
        expression = expression.get_source_expressions()[-1]
    return str(expression.name)
