"""Where the values of a file go: its KPIs and segments, each looked up once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.intake import Column
from core.periods import Grain
from goals.models import Breakdown, Kpi, Segment
from goals.rules.mapping import JOINT, MappingError, Matching
from goals.rules.matching_guess import Known, find_known
from goals.services.breakdowns import MOST_SEGMENTS_AT_ONCE
from goals.services.imports.newcomers import Newcomers
from teams.models import Workspace

LONGEST_SEGMENT = 120


@dataclass(frozen=True, slots=True)
class Target:
    """A column with values, and the one KPI that they all go to if it is a column per KPI."""

    index: int
    kpi: Kpi | None
    read: Callable[[str], Decimal | None]


@dataclass(frozen=True, slots=True)
class Place:
    """
    A KPI and segment with values in the file; ``number`` counts places from 0.

    The KPI, and its breakdown, are not saved yet where the file brings them along.
    """

    number: int
    kpi: Kpi
    segment: str
    column: int
    grain: Grain

    @property
    def said(self) -> str:
        return " · ".join(filter(None, (self.kpi.name, self.segment)))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why values cannot go where their row says: the column to blame, a code, a sentence."""

    column: int
    code: str
    detail: str


def known_kpis(workspace: Workspace) -> list[Known]:
    """List the KPIs that a column may go to."""
    return [_as_known(kpi) for kpi in _measured(workspace)]


