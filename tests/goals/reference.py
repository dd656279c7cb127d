"""Rollups computed slowly, from the measurements alone, sharing nothing with the product."""

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from goals.models import Kpi, KpiRollup, Measurement, NumbersState, Segment

GRAINS = ["day", "week", "month", "quarter", "year"]
CADENCES = ["daily", "weekly", "monthly", "quarterly", "yearly"]


def stored_rollups(workspace):
    """Give {(KPI, segment or None, grain, start): (value, count, known gaps, expected)}."""
    state = NumbersState.objects.filter(workspace=workspace).first()
    rows = KpiRollup.objects.filter(series__kpi__workspace=workspace)
    if state is not None:
        rows = rows.filter(generation=state.generation)
    return {
        (row.series.kpi.code, row.series.segment and row.series.segment.code, GRAINS[row.grain],
         row.start): (row.value, row.count, row.known_gaps, row.expected)
        for row in rows.select_related("series__kpi", "series__segment")
    }  # fmt: skip


def recomputed_rollups(workspace):
    """Compute what ``stored_rollups`` must give: every period that is not a measurement itself."""
    reference = _Reference(workspace)
    return {key: row for key, row in reference.rows().items() if not reference.is_measured(*key)}


def start_of(workspace, grain, day):
    if grain == "day":
        return day
    if grain == "week":
        while day.weekday() != workspace.week_start:
            day -= dt.timedelta(days=1)
        return day
    length = {"month": 1, "quarter": 3, "year": 12}[grain]
    day = day.replace(day=1)
    while (day.month - workspace.fiscal_start) % length:
        day = (day - dt.timedelta(days=1)).replace(day=1)
    return day


def _rounded(value):
    if value is None:
        return None
    scaled = value * 10**8
    whole = scaled.numerator // scaled.denominator
    rest = scaled - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    return Decimal(whole).scaleb(-8).quantize(Decimal("1E-8"), rounding=ROUND_HALF_EVEN)


