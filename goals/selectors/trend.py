"""The chart of one KPI, and what it shows in words."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from core.charts import Annotation, Benchmark, LineChart, Series, line_chart
from core.periods import Grain
from goals.models import Kpi, Note, Segment
from goals.selectors import phrases
from goals.selectors.board import Entry
from goals.selectors.points import Line, Point
from goals.selectors.spans import Choice

Write = Callable[[Decimal], str]


def get_benchmark(entry: Entry, segment: Segment | None) -> Benchmark | None:
    """Give the benchmark for a period of the chart; the parts of a sum have none."""
    kpi, line = entry.kpi, entry.line
    adds_up = kpi.aggregation == Kpi.Aggregation.SUM
    if kpi.benchmark is None or (adds_up and segment is not None):
        return None
    start = entry.current.start
    times = line.calendar.count(kpi.grain, line.grain, start) if adds_up else 1
    low, high = kpi.benchmark * times, kpi.benchmark_upper and kpi.benchmark_upper * times
    text = entry.format.full(low)
    if high is not None:
        text = _("%(low)s to %(high)s") % {"low": text, "high": entry.format.full(high)}
    return Benchmark(_("Benchmark"), low, high, text)


def draw(
    entry: Entry,
    compared: Sequence[Point],
    choice: Choice,
    *,
    benchmark: Benchmark | None,
    notes: Sequence[Note],
) -> LineChart | None:
    """
    Draw the points of an entry beside those that they are compared with.

    Each period in which something noteworthy happened gets a flag.
    """
    write, points = entry.format.full, entry.points[::-1]
    goals = [point.target.value if point.target else None for point in points]
    past = [point.value for point in reversed(compared)]
    values = [point.value for point in points]
    latest = next((value for value in reversed(values) if value is not None), None)
    name = _("Previous") if choice.compared == "prev" else _("Last year")
    return line_chart(
        [_label(entry.line, point.start) for point in points],
        Series(write(latest) if latest is not None else "", values, _texts(values, write)),
        target=_optional(_("Target"), goals, write),
        past=_optional(name, past, write),
        benchmark=benchmark,
        annotations=_annotations(points, entry.line, notes),
        tick_text=entry.format.cell,
    )


def _annotations(points: Sequence[Point], line: Line, notes: Sequence[Note]) -> list[Annotation]:
    places = {point.start: index for index, point in enumerate(points)}
    dated = [(places.get(line.calendar.start(line.grain, n.on_date)), n) for n in reversed(notes)]
    return [Annotation(index, note.text) for index, note in dated if index is not None]


def _texts(values: Sequence[Decimal | None], write: Write) -> list[str]:
    return ["" if value is None else write(value) for value in values]


def _optional(name: str, values: Sequence[Decimal | None], write: Write) -> Series | None:
    if all(value is None for value in values):
        return None
    return Series(name, values, _texts(values, write))


def _label(line: Line, start: date) -> str:
    if line.grain is Grain.WEEK:
        return _("W%(week)d") % {"week": line.calendar.week_number(start)[1]}
    if line.grain is Grain.MONTH:
        return formats.date_format(start, "M Y")
    return line.calendar.key(line.grain, start)


def caption(entry: Entry, benchmark: Benchmark | None) -> str:
    """Say what the chart shows."""
    sentence = _what_happened(entry)
    if benchmark is None:
        return sentence
    words = {"sentence": sentence, "benchmark": benchmark.text}
    return _("%(sentence)s The benchmark is %(benchmark)s.") % words


def _what_happened(entry: Entry) -> str:
    known = [point for point in entry.points if point.value is not None]
    if len(known) < 2:
        return _("Two values are needed to draw a line.")
    values = [point.value for point in known if point.value is not None]
    words = {
        "low": entry.format.full(min(values)),
        "high": entry.format.full(max(values)),
        "run": phrases.misses_text(entry),
    }
    if words["run"]:
        return _("%(run)s; the range is %(low)s to %(high)s.") % words
    return _("The range is %(low)s to %(high)s.") % words
