"""Reading a batch of measurements off the wire: fast when it is right, patient when it is not."""

import re
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from core.api.fields import NOT_PLAIN
from core.api.problems import Problem
from core.numbers import read_plain
from goals.services.measurement_rows import NewValue, RowError


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    measurements: list[NewValue]


class RawBatch(msgspec.Struct, forbid_unknown_fields=True):
    measurements: list[msgspec.Raw]


_batch = msgspec.json.Decoder(Batch)
_raw_batch = msgspec.json.Decoder(RawBatch)
_row = msgspec.json.Decoder(NewValue)
_FIELDS = NewValue.__struct_fields__
# msgspec takes "1_000", " 5 ", "NaN" and the digits of other scripts for decimals as well.
_ODD_VALUE = re.compile(rb'"value"\s*:\s*"[-+0-9.eE]*[^-+0-9.eE"]')
# An escaped small letter: "valu\u0065" is the field "value" as well. Nobody needs to write so.
_ODD_NAME = re.compile(rb"\\u00[67]")


class _Written(msgspec.Struct):
    """The value of a row as it was written."""

    value: Any = None


_written = msgspec.json.Decoder(_Written)


def read_batch(body: bytes) -> tuple[list[NewValue], list[int], list[RowError]]:
    """
    Decode a body into values, their places in it, and what is wrong with the other rows.

    Raises:
        Problem: 400 if it is not JSON of this form at all, 413 if it holds too many rows.
    """
    if _ODD_VALUE.search(body) or _ODD_NAME.search(body):
        return _read_row_by_row(body)
    try:
        rows = _batch.decode(body).measurements
    except msgspec.ValidationError:
        return _read_row_by_row(body)
    except msgspec.DecodeError as error:
        raise _not_json(error) from error
    _check_size(len(rows))
    return rows, list(range(len(rows))), []


def _read_row_by_row(body: bytes) -> tuple[list[NewValue], list[int], list[RowError]]:
    try:
        raw_rows = _raw_batch.decode(body).measurements
    except msgspec.ValidationError as error:
        raise Problem(400, str(error)) from error
    except msgspec.DecodeError as error:
        raise _not_json(error) from error
    _check_size(len(raw_rows))
    values, places, errors = [], [], []
    for index, raw in enumerate(raw_rows):
        try:
            if problem := _problem_of_number(raw):
                errors.append(RowError(index, "value", problem))
                continue
            values.append(_row.decode(raw))
            places.append(index)
        except msgspec.ValidationError as error:
            errors.append(RowError(index, *_blame(error)))
    return values, places, errors


def _problem_of_number(raw: msgspec.Raw) -> str:
    """Say what is wrong with a value that is no plain decimal, number or null."""
    value = _written.decode(raw).value
    if isinstance(value, str):
        return "" if read_plain(value) is not None else NOT_PLAIN % {"text": value[:80]}
    if value is None or type(value) in {int, float}:
        return ""
    return _("Write a number, or null where there is no value.")


def _not_json(error: msgspec.DecodeError) -> Problem:
    return Problem(400, _("The body is not JSON: %(why)s.") % {"why": error})


def _blame(error: msgspec.ValidationError) -> tuple[str, str]:
    message, _at, path = str(error).partition(" - at `$")
    field = path.strip("`.")
    for name in _FIELDS:
        if not field and f"`{name}`" in message:
            field = name
    return field, message


def _check_size(rows: int) -> None:
    most = settings.MEASUREMENTS_PER_REQUEST
    if rows > most:
        raise Problem(413, _("Send at most %(most)d measurements at once.") % {"most": most})


def renumber(errors: list[RowError], places: list[int]) -> list[RowError]:
    """Translate places among the decoded rows into places in the body."""
    return [RowError(places[error.index], error.field, error.detail) for error in errors]


def as_entries(errors: list[RowError]) -> list[dict[str, Any]]:
    ordered = sorted(errors, key=lambda error: error.index)
    return [{"index": e.index, "field": e.field, "detail": e.detail} for e in ordered]
