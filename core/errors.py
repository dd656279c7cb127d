"""Broken rules, said in a sentence for the person who broke them."""

from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


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


def first_rule(error: ValidationError, kind: type[Kind]) -> Kind:
    """Give the first rule that a model's own validation found broken."""
    if not hasattr(error, "error_dict"):
        return kind(error.messages[0])
    field, messages = next(iter(error.message_dict.items()))
    return kind(messages[0], field="" if field == NON_FIELD_ERRORS else field)
