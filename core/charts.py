"""Geometry of small charts: numbers and ready labels in, SVG attributes out."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

Values = Sequence[Decimal | None]

MOST_DOTS = 40  # more points than this and every dot hides its neighbours
LABEL_GAP = 17  # units of height below which two direct labels would touch
MOST_X_LABELS = 13
ROUNDING = 1e-9
# Lines that hold for whole periods, and are not drawn from one value to the next.
_LEVEL = frozenset({"target", "benchmark"})


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A trend without axes. ``target`` and ``last`` are empty when there is none."""

    width: int
    height: int
    line: str
    target: str
    last: str


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: its direct label, its values, and the values as people read them."""

    name: str
    values: Values
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What others reach: a line, or two around a range; ``text`` is how people read it."""

    name: str
    low: Decimal
    high: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something that happened in the period at ``index``."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """``kind`` is actual, target, past or benchmark; ``y`` is where its direct label stands."""

    kind: str
    name: str
    path: str
    y: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: str
    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis; a ``minor`` one may be left out where there is little room."""

    at: str
    text: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    x: str
    number: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One period in the table under a chart; ``value`` is the actual one as plotted."""

    label: str
    value: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """
    A line chart as SVG attributes.

    Paths are in units of ``width`` × ``height``; everything that must not be stretched with them
    (dots, labels) is placed in per cent, so one drawing fits every width.
    """

    width: int
    height: int
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    dense: bool
    cropped: bool
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    flags: tuple[Flag, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a value lies in a drawing of ``count`` periods."""

    width: int
    height: int
    count: int
    low: float
    high: float

    def x(self, index: int) -> float:
        return (index + 0.5) / self.count * self.width

    def y(self, value: Decimal | float) -> float:
        return (self.high - float(value)) / (self.high - self.low) * self.height

    def x_share(self, index: int) -> str:
        return _share(self.x(index) / self.width)

    def y_share(self, value: Decimal | float) -> str:
        return _share(self.y(value) / self.height)


def sparkline(
    values: Values, target: Decimal | None = None, *, width: int = 120, height: int = 32
) -> Sparkline | None:
    """Draw a trend, or nothing when fewer than two values are known."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = _extent([*known, target] if target is not None else known)
    scale = _Scale(width, height, len(values), low, high)
    last = max(index for index, value in enumerate(values) if value is not None)
    return Sparkline(
        width=width,
        height=height,
        line=_polyline(values, scale),
        target="" if target is None else f"M0 {_number(scale.y(target))}H{width}",
        last=f"M{_number(scale.x(last))} {_number(scale.y(known[-1]))}h0",
    )


def line_chart(
    labels: Sequence[str],
    actual: Series,
    *,
    target: Series | None = None,
    past: Series | None = None,
    benchmark: Benchmark | None = None,
    annotations: Sequence[Annotation] = (),
    tick_text: Callable[[Decimal], str] = str,
    width: int = 720,
    height: int = 240,
) -> LineChart | None:
    """
    Draw a line over the periods named in ``labels``, oldest first.

    A missing value is a gap in the line, never bridged. There is no chart when fewer than two
    values are known. ``tick_text`` says how a number on the y axis is written.
    """
    if sum(value is not None for value in actual.values) < 2:
        return None
    level, lower = _level_lines(benchmark, len(labels))
    series = [each for each in (actual, target, past, level) if each is not None]
    drawn = [
        ("actual", actual),
        ("target", target),
        ("past", past),
        ("benchmark", level),
        ("benchmark", lower),
    ]
    shown = [(kind, each) for kind, each in drawn if each is not None]
    ticks = nice_ticks(
        [value for _kind, each in shown for value in each.values if value is not None]
    )
    scale = _Scale(width, height, len(labels), float(ticks[0]), float(ticks[-1]))
    return LineChart(
        width=width,
        height=height,
        lines=_lines(shown, scale),
        dots=tuple(_dots(labels, actual, scale)),
        dense=len(labels) > MOST_DOTS,
        cropped=ticks[0] > 0 or ticks[-1] < 0,
        y_ticks=tuple(Tick(scale.y_share(tick), tick_text(tick)) for tick in ticks),
        x_ticks=tuple(_x_ticks(labels, scale)),
        flags=tuple(
            Flag(scale.x_share(each.index), number, labels[each.index], each.text)
            for number, each in enumerate(annotations, start=1)
        ),
        columns=tuple(each.name for each in series),
        rows=tuple(_rows(labels, actual, series)),
    )


def _level_lines(benchmark: Benchmark | None, count: int) -> tuple[Series | None, Series | None]:
    """Make the labelled line of a benchmark and, for a range, the one at its lower end."""
    if benchmark is None:
        return None, None
    texts = [benchmark.text] * count
    if benchmark.high is None:
        return Series(benchmark.name, [benchmark.low] * count, texts), None
    upper = Series(benchmark.name, [benchmark.high] * count, texts)
    return upper, Series("", [benchmark.low] * count, texts)


def nice_ticks(values: Sequence[Decimal]) -> list[Decimal]:
    """
    Choose three to six round numbers around ``values``, evenly spaced.

    They start at zero unless all values lie in a narrow band far above it.
    """
    low, high = _extent(values)
    if 0 < low <= high / 2 or low < 0 <= min(values):
        low = 0.0
    step = _nice_step((high - low) / 4)
    # What lies on a tick must not ask for the next one because of a rounding error.
    first = math.floor(low / float(step) + ROUNDING)
    last = math.ceil(high / float(step) - ROUNDING)
    # Decimal remembers exponents: by way of text, "0E+4" is a plain 0 for whoever writes it out.
    return [Decimal(f"{step * index:f}") for index in range(first, last + 1)]


def _nice_step(rough: float) -> Decimal:
    exponent = math.floor(math.log10(rough))
    magnitude = Decimal(1).scaleb(exponent)
    fraction = rough / float(magnitude)
    factor = next(
        each for each in ("1", "2", "2.5", "5", "10") if float(each) >= fraction - ROUNDING
    )
    return magnitude * Decimal(factor)


def _extent(values: Sequence[Decimal]) -> tuple[float, float]:
    low, high = float(min(values)), float(max(values))
    if high - low <= ROUNDING * abs(high):  # a flat line runs through the middle
        room = abs(low) / 10 or 1.0
        return low - room, high + room
    return low, high


def _lines(drawn: list[tuple[str, Series]], scale: _Scale) -> tuple[Line, ...]:
    shown = [(kind, each) for kind, each in drawn if any(v is not None for v in each.values)]
    heights = _apart([scale.y(_last_known(each.values)) for _kind, each in shown], scale.height)
    return tuple(
        Line(
            kind=kind,
            name=each.name,
            path=(_steps if kind in _LEVEL else _polyline)(each.values, scale),
            y=_share(y / scale.height),
        )
        for (kind, each), y in zip(shown, heights, strict=True)
    )


def _last_known(values: Values) -> Decimal:
    return next(value for value in reversed(values) if value is not None)


def _apart(heights: list[float], limit: int) -> list[float]:
    """Move labels down, then up from the lower edge, until none touches another."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = dict(enumerate(heights))
    for above, below in pairwise(order):
        placed[below] = max(placed[below], placed[above] + LABEL_GAP)
    edge = float(limit)
    for index in reversed(order):
        placed[index] = min(placed[index], edge)
        edge = placed[index] - LABEL_GAP
    return [placed[index] for index in range(len(heights))]


