"""What a checked file would bring to a workspace that has no numbers yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import DenseRank
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.intake import Column
from core.numbers import NumberFormat, figure
from core.periods import Grain
from goals.models import Import, Kpi, StagedPlace, StagedValue, Target
from goals.rules.first_targets import LEAST_WEEKS, MOST_WEEKS, PERCENT, average, guess
from goals.rules.mapping import Matching
from goals.rules.status import Comparator, Goalpost
from goals.rules.units import UnitFormat
from goals.selectors.phrases import days

# What is said of a target, by its comparator.
_REASONS = {
    Comparator.AT_LEAST: gettext_lazy(
        "Guessed from %(weeks)d weeks: their average, %(average)s, plus %(percent)d %%."
    ),
    Comparator.AT_MOST: gettext_lazy(
        "Guessed from %(weeks)d weeks: their average, %(average)s, less %(percent)d %%."
    ),
    Comparator.IN_RANGE: gettext_lazy(
        "Guessed from %(weeks)d weeks: their average, %(average)s, give or take %(percent)d %%."
    ),
}


@dataclass(frozen=True, slots=True)
class FirstNumbers:
    """A KPI with the last values that a file has for it, and a target guessed from them."""

    kpi: Kpi
    weeks: int
    recent: Sequence[Decimal]  # of weeks that are over, the latest first
    goalpost: Goalpost | None
    format: UnitFormat

    @property
    def latest(self) -> str:
        return self.format.full(self.recent[0]) if self.recent else ""

    @property
    def target(self) -> str:
        return self.format.target(self.goalpost) if self.goalpost else ""

    @property
    def reason(self) -> str:
        """Say where the target comes from, for whoever asks later."""
        if self.goalpost is None:
            return ""
        usual = self.format.full(average(self.recent))
        words = {"weeks": len(self.recent), "average": usual, "percent": PERCENT}
        return str(_REASONS[self.goalpost.comparator]) % words


def get_first_numbers(row: Import, *, today: date, language: str) -> list[FirstNumbers]:
    """
    List the weekly KPIs of a checked file, those that it brings along last; three queries.

    Targets are guessed from the last weeks that are over, if these are enough, for KPIs that
    have none.
    """
    new = {
        definition["code"]: Kpi(workspace=row.workspace, **definition)
        for definition in row.summary["newcomers"]["kpis"]
        if definition["cadence"] == Kpi.Cadence.WEEKLY
    }
    weekly = StagedPlace.objects.filter(
        Q(kpi__cadence=Kpi.Cadence.WEEKLY) | Q(kpi=None, new_kpi__in=new), source=row, segment=""
    )
    planned = Exists(Target.objects.filter(kpi=OuterRef("kpi")))
    places = weekly.select_related("kpi").annotate(is_planned=planned)
    staged = StagedValue.objects.filter(source=row)
    weeks = dict(staged.values_list("place").annotate(Count("on_date", distinct=True)))
    recent = _recent(staged, until=row.workspace.calendar.start(Grain.WEEK, today))
    numbers = NumberFormat.of(language)
    found = []
    for place in places.order_by("kpi__number", "number"):
        kpi, values = place.kpi or new[place.new_kpi], [*recent.get(place.number, {}).values()]
        format = UnitFormat(kpi.unit, kpi.unit_label, row.workspace.currency, numbers)
        tells = len(values) >= LEAST_WEEKS and not place.is_planned
        goalpost = guess(values, kpi.direction) if tells else None
        found.append(FirstNumbers(kpi, weeks.get(place.number, 0), values, goalpost, format))
    return found


def _recent(staged: QuerySet[StagedValue], *, until: date) -> dict[int, dict[date, Decimal]]:
    """Give the last values of each place before a day, the latest first."""
    back = Window(DenseRank(), partition_by=F("place"), order_by=F("on_date").desc())
    latest = staged.filter(on_date__lt=until).annotate(back=back).filter(back__lte=MOST_WEEKS)
    found: dict[int, dict[date, Decimal]] = {}
    for place, day, value in latest.order_by("-on_date").values_list("place", "on_date", "value"):
        found.setdefault(place, {})[day] = value
    return found


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
