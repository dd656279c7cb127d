"""KPIs that a file brings along: proposed while it is read, made before it is written."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from core.intake import Column
from goals.models import Breakdown, Import, Kpi, StagedPlace
from goals.rules.mapping import JOINT, Creation, MappingError, Matching
from goals.rules.new_kpis import NewKpi, propose, stated_currency
from goals.services.breakdowns import create_breakdown
from goals.services.kpis import create_kpi
from teams.models import Workspace

MOST_NEW_KPIS = 100
LONGEST_BREAKDOWN = 60


class Newcomers:
    """The KPIs that a file would create, not saved, all cut by the same breakdown if by any."""

    def __init__(self, workspace: Workspace, columns: Sequence[Column], matching: Matching) -> None:
        self._workspace = workspace
        self._create = matching.create
        self._stated_currency = stated_currency(column.choices for column in columns)
        self._cut_by = JOINT.join(columns[index].name for index in matching.segment)
        self._by_name: dict[str, Kpi] = {}

    def named(self, name: str) -> Kpi | None:
        """Give the KPI for a name that no KPI has, if the file may create it."""
        if self._create is None or not self._create.names or not name.strip():
            return None
        return self._by_name.get(name) or self._add(name, (), self._create)

    def of_column(self, column: Column) -> Kpi:
        """
        Give the KPI that a column becomes.

        Raises:
            MappingError: the file would create KPIs without end.
        """
        if self._create is None:
            raise ValueError(column.name)
        called = self._create.called.get(column.index, "")
        return self._add(column.name, column.samples, self._create, called)

    def _add(self, name: str, samples: Sequence[str], create: Creation, called: str = "") -> Kpi:
        if len(self._by_name) == MOST_NEW_KPIS:
            message = _(
                "The file would create more than %(most)d KPIs. Is the right column chosen?"
            )
            raise MappingError(message % {"most": MOST_NEW_KPIS})
        new = propose(
            name,
            samples,
            cadence=create.cadence,
            currency=self._workspace.currency,
            taken=self._taken | {kpi.code for kpi in self._by_name.values()},
            called=called,
            stated=self._stated_currency,
        )
        kpi = Kpi(workspace=self._workspace, breakdown=self.breakdown, **new.definition())
        self._by_name[name] = kpi
        return kpi

    @cached_property
    def breakdown(self) -> Breakdown | None:
        """The breakdown called like the columns that name the segments, or a new one."""
        if not self._cut_by:
            return None
        name = self._cut_by[:LONGEST_BREAKDOWN]
        here = Breakdown.objects.for_workspace(self._workspace)
        known: Breakdown | None = here.filter(name__iexact=name).first()
        return known or Breakdown(workspace=self._workspace, name=name)

    @cached_property
    def _taken(self) -> set[str]:
        return set(Kpi.objects.for_workspace(self._workspace).values_list("code", flat=True))

    def as_json(self, used: set[str]) -> dict[str, Any]:
        """Describe those whose codes are ``used``, for ``make``; ``codes`` finds them by name."""
        kpis = {name: kpi for name, kpi in self._by_name.items() if kpi.code in used}
        is_cut = any(kpi.breakdown is not None for kpi in kpis.values())
        return {
            "kpis": [
                {part: getattr(kpi, part) for part in NewKpi.__slots__} for kpi in kpis.values()
            ],
            "codes": {name: kpi.code for name, kpi in kpis.items()},
            "breakdown": self.breakdown.name if is_cut and self.breakdown else "",
        }


def make(row: Import) -> None:
    """
    Create the KPIs that a checked file brings along, and note them at its places.

    Raises:
        KpiRuleError: a code was taken since the file was checked, or the importer has left.
    """
    new = row.summary["newcomers"]
    breakdown = _breakdown(row, new["breakdown"])
    for definition in new["kpis"]:
        kpi = create_kpi(
            workspace=row.workspace, owner=row.created_by, breakdown=breakdown, **definition
        )
        StagedPlace.objects.filter(source=row, new_kpi=kpi.code).update(kpi=kpi)


def _breakdown(row: Import, name: str) -> Breakdown | None:
    if not name:
        return None
    here = Breakdown.objects.for_workspace(row.workspace)
    known: Breakdown | None = here.filter(name__iexact=name).first()
    return known or create_breakdown(workspace=row.workspace, name=name)
