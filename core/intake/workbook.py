"""XLSX workbooks: an archive that is looked over first, and the sheets in it."""

import posixpath
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from core.intake.errors import IntakeError
from core.intake.limits import (
    MAX_ARCHIVE_ENTRIES,
    MAX_ARCHIVE_RATIO,
    MAX_BYTES,
    RATIO_FREE_BYTES,
)
from core.intake.rows import Row
from core.intake.sheet import SheetContext, Style, read_rows
from core.intake.source import WORKBOOK, Source
from core.intake.xml_stream import feed, local
from core.numbers import figure

STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"

# What a broken archive, broken XML or numbers that lead nowhere raise.
_DAMAGE = (
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
# In a number format, what is quoted or escaped is shown and means nothing.
_LITERAL = re.compile(r'"[^"]*"|\\.')


@dataclass(frozen=True)
class Workbook:
    """A workbook with its visible sheets, in order, by their names."""

    archive: zipfile.ZipFile
    sheets: dict[str, str]
    context: SheetContext

    @classmethod
    def of(cls, source: Source) -> "Workbook":
        """
        Open a workbook, after a look at how much its archive claims to hold.

        Raises:
            IntakeError: it is too large, damaged, or shows no sheet.
        """
        with _blamed_on_the_file():
            archive = zipfile.ZipFile(source.file)
            _refuse_bomb(archive)
            sheets = _visible_sheets(archive)
            context = SheetContext(_strings(archive), _styles(archive), _first_day(archive))
        if not sheets:
            raise IntakeError(_("The workbook has no visible sheet."), code="empty")
        return cls(archive, sheets, context)

    def rows(self, sheet: str) -> Iterator[Row]:
        """
        Walk the rows of a sheet.

        Raises:
            IntakeError: the sheet is damaged, or a formula in it has no result.
        """
        with _blamed_on_the_file(), self.archive.open(self.sheets[sheet]) as file:
            yield from read_rows(file, self.context)


@contextmanager
def _blamed_on_the_file() -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise IntakeError(_("The workbook is damaged."), code="damaged") from error


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ARCHIVE_ENTRIES or any(
        entry.file_size > max(RATIO_FREE_BYTES, MAX_ARCHIVE_RATIO * entry.compress_size)
        for entry in entries
    ):
        raise IntakeError(_("The file is not packed the way workbooks are."), code="archive")
    # No more than what an entry claims is ever unpacked of it.
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise IntakeError(
            _("The file is larger than %(limit)s MB unpacked.")
            % {"limit": figure(MAX_BYTES // 1024**2)},
            code="too_large",
        )


class _Elements:
    """Collects the elements of some names with their attributes, in order."""

    def __init__(self, *names: str) -> None:
        self._names = frozenset(names)
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) in self._names:
            self.found.append((local(name), {local(key): attributes[key] for key in attributes}))

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


class _Strings:
    """Collects the shared texts; a text may be cut into runs, and have a reading aid (rPh)."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = self._is_aid = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        match local(name):
            case "si":
                self._pieces = []
            case "rPh":
                self._is_aid = True
            case "t":
                self._is_text = not self._is_aid

    def end(self, name: str) -> None:
        match local(name):
            case "si":
                self.found.append("".join(self._pieces))
            case "rPh":
                self._is_aid = False
            case "t":
                self._is_text = False

    def text(self, data: str) -> None:
        if self._is_text:
            self._pieces.append(data)


def _elements(archive: zipfile.ZipFile, part: str, *names: str) -> list[tuple[str, dict[str, str]]]:
    collector = _Elements(*names)
    with archive.open(part) as file:
        deque(feed(file, collector), maxlen=0)
    return collector.found


def _visible_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    links = _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    parts = {
        link["Id"]: posixpath.normpath(posixpath.join("/xl", link["Target"])).lstrip("/")
        for _name, link in links
        if link["Type"].endswith("/worksheet")
    }
    return {
        sheet["name"]: parts[sheet["id"]]
        for _name, sheet in _elements(archive, WORKBOOK, "sheet")
        if sheet["id"] in parts and sheet.get("state", "visible") == "visible"
    }


def _first_day(archive: zipfile.ZipFile) -> datetime:
    """Give the day that is day 0: workbooks begun on old Macs count from 1904."""
    properties = _elements(archive, WORKBOOK, "workbookPr")
    is_mac = any(one.get("date1904") in ("1", "true") for _name, one in properties)
    return MAC_EPOCH if is_mac else WINDOWS_EPOCH


def _strings(archive: zipfile.ZipFile) -> list[str]:
    if STRINGS not in archive.namelist():
        return []
    collector = _Strings()
    with archive.open(STRINGS) as file:
        deque(feed(file, collector), maxlen=0)
    return collector.found


def _styles(archive: zipfile.ZipFile) -> list[Style]:
    """List what each cell style makes of numbers; only those listed as cell formats count."""
    if STYLES not in archive.namelist():
        return [Style.PLAIN]
    formats = dict(BUILTIN_FORMATS)
    styles: list[Style] = []
    is_listed = False
    for name, attributes in _elements(archive, STYLES, "numFmt", "cellXfs", "cellStyles", "xf"):
        if name == "numFmt":
            formats[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "xf" and is_listed:
            styles.append(_style(formats.get(int(attributes.get("numFmtId", "0")), "General")))
        else:
            is_listed = name == "cellXfs"
    return styles or [Style.PLAIN]


def _style(number_format: str) -> Style:
    if is_timedelta_format(number_format):
        return Style.DURATION
    if is_date_format(number_format):
        return Style.DATE
    return Style.PERCENTAGE if "%" in _LITERAL.sub("", number_format) else Style.PLAIN
