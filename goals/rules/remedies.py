"""What helps against problems of a checked file without changing the file."""

from collections.abc import Mapping
from enum import StrEnum


class Remedy(StrEnum):
    """What can be done about problems of a checked file without changing the file."""

    EMPTY = "empty"
    ZERO = "zero"
    ADD = "add"
    LAST = "last"
    CREATE = "create"
    SKIP = "skip"


# What helps against a problem, by its code. A limit such as "> 90%" is surely not 0.
_OF_CELL = (Remedy.EMPTY,)
_OF_ROW = (Remedy.SKIP,)
REMEDIES: Mapping[str, tuple[Remedy, ...]] = {
    "not_a_number": (Remedy.EMPTY, Remedy.ZERO),
    "spreadsheet_error": (Remedy.EMPTY, Remedy.ZERO),
    "bound": _OF_CELL,
    "not_finite": _OF_CELL,
    "shortened": _OF_CELL,
    "exponent": _OF_CELL,
    "contradiction": (Remedy.ADD, Remedy.LAST),
    "unknown_segment": (Remedy.CREATE, Remedy.SKIP),
    "unknown_kpi": (Remedy.CREATE, Remedy.SKIP),
    "no_segment": _OF_ROW,
    "no_date": _OF_ROW,
    "not_a_date": _OF_ROW,
    "no_such_date": _OF_ROW,
    "date_out_of_range": _OF_ROW,
    "long_row": _OF_ROW,
}
