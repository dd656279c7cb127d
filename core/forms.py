"""Helpers for forms: broken rules become errors that people can see, versions are read."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.forms import BaseForm

from core.errors import DomainError


@contextmanager
def rules_shown_on(form: BaseForm) -> Iterator[None]:
    """Turn a broken business rule into an error at its field, or at the top of the form."""
    try:
        yield
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))


def version_in(posted: Mapping[str, Any]) -> int:
    """Read the version that a form was made from; no row has the 0 that rubbish gives."""
    text = str(posted.get("version", ""))
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
