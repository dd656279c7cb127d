"""Numbers that people type: either decimal mark, and where both fit, that of their language."""

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from core.typed import TypedDecimalField


class Sheet(forms.Form):
    value = TypedDecimalField(required=False)
    needed = TypedDecimalField()


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("en", "12,5", "12.5"), ("pl", "12.5", "12.5"), ("en", "1,234", "1234"),
        ("th", "1,234", "1234"), ("pl", "1,234", "1.234"), ("it", "1.234", "1234"),
        ("en", "1 234.5", "1234.5"), ("xx", "1,234", "1234"), ("en", "−3", "-3"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_its_reader_writes_it(language, typed, read):
    with translation.override(language):
        sheet = Sheet({"value": typed, "needed": "0"})
        assert sheet.is_valid()

    assert sheet.cleaned_data == {"value": Decimal(read), "needed": Decimal(0)}


@pytest.mark.parametrize("typed", ["", "  ", "n/a"])
def test_nothing_typed_is_no_number(typed):
    sheet = Sheet({"value": typed, "needed": typed})

    assert not sheet.is_valid()
    assert sheet.cleaned_data == {"value": None}
    assert sheet.errors == {"needed": ["This field is required."]}


def test_what_is_no_number_is_said_to_be_none():
    assert Sheet({"value": "many", "needed": "1"}).errors == {"value": ["“many” is not a number."]}


def test_a_stored_number_is_shown_in_the_readers_manner():
    with translation.override("it"):
        shown = str(Sheet(initial={"value": Decimal("1234.50000000")})["value"])

    assert 'value="1.234,5"' in shown
