"""Broken rules, said in a sentence for the person who broke them."""

from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, UniqueConstraint


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


class NotAllowedError(DomainError):
    """The acting person's role does not reach far enough for what the call would do."""


def first_rule(error: ValidationError, kind: type[Kind], row: Model) -> Kind:
    """Give the first rule that the own validation of ``row`` found broken."""
    field, messages = next(iter(error.message_dict.items()))
    if field == NON_FIELD_ERRORS:
        field = _taken_field(row, messages[0])
    return kind(messages[0], field=field)


def _taken_field(row: Model, message: str) -> str:
    """Name what is taken already: of a unique constraint the last field, behind its owner's."""
    unique = [each for each in row._meta.constraints if isinstance(each, UniqueConstraint)]
    for constraint in unique:
        if str(constraint.violation_error_message) == message:
            names: list[str] = [*constraint.fields, *map(_name_in, constraint.expressions)]
            return names[-1]
    return ""


def _name_in(expression: Any) -> str:
    while not hasattr(expression, "name"):
        expression = expression.get_source_expressions()[-1]
    return str(expression.name)
