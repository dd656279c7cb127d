"""Form fields for what people type: decimals with point or comma."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from core.intake.errors import CellError
from core.intake.numbers import parse_number
from core.numbers import NumberFormat


def read_typed(text: str) -> Decimal | None:
    """
    Read a number as somebody typed it, with point or comma; nothing typed is None.

    Where a sign could be either ("1,234"), the reader's language decides.

    Raises:
        CellError: it is no number; the sentence says why.
    """
    return parse_number(text, NumberFormat.of(translation.get_language()).decimal)


class TypedDecimalField(forms.CharField):
    """A decimal in a text input: phones show digits, and both decimal marks are read."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        try:
            return read_typed(str(value or ""))
        except CellError as error:
            raise ValidationError(str(error)) from error

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Skip CharField's own: they measure text."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return NumberFormat.of(translation.get_language()).exact(value)
        return value
