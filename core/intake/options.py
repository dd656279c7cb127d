"""How a file is to be read: what is empty is detected, what is set is obeyed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from core.intake.dates import CODES
from core.intake.errors import IntakeError
from core.intake.numbers import MARKS
from core.intake.text import ENCODINGS


class Kind(StrEnum):
    """What the cells of a column hold."""

    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class ColumnOptions:
    """
    How one column is to be read.

    ``date_format`` is a code of ``core.intake.dates.CODES``. With ``rounded`` numbers are rounded
    to eight decimals, without it they are refused when they have more; None finds out whether
    some have.
    """

    kind: str = ""
    decimal_mark: str = ""
    date_format: str = ""
    rounded: bool | None = None

    def __post_init__(self) -> None:
        _require("kind", self.kind in ("", *Kind))
        _require("decimal_mark", self.decimal_mark in ("", *MARKS))
        _require("date_format", self.date_format in ("", *CODES))
        _require("rounded", self.rounded is None or isinstance(self.rounded, bool))


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """
    How a file is to be read.

    ``table`` counts the stacked tables of a text or sheet from 0. ``header_row`` is a line
    number; 0 says that there is none. ``columns`` goes by index. ``keep_lines`` are rows even
    if they look like totals, ``skip_lines`` are none.
    """

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    table: int | None = None
    header_row: int | None = None
    decimal_mark: str = ""
    columns: Mapping[int, ColumnOptions] = field(default_factory=dict)
    keep_lines: frozenset[int] = frozenset()
    skip_lines: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        _require("encoding", self.encoding in ("", *ENCODINGS))
        _require("delimiter", _may_delimit(self.delimiter))
        _require("sheet", isinstance(self.sheet, str))
        _require("table", _is_count(self.table))
        _require("header_row", _is_count(self.header_row))
        _require("decimal_mark", self.decimal_mark in ("", *MARKS))

    def as_json(self) -> dict[str, Any]:
        """Give what is set as plain values, for ``from_json``."""
        plain = asdict(self) | {
            "columns": {str(index): asdict(column) for index, column in self.columns.items()},
            "keep_lines": sorted(self.keep_lines),
            "skip_lines": sorted(self.skip_lines),
        }
        return {name: value for name, value in plain.items() if value not in ("", None, [], {})}

    @classmethod
    def from_json(cls, data: Any) -> "ReadOptions":
        """
        Take options that were kept or sent.

        Raises:
            IntakeError: they are not options.
        """
        try:
            return cls(
                **data
                | {
                    "columns": {
                        int(index): ColumnOptions(**column)
                        for index, column in data.get("columns", {}).items()
                    },
                    "keep_lines": frozenset(map(int, data.get("keep_lines", ()))),
                    "skip_lines": frozenset(map(int, data.get("skip_lines", ()))),
                }
            )
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            raise _unknown("options") from error


def _may_delimit(delimiter: object) -> bool:
    return delimiter == "" or (
        isinstance(delimiter, str)
        and len(delimiter) == 1
        and not delimiter.isalnum()
        and delimiter not in '" \r\n'
        and (delimiter.isprintable() or delimiter == "\t")
    )


def _is_count(value: object) -> bool:
    return value is None or (type(value) is int and value >= 0)


def _require(option: str, is_known: bool) -> None:  # noqa: FBT001 - reads as a sentence
    if not is_known:
        raise _unknown(option)


def _unknown(option: str) -> IntakeError:
    return IntakeError(
        _("The setting “%(option)s” has a value that is not known.") % {"option": option},
        code="unknown_option",
    )
