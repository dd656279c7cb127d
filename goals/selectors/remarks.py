"""What people said beside numbers, of many KPIs at once: why lines and notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Value

from goals.models import Kpi, Note, WhyLine


@dataclass(frozen=True, slots=True)
class Remarks:
    """By KPI: the why lines that count, of totals, by period; and its notes by day."""

    whys: Mapping[tuple[int, date], WhyLine] = field(default_factory=dict)
    notes: Mapping[int, Sequence[tuple[date, str]]] = field(default_factory=dict)


def get_remarks(kpis: Sequence[Kpi], *, since: date) -> Remarks:
    """
    Read what was said about periods and days from ``since`` on, in one query.

    Notes about the whole workspace are not among it: they would stand in every cell.
    """
    said = WhyLine.objects.filter(kpi__in=kpis, segment=None, start__gte=since)
    noted = Note.objects.filter(kpi__in=kpis, on_date__gte=since)
    rows = (
        said.annotate(is_why=Value(value=True))
        .values_list("is_why", "pk", "kpi_id", "start", "why", "next_step")
        .union(
            noted.annotate(is_why=Value(value=False), next_step=Value("")).values_list(
                "is_why", "pk", "kpi_id", "on_date", "text", "next_step"
            ),
            all=True,
        )
        .order_by("pk")
    )
    whys: dict[tuple[int, date], WhyLine] = {}
    notes: dict[int, list[tuple[date, str]]] = {}
    for is_why, _pk, kpi, day, text, step in rows:
        if is_why:
            whys[kpi, day] = WhyLine(kpi_id=kpi, start=day, why=text, next_step=step)
        else:
            notes.setdefault(kpi, []).append((day, text))
    return Remarks(whys, notes)
