"""
Imports: a file is read into staging tables, checked, and then written as a whole or not.

People take the steps (``files``, ``steps``, ``corrections``), workers do the work (``work``):
reading each row (``reading``) into values at places (``places``), counting what they would change
(``account``), writing them (``writing``).
"""

from goals.services.imports.corrections import mend, read_as
from goals.services.imports.files import forget_files, upload, upload_table
from goals.services.imports.links import send_link
from goals.services.imports.memory import headers_of, lesson_of
from goals.services.imports.places import known_kpis
from goals.services.imports.steps import (
    MATCHABLE,
    ImportStateError,
    apply,
    can_be_undone,
    cancel,
    choose_readings,
    columns_of,
    match,
    take,
    undo,
)
from goals.services.imports.work import run_next
from goals.services.imports.writing import make_kpis

__all__ = [
    "MATCHABLE",
    "ImportStateError",
    "apply",
    "can_be_undone",
    "cancel",
    "choose_readings",
    "columns_of",
    "forget_files",
    "headers_of",
    "known_kpis",
    "lesson_of",
    "make_kpis",
    "match",
    "mend",
    "read_as",
    "run_next",
    "send_link",
    "take",
    "undo",
    "upload",
    "upload_table",
]
