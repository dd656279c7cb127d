"""How a file is read and why its columns are matched as they are, in words for its page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.intake import ReadOptions
from core.intake.delimited import DELIMITERS
from core.intake.text import ENCODINGS
from core.numbers import figure
from goals.models import Import
from goals.rules.presets import find_preset


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table of a file that another import may take."""

    index: int
    title: str
    rows: str


def reading_text(row: Import) -> str:
    """Say how the file of an import is read."""
    options = ReadOptions.from_json(row.options)
    parts = []
    if options.sheet:
        parts.append(_("sheet “%(name)s”") % {"name": options.sheet})
    if options.encoding:
        parts.append(_(ENCODINGS[options.encoding]))
    if options.delimiter:
        name = DELIMITERS.get(options.delimiter)
        parts.append(_(name) if name else f"“{options.delimiter}”")
    if options.header_row:
        parts.append(_("headings in line %(line)s") % {"line": figure(options.header_row)})
    if len(row.layout.get("tables", ())) > 1:
        place = {"number": figure((options.table or 0) + 1), "title": row.title}
        place["count"] = figure(len(row.layout["tables"]))
        parts.append(_("table %(number)s of %(count)s %(title)s") % place)
    return _("Read as: %(parts)s.") % {"parts": ", ".join(part.strip() for part in parts)}


def other_tables(row: Import) -> list[OtherTable]:
    """List the tables of a file that is still kept which this import leaves aside."""
    read = row.options.get("table") or 0
    tables = row.layout.get("tables", ()) if row.state != Import.State.EXPIRED else ()
    return [
        OtherTable(index, table["title"], figure(table["rows"]))
        for index, table in enumerate(tables)
        if index != read and table["rows"]
    ]


def origin_text(row: Import) -> str:
    """Say by what the columns were matched, where it was not by their names alone."""
    if row.is_remembered:
        return _("Matched as the last file with these columns was.")
    if preset := find_preset(row.proposed_by.get("preset", "")):
        return _("Recognised: %(tool)s. Change what does not fit.") % {"tool": preset.name}
    if "gone" not in row.proposed_by:
        return ""
    sentences = [_("Matched as the last file like this one was, but its columns have changed.")]
    for name, message in (
        ("gone", _("No longer there: %(columns)s.")),
        ("new", _("New, and not imported unless you say where they go: %(columns)s.")),
    ):
        if columns := row.proposed_by[name]:
            some = ", ".join(columns[:12]) + (" …" if len(columns) > 12 else "")
            sentences.append(message % {"columns": some})
    return " ".join(sentences)
