"""Which formulas there are, and which measured KPIs each reads in the end."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.periods import Grain
from goals.models import Kpi
from goals.rules import formulas
from goals.rules.rollups import CADENCE_GRAINS
from teams.models import Workspace


@dataclass(frozen=True, slots=True)
class Input:
    """A measured KPI that a formula reads, directly or through another formula."""

    pk: int
    code: str
    grain: Grain
    aggregation: str
    gaps_are_zero: bool
    breakdown: int | None
    segment_total: str

    @property
    def adds_up(self) -> bool:
        """Tell whether totals over segments merge over time like any sum."""
        return self.aggregation == "sum" and self.segment_total == "sum"

    def is_measured_at(self, segment: int | None) -> bool:
        """Tell whether measurements are written at this place; a total over segments has none."""
        return (segment is None) == (self.breakdown is None)


@dataclass(frozen=True, slots=True)
class Plan:
    """A formula KPI with everything that its text refers to."""

    pk: int
    code: str
    inputs: tuple[Input, ...]
    # The codes of all KPIs, measured or formulas, that the text refers to in the end.
    below: frozenset[str]
    grain: Grain
    by_segment: bool


class Book:
    """The formulas of one workspace, looked through to the measured KPIs below them."""

    def __init__(self, workspace: Workspace) -> None:
        kpis = Kpi.objects.for_workspace(workspace)
        self._formulas: dict[str, Kpi] = {kpi.code: kpi for kpi in kpis.formulas()}
        self._inputs: dict[str, Input] = {}
        if self._formulas:
            self._inputs = {kpi.code: _input(kpi) for kpi in kpis.measured()}

    def plans(self, *, reading: Collection[int] | None = None) -> list[Plan]:
        """List the formulas, or those that read one of the given measured KPIs."""
        plans = [self._plan(kpi) for kpi in self._formulas.values()]
        return [
            plan
            for plan in plans
            if plan.inputs
            and (reading is None or any(needed.pk in reading for needed in plan.inputs))
        ]

    def _plan(self, kpi: Kpi) -> Plan:
        below = self._below(kpi.code)
        inputs = tuple(self._inputs[code] for code in sorted(below & self._inputs.keys()))
        breakdowns = {needed.breakdown for needed in inputs}
        return Plan(
            pk=kpi.pk,
            code=kpi.code,
            inputs=inputs,
            below=below,
            grain=max((needed.grain for needed in inputs), key=lambda g: g.rank, default=kpi.grain),
            by_segment=len(breakdowns) == 1 and None not in breakdowns,
        )

    def _below(self, code: str) -> frozenset[str]:
        if code not in self._formulas:
            return frozenset()
        names = formulas.read(self._formulas[code].formula).names
        return names.union(*(self._below(name) for name in names))

    def evaluate(self, code: str, values: Mapping[str, Decimal]) -> Decimal | None:
        """Work a formula out over measured values; formulas inside it stay unrounded."""
        if code in self._inputs:
            return values.get(code)
        formula = formulas.read(self._formulas[code].formula)
        found: dict[str, Decimal] = {}
        for name in formula.names:
            value = self.evaluate(name, values)
            if value is None:
                return None
            found[name] = value
        return formula.evaluate(found)


def _input(kpi: Kpi) -> Input:
    return Input(
        pk=kpi.pk,
        code=kpi.code,
        grain=CADENCE_GRAINS[kpi.cadence],
        aggregation=kpi.aggregation,
        gaps_are_zero=kpi.gaps == Kpi.Gaps.ZERO,
        breakdown=kpi.breakdown_id,
        segment_total=kpi.segment_total,
    )
