"""The acts of a workspace, of each kind, and what of them can be undone."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.numbers import NumberFormat
from goals.models import Import, Kpi, Series, Target, Writing
from goals.rules.units import UnitFormat
from goals.selectors import phrases
from goals.services import imports
from goals.services.kpi_changes import changes_of, undone_among
from goals.services.take_backs import UNDOABLE_FOR
from goals.services.target_changes import target_changes_of
from goals.services.writings import can_be_undone
from teams import audit
from teams.audit import Deed, Place
from teams.models import Membership
from teams.policy import Action

# So many rows are read for a page; those of one act are told of together.
PAGE = 100
NOTHING = "–"
KPI, _TARGET = Kpi._meta.label_lower, Target._meta.label_lower
_STARTS = Target._meta.get_field("valid_from").verbose_name
_UNDOABLE = {Deed.CHANGED, Deed.ARCHIVED, Deed.RESTORED}


@dataclass(frozen=True, slots=True)
class Item:
    """One act: of whom, on what, from what to what, and how it is undone."""

    place: Place
    who: str
    what: str
    name: str
    deed: str
    lines: Sequence[str] = ()
    url: str = ""
    # Where its button posts to, if the reader may undo it; what is said once it is undone.
    undo_url: str = ""
    undone: str = ""
    # What an undo left, because it was changed meanwhile.
    kept: Sequence[str] = field(default_factory=tuple)

    @property
    def at(self) -> datetime:
        return self.place.at


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose page of what it is: acts of ``person`` alone, older than ``before``."""

    reader: Membership
    models: Collection[type[Model]]
    person: Membership | None
    before: Place | None
    at: datetime


# An act is put into words only if it comes onto the page.
Rows = Iterator[tuple[Place, Callable[[], Item]]]


def of_numbers(asked: Asked) -> Rows:
    """Give what was written by hand and by API; two queries."""
    if Writing not in asked.models:
        return
    kind = Writing._meta.label_lower
    rows = Writing.objects.for_workspace(asked.reader.workspace)
    rows = rows.select_related("written_by__user", "undone_by__user").order_by("-written_at", "-pk")
    if asked.person is not None:
        rows = rows.filter(written_by=asked.person)
    if asked.before is not None:
        rows = rows.filter(asked.before.older(kind, moment="written_at", key="pk"))
    found = list(rows[: PAGE + 1])
    named = {change["series"] for row in found for change in row.gist}
    series = Series.objects.filter(pk__in=named).select_related("kpi", "segment").in_bulk()
    for row in found:
        place = Place(row.written_at, kind, row.pk)
        yield place, partial(_writing, place, row, series, asked)


def _writing(place: Place, row: Writing, series: Mapping[int, Series], asked: Asked) -> Item:
    reader = asked.reader
    own = row.written_by_id == reader.pk and reader.may(Action.ENTER_OWN_NUMBERS)
    may_undo = can_be_undone(row, at=asked.at) and (own or reader.may(Action.ENTER_NUMBERS))
    more = row.size - len(row.gist)
    lines = [_number(change, series, reader) for change in row.gist if change["series"] in series]
    if more:
        text = ngettext("and %(count)d more", "and %(count)d more", more)
        lines.append(text % {"count": more})
    return Item(
        place=place,
        who=str(row.written_by),
        what=_("Numbers"),
        name=row.source,
        deed=_counted(row),
        lines=lines,
        undo_url=_address(reader, "goals:undo-writing", row.pk) if may_undo else "",
        undone=_undone(row.undone_by, row.undone_at),
        kept=[_kept(each) for each in row.undone.get("listed", [])],
    )


def _counted(row: Writing) -> str:
    counts = (
        (row.created, ngettext("%(count)d entered", "%(count)d entered", row.created)),
        (row.updated, ngettext("%(count)d changed", "%(count)d changed", row.updated)),
        (row.removed, ngettext("%(count)d removed", "%(count)d removed", row.removed)),
    )
    return ", ".join(text % {"count": count} for count, text in counts if count)


def _number(change: dict[str, Any], series: Mapping[int, Series], reader: Membership) -> str:
    row, calendar = series[change["series"]], reader.workspace.calendar
    kpi, day = row.kpi, date.fromisoformat(change["on_date"])
    numbers = NumberFormat.of(translation.get_language())
    form = UnitFormat(kpi.unit, kpi.unit_label, reader.workspace.currency, numbers)
    words = {
        "kpi": " · ".join(filter(None, (kpi.name, str(row.segment or "")))),
        "period": phrases.period_name(calendar, kpi.grain, calendar.start(kpi.grain, day)),
    }
    for side in ("before", "after"):
        text = change[side]
        words[side] = NOTHING if text is None else form.exact(Decimal(text))
    if change["before"] is None:
        return _("%(kpi)s, %(period)s: %(after)s") % words
    return _("%(kpi)s, %(period)s: %(before)s → %(after)s") % words


