"""The bytes of a file: told what they are by their content, unpacked within the limit."""

import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.intake.errors import IntakeError
from core.intake.limits import MAX_BYTES
from core.intake.words import shown
from core.numbers import figure

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
HEAD = 4096

# What is no table, told by its first bytes, whatever the name says.
_STRANGERS = (
    (
        rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|BM....\0\0|II\*\0|MM\0\*",
        gettext_noop("a picture"),
    ),
    (rb"%PDF", gettext_noop("a PDF document")),
    (
        rb"\xd0\xcf\x11\xe0",
        gettext_noop("an Excel file of the old kind (.xls) or one with a password"),
    ),
    (
        rb"PK[\3\5\7]|Rar!|7z\xbc\xaf|BZh[1-9]1AY|\xfd7zXZ|\x28\xb5\x2f\xfd|\x1f\x8b",
        gettext_noop("an archive"),
    ),
    (rb"\s*<(?:!doctype html|html|head|body|table)", gettext_noop("a web page")),
    (rb"\s*<(?:\?xml|svg)", gettext_noop("an XML document")),
    (rb"\s*(?:\{\s*\"|\[\s*[\[{])", gettext_noop("a JSON document")),
    (rb"\{\\rtf", gettext_noop("a text document with formatting (RTF)")),
    (rb"SQLite format 3\0|PAR1[\0-\x1f]|\x7fELF|MZ\x90", gettext_noop("a program or a database")),
)
_ARCHIVES = (
    ("xl/workbook.bin", gettext_noop("an Excel file of the binary kind (.xlsb)")),
    ("word/document.xml", gettext_noop("a Word document")),
    ("ppt/presentation.xml", gettext_noop("a presentation")),
    ("content.xml", gettext_noop("an OpenDocument file")),
    ("Index/Document.iwa", gettext_noop("a Numbers spreadsheet")),
)
WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose content may be a table; ``open`` gives its unpacked bytes from the start."""

    file: IO[bytes]
    name: str
    is_packed: bool
    is_workbook: bool

    @classmethod
    def of(cls, file: IO[bytes] | str, name: str) -> "Source":
        """
        Look at the content of a file or of pasted text.

        Raises:
            IntakeError: it is empty, damaged, or something that holds no table.
        """
        if isinstance(file, str):
            file = io.BytesIO(file.encode("utf-8", "surrogatepass"))
        file.seek(0)
        packed = file.read(len(GZIP)) == GZIP
        source = cls(file, name, is_packed=packed, is_workbook=False)
        head = source.head()
        if not head:
            raise IntakeError(_("The file is empty."), code="empty")
        if head.startswith(ZIP) and not packed:
            source._refuse_other_archive()
            return cls(file, name, is_packed=False, is_workbook=True)
        for signature, kind in _STRANGERS:
            if re.match(signature, head, re.IGNORECASE | re.DOTALL):
                raise source._stranger(_(kind))
        return source

    def open(self) -> IO[bytes]:
        """Open the bytes at the start. One reading at a time: the file has one position."""
        self.file.seek(0)
        packed = gzip.GzipFile(fileobj=self.file) if self.is_packed else None
        return io.BufferedReader(_Bounded(packed or self.file), buffer_size=1 << 16)

    def head(self) -> bytes:
        with self.open() as file:
            return file.read(HEAD)

    def _refuse_other_archive(self) -> None:
        self.file.seek(0)
        try:
            names = set(zipfile.ZipFile(self.file).namelist())
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise IntakeError(_("The file is damaged."), code="damaged") from error
        if WORKBOOK not in names:
            kind = next((kind for name, kind in _ARCHIVES if name in names), None)
            raise self._stranger(_(kind or gettext_noop("an archive")))

    def _stranger(self, kind: str) -> IntakeError:
        return IntakeError(
            _("%(name)s is %(kind)s and not a table. Choose a CSV or XLSX file.")
            % {"name": shown(self.name) or _("The file"), "kind": kind},
            code="not_a_table",
        )


class _Bounded(io.RawIOBase):
    """A file read up to the limit, however much there is. Closing it leaves the file open."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile) -> None:
        super().__init__()
        self._file = file
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]", /) -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise IntakeError(_("The file is damaged."), code="damaged") from error
        self._read += len(data)
        if self._read > MAX_BYTES:
            raise IntakeError(
                _("The file is larger than %(limit)s MB unpacked.")
                % {"limit": figure(MAX_BYTES // 1024**2)},
                code="too_large",
            )
        buffer[: len(data)] = data
        return len(data)