class _Reference:
    def __init__(self, workspace):
        self.workspace = workspace
        self.kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=workspace)}
        self.segments = list(Segment.objects.filter(breakdown__workspace=workspace))
        self.points = {}
        self.gaps = {}
        for row in Measurement.objects.filter(series__kpi__workspace=workspace).select_related(
            "series__kpi", "series__segment"
        ):
            key = (row.series.kpi.code, row.series.segment and row.series.segment.code)
            if row.value is None:
                self.gaps.setdefault(key, set()).add(row.on_date)
            else:
                self.points.setdefault(key, {})[row.on_date] = Fraction(row.value)
        self.first = {key: min(points) for key, points in self.points.items()}

    def rows(self):
        found = {}
        for kpi in self.kpis.values():
            found |= self._formula_rows(kpi) if kpi.formula else self._measured_rows(kpi)
        return found

    def is_measured(self, code, segment, grain, _start):
        kpi = self.kpis[code]
        own_grain = grain == GRAINS[CADENCES.index(kpi.cadence)]
        return own_grain and not kpi.formula and (segment is None) == (kpi.breakdown_id is None)

    # -- measured KPIs --------------------------------------------------------------------------

    def _places(self, kpi):
        keys = self.points.keys() | self.gaps.keys()
        return sorted({segment for code, segment in keys if code == kpi.code}, key=str)

    def _grains(self, cadence):
        return GRAINS[CADENCES.index(cadence) :]

    def _measured_rows(self, kpi):
        found = {}
        for segment in self._places(kpi):
            key = (kpi.code, segment)
            days = set(self.points.get(key, ())) | self.gaps.get(key, set())
            for grain in self._grains(kpi.cadence):
                for start in {start_of(self.workspace, grain, day) for day in days}:
                    inside = self._cadence_days(kpi.cadence, grain, start)
                    known = [day for day in sorted(inside) if day in self.points.get(key, ())]
                    gaps = [day for day in inside if day in self.gaps.get(key, ())]
                    value = self._aggregate(kpi, [self.points[key][day] for day in known])
                    found[*key, grain, start] = (
                        _rounded(value), len(known), len(gaps), len(inside)
                    )  # fmt: skip
        if kpi.breakdown_id and kpi.segment_total != "none":
            found |= self._total_rows(kpi, found)
        return found

    def _cadence_days(self, cadence, grain, start):
        cadence_grain = GRAINS[CADENCES.index(cadence)]
        days, day = [], start
        while start_of(self.workspace, grain, day) == start:
            if start_of(self.workspace, cadence_grain, day) == day:
                days.append(day)
            day += dt.timedelta(days=1)
        return days

    def _aggregate(self, kpi, values):
        if not values:
            return None
        return {
            "sum": sum,
            "last": lambda known: known[-1],
            "average": lambda known: sum(known) / len(known),
            "min": min,
            "max": max,
        }[kpi.aggregation](values)

    def _total_rows(self, kpi, rows):
        counted = [
            segment
            for segment in self.segments
            if segment.breakdown_id == kpi.breakdown_id and segment.counts_in_total
        ]
        found = {}
        for grain in self._grains(kpi.cadence):
            starts = {start for code, _seg, g, start in rows if code == kpi.code and g == grain}
            for start in starts:
                parts = [
                    rows[kpi.code, seg.code, grain, start]
                    for seg in counted
                    if (kpi.code, seg.code, grain, start) in rows
                ]
                if not parts:
                    continue
                values = [Fraction(part[0]) for part in parts if part[0] is not None]
                inside = self._cadence_days(kpi.cadence, grain, start)
                found[kpi.code, None, grain, start] = (
                    _rounded(self._combine(kpi.segment_total, values)),
                    sum(part[1] for part in parts),
                    sum(part[2] for part in parts),
                    self._expected_total(kpi, counted, inside),
                )
        return found

    def _combine(self, how, values):
        if not values:
            return None
        return {
            "sum": sum,
            "average": lambda known: sum(known) / len(known),
            "min": min,
            "max": max,
        }[how](values)

    def _expected_total(self, kpi, counted, inside):
        firsts = {
            segment.code: self.first[kpi.code, segment.code]
            for segment in counted
            if (kpi.code, segment.code) in self.first
        }
        if not firsts:
            return len(inside)
        if kpi.gaps == "zero":
            return len(inside)
        before = sum(1 for day in inside if day < min(firsts.values()))
        archived = {segment.code: segment.archived_on for segment in counted}
        return before + sum(
            1
            for code, first in firsts.items()
            for day in inside
            if day >= first and (archived[code] is None or day < archived[code])
        )

    # -- formulas ---------------------------------------------------------------------------------

    def _inputs(self, code):
        kpi = self.kpis[code]
        if not kpi.formula:
            return {code}
        names = {word for word in _words(kpi.formula) if word in self.kpis}
        return set().union(*(self._inputs(name) for name in names))

    def _formula_rows(self, kpi):
        inputs = [self.kpis[code] for code in sorted(self._inputs(kpi.code))]
        rank = max(CADENCES.index(needed.cadence) for needed in inputs)
        breakdowns = {needed.breakdown_id for needed in inputs}
        places = {None}
        if len(breakdowns) == 1 and None not in breakdowns:
            places |= {place for needed in inputs for place in self._places(needed)}
        found = {}
        for place in places:
            for grain in GRAINS[rank:]:
                for start in self._formula_starts(inputs, rank, grain):
                    row = self._formula_row(kpi, inputs, rank, place, grain, start)
                    if row is not None:
                        found[kpi.code, place, grain, start] = row
        return found

    def _formula_starts(self, inputs, rank, grain):
        days = set()
        for needed in inputs:
            for segment in self._places(needed):
                key = (needed.code, segment)
                days |= set(self.points.get(key, ())) | self.gaps.get(key, set())
        base = {start_of(self.workspace, GRAINS[rank], day) for day in days}
        return {start_of(self.workspace, grain, day) for day in base}

    def _formula_row(self, kpi, inputs, rank, place, grain, start):
        buckets = self._cadence_days(CADENCES[rank], grain, start)
        cells = {
            (needed.code, bucket): self._cell(needed, place, rank, bucket)
            for needed in inputs
            for bucket in buckets
        }
        if not any(cell["exists"] for cell in cells.values()):
            return None
        kept = [b for b in buckets if all(cells[n.code, b]["has_data"] for n in inputs)]
        values = {n.code: self._over(n, place, rank, kept) for n in inputs} if kept else {}
        value = self._evaluate(kpi.code, values) if values else None
        count = sum(1 for b in kept if all(cells[n.code, b]["answered"] for n in inputs))
        strict = [n for n in inputs if n.gaps != "zero"]
        excused = sum(
            1 for b in buckets if strict and all(cells[n.code, b]["excused"] for n in strict)
        )
        return _rounded(value), count, excused, len(buckets)

    def _cell(self, kpi, place, rank, bucket):
        grain = GRAINS[rank]
        rows = self._cache().setdefault(kpi.code, None) or self._measured_rows(kpi)
        self._cache()[kpi.code] = rows
        segment = place if kpi.breakdown_id else None
        row = rows.get((kpi.code, segment, grain, bucket))
        first = self._first_of(kpi, segment)
        filled = kpi.gaps == "zero" and first is not None and first <= bucket
        if row is None:
            return {"exists": False, "has_data": filled, "answered": filled, "excused": False}
        value, count, gaps, expected = row
        return {
            "exists": True,
            "has_data": value is not None or filled,
            "answered": count + gaps >= expected or filled,
            "excused": value is None and gaps > 0,
        }

    def _cache(self):
        if not hasattr(self, "_rows_by_kpi"):
            self._rows_by_kpi = {}
        return self._rows_by_kpi

    def _first_of(self, kpi, segment):
        if segment is not None or not kpi.breakdown_id:
            return self.first.get((kpi.code, segment))
        counted = {s.code for s in self.segments if s.counts_in_total}
        firsts = [
            day for (code, seg), day in self.first.items() if code == kpi.code and seg in counted
        ]
        return min(firsts, default=None)

    def _over(self, kpi, place, rank, kept):
        segment = place if kpi.breakdown_id else None
        if segment is not None or not kpi.breakdown_id:
            return self._line_over(kpi, segment, rank, kept)
        counted = [
            s.code
            for s in self.segments
            if s.counts_in_total and s.breakdown_id == kpi.breakdown_id
        ]
        values = [self._line_over(kpi, code, rank, kept) for code in counted]
        known = [value for value in values if value is not None]
        if not known and kpi.gaps == "zero":
            return Fraction(0)
        return self._combine(kpi.segment_total, known)

    def _line_over(self, kpi, segment, rank, kept):
        key = (kpi.code, segment)
        values = [
            self.points[key][day]
            for day in sorted(self.points.get(key, ()))
            if start_of(self.workspace, GRAINS[rank], day) in kept
        ]
        first = self.first.get(key)
        if not values and kpi.gaps == "zero" and first and any(first <= b for b in kept):
            return Fraction(0)
        return self._aggregate(kpi, values)

    def _evaluate(self, code, values):
        kpi = self.kpis[code]
        if not kpi.formula:
            return values[code]
        names = {word for word in _words(kpi.formula) if word in self.kpis}
        found = {name: self._evaluate(name, values) for name in names}
        if None in found.values():
            return None
        try:
            return eval(_as_fractions(kpi.formula), {"F": Fraction, **found})  # noqa: S307
        except ZeroDivisionError:
            return None


def _words(formula):
    return "".join(c if c.isalnum() or c == "_" else " " for c in formula).split()


def _as_fractions(formula):
    return " ".join(
        f"F('{word}')" if word.replace(".", "").isdigit() else word
        for word in formula.replace("(", " ( ").replace(")", " ) ").split()
    )