def _kept(listed: dict[str, Any]) -> str:
    words = {name: NOTHING if text is None else text for name, text in listed.items()}
    return _("%(kpi)s, %(period)s: %(written)s, now %(stored)s") % words


def of_imports(asked: Asked) -> Rows:
    """Give the imports that were written; one query."""
    if Import not in asked.models:
        return
    kind = Import._meta.label_lower
    rows = Import.objects.for_workspace(asked.reader.workspace).filter(written_at__isnull=False)
    rows = rows.defer("content", "layout", "columns", "mapping").order_by("-written_at", "-pk")
    rows = rows.select_related("created_by__user", "undone_by__user", "workspace")
    if asked.person is not None:
        rows = rows.filter(created_by=asked.person)
    if asked.before is not None:
        rows = rows.filter(asked.before.older(kind, moment="written_at", key="pk"))
    for row in rows[: PAGE + 1]:
        place = Place(row.written_at, kind, row.pk)
        yield place, partial(_import, place, row, asked)


def _import(place: Place, row: Import, asked: Asked) -> Item:
    reader = asked.reader
    may_open = reader.may(Action.RUN_IMPORTS)
    may_undo = may_open and imports.can_be_undone(row, at=asked.at)
    is_undone = row.state == Import.State.UNDONE
    return Item(
        place=place,
        who=str(row.created_by),
        what=_("Import"),
        name=f"{row.ref} {row.filename}",
        deed=_counted(Writing(**_outcome(row))),
        url=row.get_absolute_url() if may_open else "",
        undo_url=_address(reader, "goals:undo-import", row.number) if may_undo else "",
        undone=_undone(row.undone_by, row.finished_at) if is_undone else "",
        kept=[
            _kept({**each, "written": each["imported"]})
            for each in row.summary.get("undone", {}).get("listed", [])
        ],
    )


def _outcome(row: Import) -> dict[str, int]:
    outcome = row.summary.get("outcome", {})
    return {name: outcome.get(name, 0) for name in ("created", "updated")}


def of_definitions(asked: Asked) -> Rows:
    """Give what the trail tells of definitions; two queries for each kind, and two."""
    told = set(asked.models) - {Writing, Import}
    if not told:
        return
    entries, _more = audit.latest(
        asked.reader.workspace,
        before=asked.before,
        size=PAGE + 1,
        only=told,
        by=asked.person.user if asked.person else None,
    )
    keys: set[int | str] = {entry.place.key for entry in entries if entry.place.kind == KPI}
    acts: set[int | str] = {
        str(entry.act) for entry in entries if entry.place.kind == _TARGET and entry.act
    }
    undone = undone_among(changes_of(asked.reader.workspace), keys) if keys else {}
    if acts:
        undone |= undone_among(target_changes_of(asked.reader.workspace), acts)
    for entry in entries:
        yield entry.place, partial(_told, entry, undone, asked)


def _told(entry: audit.Entry, undone: Mapping[int | str, Any], asked: Asked) -> Item:
    route, key = _way_back(entry)
    undoing = undone.get(key)
    recent = undoing is None and asked.at - UNDOABLE_FOR < entry.at
    may_undo = bool(route) and recent and asked.reader.may(Action.EDIT_KPIS)
    return Item(
        place=entry.place,
        who=entry.who,
        what=entry.what,
        name=entry.name,
        deed=str(entry.deed.label),
        lines=[_change(change) for change in entry.changes],
        undo_url=_address(asked.reader, route, key) if may_undo else "",
        undone=_undone(None, undoing.pgh_created_at) if undoing else "",
    )


def _way_back(entry: audit.Entry) -> tuple[str, int | str]:
    """Give the route that undoes an entry, or none, and what names the act."""
    if entry.place.kind == _TARGET and entry.act:
        # With the calendar targets move, and move back with it only.
        moved = entry.deed is Deed.CHANGED and _STARTS in {each.field for each in entry.changes}
        return "" if moved else "goals:undo-targets", str(entry.act)
    is_kpi = entry.place.kind == KPI
    route = "goals:undo-kpi-change" if is_kpi and entry.deed in _UNDOABLE else ""
    return route, entry.place.key if is_kpi else 0


def _change(change: audit.Change) -> str:
    if change.before and change.after:
        words = {"field": change.field, "before": change.before, "after": change.after}
        return _("%(field)s: %(before)s → %(after)s") % words
    return f"{change.field}: {change.before}{change.after}"


def _undone(by: Membership | None, at: datetime | None) -> str:
    if at is None:
        return ""
    when = formats.date_format(timezone.localtime(at), "j M, H:i")
    if by is None:
        return _("Undone %(when)s") % {"when": when}
    return _("Undone by %(who)s, %(when)s") % {"who": by, "when": when}


def _address(reader: Membership, route: str, key: int | str) -> str:
    return reverse(route, args=[reader.workspace.slug, key])