class Places:
    """
    The places that the rows of a file name, numbered as they come.

    Raises:
        MappingError: the matching names a KPI that is not there, or not enough is said.
        IntakeError: a column can be read two ways and nobody chose.
    """

    def __init__(self, workspace: Workspace, columns: Sequence[Column], matching: Matching) -> None:
        self._matching = matching
        self._segment_headers = [columns[index].name for index in matching.segment]
        kpis = _measured(workspace)
        self._kpis = {kpi.code: kpi for kpi in kpis}
        self._known = [_as_known(kpi) for kpi in kpis]
        segments = Segment.objects.filter(breakdown__workspace=workspace)
        self._segments = set(segments.values_list("breakdown", "code"))
        self.read_day = None if matching.date is None else columns[matching.date].date_reader()
        self._newcomers = Newcomers(workspace, columns, matching)
        self.targets = self._find_targets(columns)
        for code in filter(None, matching.names.values()):
            self._kpi(code)
        self._answers: dict[tuple[int, tuple[str, ...]], Place | Refusal | None] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._new: dict[tuple[int | None, str], Breakdown] = {}

    def at(self, column: int, names: tuple[str, ...]) -> Place | Refusal | None:
        """
        Say where the value of a column goes in a row whose naming cells hold ``names``.

        None means that it is left out on purpose.

        Raises:
            MappingError: the file would create segments without end.
        """
        key = column, names
        if key not in self._answers:
            self._answers[key] = self._find(column, names)
        return self._answers[key]

    @property
    def found(self) -> list[Place]:
        return list(self._places.values())

    def newcomers(self) -> dict[str, Any]:
        """Describe the KPIs that are not there yet and have values in the file."""
        return self._newcomers.as_json({place.kpi.code for place in self.found})

    @property
    def new_segments(self) -> list[str]:
        return sorted(code for _breakdown, code in self._new)

    def _find_targets(self, columns: Sequence[Column]) -> list[Target]:
        matching = self._matching
        if matching.value is not None:
            return [Target(matching.value, None, columns[matching.value].number_reader())]
        targets = []
        for index, code in sorted(matching.values.items()):
            kpi = self._kpi(code)
            if kpi.breakdown_id is not None and not matching.segment:
                raise MappingError(_no_segment_column(kpi))
            targets.append(Target(index, kpi, columns[index].number_reader()))
        for column in (columns[index] for index in matching.new_columns):
            kpi = self._newcomers.of_column(column)
            targets.append(Target(column.index, kpi, column.number_reader()))
        return targets

    def _kpi(self, code: str) -> Kpi:
        kpi = self._kpis.get(code)
        if kpi is None:
            message = _("There is no KPI with the code “%(code)s” whose numbers are entered.")
            raise MappingError(message % {"code": code[:80]})
        return kpi

    def _find(self, column: int, names: tuple[str, ...]) -> Place | Refusal | None:
        count = len(self._matching.kpi)
        kpi = self._named(names[:count]) if count else self._of_column(column)
        if not isinstance(kpi, Kpi):
            return kpi
        segment = self._segment(kpi, column, names[count:])
        if isinstance(segment, Refusal):
            return segment
        place = self._places.get((kpi.code, segment))
        if place is None:
            place = Place(len(self._places), kpi, segment, column, kpi.grain)
            self._places[kpi.code, segment] = place
        return place

    def _of_column(self, column: int) -> Kpi | None:
        return next(target.kpi for target in self.targets if target.index == column)

    def _named(self, names: tuple[str, ...]) -> Kpi | Refusal | None:
        name = self._joined(names)
        code = self._matching.names.get(name)
        if code == "":
            return None
        if code is None and (known := find_known(name, self._known)):
            code = known.code
        if code is None and (new := self._newcomers.named(name)):
            return new
        if code is None:
            message = _("There is no KPI called “%(name)s”.") % {"name": name[:80]}
            return Refusal(self._matching.kpi[0], "unknown_kpi", message)
        return self._kpi(code)

    def _segment(self, kpi: Kpi, column: int, names: tuple[str, ...]) -> str | Refusal:
        if kpi.breakdown is None:
            return ""
        if not names:
            return Refusal(column, "no_segment", _no_segment_column(kpi))
        for index, name in zip(self._matching.segment, names, strict=True):
            if not name.strip():
                return Refusal(index, "no_segment", _("The segment is missing."))
        code = self._joined(self._in_order(kpi.breakdown, names))
        if len(code) > LONGEST_SEGMENT:
            message = _("The segment “%(code)s” is longer than %(most)d characters.")
            detail = message % {"code": code[:40] + "…", "most": LONGEST_SEGMENT}
            return Refusal(self._matching.segment[0], "long_segment", detail)
        return self._known_or_new(kpi.breakdown, code)

    def _in_order(self, breakdown: Breakdown, names: tuple[str, ...]) -> tuple[str, ...]:
        """Put names as the breakdown does that is called like their columns, in whatever order."""
        headers = breakdown.name.split(JOINT)
        if sorted(headers) != sorted(self._segment_headers):
            return names
        return tuple(names[self._segment_headers.index(header)] for header in headers)

    def _known_or_new(self, breakdown: Breakdown, code: str) -> str | Refusal:
        if (breakdown.pk, code) in self._segments:
            return code
        if not self._matching.new_segments and breakdown is not self._newcomers.breakdown:
            message = _("There is no segment “%(code)s” in “%(breakdown)s”.")
            detail = message % {"code": code, "breakdown": breakdown.name}
            return Refusal(self._matching.segment[0], "unknown_segment", detail)
        self._new[breakdown.pk, code] = breakdown
        if len(self._new) > MOST_SEGMENTS_AT_ONCE:
            message = _(
                "The file would create more than %(most)d segments. Is the right column chosen?"
            )
            raise MappingError(message % {"most": MOST_SEGMENTS_AT_ONCE})
        return code

    def _joined(self, names: tuple[str, ...]) -> str:
        return self._matching.joint.join(name.strip() for name in names)


def _measured(workspace: Workspace) -> list[Kpi]:
    kpis = Kpi.objects.for_workspace(workspace).active().measured().in_order()
    return list(kpis.select_related("breakdown"))


def _as_known(kpi: Kpi) -> Known:
    return Known(kpi.code, kpi.name, kpi.breakdown.name if kpi.breakdown else "")


def _no_segment_column(kpi: Kpi) -> str:
    message = _("“%(kpi)s” has a breakdown: say which column names the segment.")
    return message % {"kpi": kpi.name}
