"""What a checked file would bring to a workspace that has no numbers yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.intake import Column
from core.numbers import NumberFormat, figure
from core.periods import Grain
from goals.models import Import, Kpi, StagedPlace, StagedValue, Target
from goals.rules.first_targets import MOST_WEEKS, average, guess
from goals.rules.mapping import Matching
from goals.rules.status import Comparator, Goalpost
from goals.rules.units import UnitFormat
from goals.selectors.phrases import days


@dataclass(frozen=True, slots=True)
class FirstNumbers:
    """A KPI with its values in the file, the latest first, and a target guessed from them."""

    kpi: Kpi
    values: Sequence[tuple[date, Decimal]]
    recent: Sequence[Decimal]
    goalpost: Goalpost | None
    format: UnitFormat

    @property
    def latest(self) -> str:
        return self.format.full(self.values[0][1])

    @property
    def target(self) -> str:
        return self.format.target(self.goalpost) if self.goalpost else ""

    @property
    def reason(self) -> str:
        """Say where the target comes from, for whoever asks later."""
        sentence = {
            Comparator.AT_LEAST: _(
                "Guessed from %(weeks)d weeks: their average, %(average)s, plus 5 %%."
            ),
            Comparator.AT_MOST: _(
                "Guessed from %(weeks)d weeks: their average, %(average)s, less 5 %%."
            ),
            Comparator.IN_RANGE: _(
                "Guessed from %(weeks)d weeks: their average, %(average)s, give or take 5 %%."
            ),
        }[self.goalpost.comparator if self.goalpost else Comparator.AT_LEAST]
        usual = self.format.full(average(self.recent))
        return sentence % {"weeks": len(self.recent), "average": usual}


def get_first_numbers(row: Import, *, today: date, language: str) -> list[FirstNumbers]:
    """
    List the weekly KPIs of a checked file that exist already; two queries.

    Targets are guessed from the last weeks that are over, and for KPIs that have none.
    """
    weekly = StagedPlace.objects.filter(source=row, segment="", kpi__cadence=Kpi.Cadence.WEEKLY)
    planned = Exists(Target.objects.filter(kpi=OuterRef("kpi")))
    places = weekly.select_related("kpi").annotate(is_planned=planned).order_by("kpi__number")
    staged = StagedValue.objects.filter(source=row).order_by("-on_date")
    values: dict[int, dict[date, Decimal]] = {}
    for number, day, value in staged.values_list("place", "on_date", "value"):
        values.setdefault(number, {})[day] = value
    until = row.workspace.calendar.start(Grain.WEEK, today)
    found = []
    for place in places:
        kpi, of_kpi = cast("Kpi", place.kpi), values.get(place.number, {})
        recent = [value for day, value in of_kpi.items() if day < until][:MOST_WEEKS]
        may_guess = recent and not place.is_planned
        found.append(
            FirstNumbers(
                kpi=kpi,
                values=list(of_kpi.items()),
                recent=recent,
                goalpost=guess(recent, kpi.direction) if may_guess else None,
                format=UnitFormat(
                    kpi.unit, kpi.unit_label, row.workspace.currency, NumberFormat.of(language)
                ),
            )
        )
    return [each for each in found if each.values]


def headline(row: Import) -> str:
    """Say how much a checked file holds: "96 values for 8 KPIs, 12 weeks."."""
    places = list(StagedPlace.objects.filter(source=row).values_list("kpi__cadence", flat=True))
    new = [kpi["cadence"] for kpi in row.summary["newcomers"]["kpis"]]
    values, kpis = row.summary["values"], len(places)
    return _("%(values)s for %(kpis)s, %(span)s.") % {
        "values": _counted(ngettext("%(count)s value", "%(count)s values", values), values),
        "kpis": _counted(ngettext("%(count)s KPI", "%(count)s KPIs", kpis), kpis),
        "span": _weeks(row) if {*places, *new} <= {Kpi.Cadence.WEEKLY, None} else _days(row),
    }


def left_out(row: Import) -> list[str]:
    """Name the columns of a matched file that go nowhere."""
    columns = [Column.from_json(column) for column in row.columns]
    matching = Matching.from_json(row.mapping, columns)
    used = {matching.date, matching.value, *matching.segment, *matching.kpi}
    used |= {*matching.values, *matching.new_columns}
    return [column.name for column in columns if column.index not in used]


def _weeks(row: Import) -> str:
    weeks = StagedValue.objects.filter(source=row).values("on_date").distinct().count()
    return _counted(ngettext("%(count)s week", "%(count)s weeks", weeks), weeks)


def _days(row: Import) -> str:
    first, last = (row.summary[end] for end in ("first", "last"))
    return days(date.fromisoformat(first), date.fromisoformat(last)) if first else ""


def _counted(words: str, count: int) -> str:
    return words % {"count": figure(count)}
