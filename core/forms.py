"""Helpers for forms: broken rules become errors that people can see."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import BaseForm

from core.errors import DomainError


@contextmanager
def rules_shown_on(form: BaseForm) -> Iterator[None]:
    """Turn a broken business rule into an error at its field, or at the top of the form."""
    try:
        yield
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