def _polyline(values: Values, scale: _Scale) -> str:
    parts = []
    for run in _runs(values):
        points = [f"{_number(scale.x(index))} {_number(scale.y(value))}" for index, value in run]
        # A value between two gaps has no line to either side; a round cap makes it a dot.
        parts.append("M" + "L".join(points) if len(points) > 1 else f"M{points[0]}h0")
    return "".join(parts)


def _steps(values: Values, scale: _Scale) -> str:
    """Draw what holds for a whole period: level across it, upright where it changes."""
    slot = scale.width / scale.count
    parts = []
    for run in _runs(values):
        command = f"M{_number(run[0][0] * slot)} "
        for index, value in run:
            y = _number(scale.y(value))
            parts.append(f"{command}{y}H{_number((index + 1) * slot)}")
            command = "V"
    return "".join(parts)


def _runs(values: Values) -> Iterator[list[tuple[int, Decimal]]]:
    """Cut a series at its gaps."""
    run: list[tuple[int, Decimal]] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _dots(labels: Sequence[str], actual: Series, scale: _Scale) -> Iterator[Dot]:
    for index, (label, value) in enumerate(zip(labels, actual.values, strict=True)):
        if value is not None:
            title = f"{label}: {actual.texts[index]}"
            yield Dot(scale.x_share(index), scale.y_share(value), str(value), title)


def _x_ticks(labels: Sequence[str], scale: _Scale) -> Iterator[Tick]:
    """Label periods counted back from the newest, so that the newest always has its name."""
    every = math.ceil(len(labels) / MOST_X_LABELS)
    for place, index in enumerate(range(len(labels) - 1, -1, -every)):
        yield Tick(scale.x_share(index), labels[index], minor=bool(place % 3))


def _rows(labels: Sequence[str], actual: Series, series: list[Series]) -> Iterator[Row]:
    for index in reversed(range(len(labels))):
        value = actual.values[index]
        yield Row(
            label=labels[index],
            value="" if value is None else str(value),
            texts=tuple(each.texts[index] for each in series),
        )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _share(part: float) -> str:
    return f"{part * 100:.2f}".rstrip("0").rstrip(".") + "%"
