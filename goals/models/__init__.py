"""KPIs, what they should reach, and what was measured."""

from goals.models.breakdowns import Breakdown, Segment
from goals.models.imports import (
    Import,
    ImportProblem,
    RememberedMapping,
    StagedPlace,
    StagedValue,
)
from goals.models.kpis import Kpi
from goals.models.notes import Note
from goals.models.numbers import (
    DirtyMark,
    KpiRollup,
    Measurement,
    MeasurementRevision,
    NumbersState,
    Series,
)
from goals.models.scorecards import Scorecard, ScorecardLine, ScorecardLink
from goals.models.sources import Source, SourcePull
from goals.models.targets import Target
from goals.models.why_lines import WhyLine
from goals.models.writings import Writing

__all__ = [
    "Breakdown",
    "DirtyMark",
    "Import",
    "ImportProblem",
    "Kpi",
    "KpiRollup",
    "Measurement",
    "MeasurementRevision",
    "Note",
    "NumbersState",
    "RememberedMapping",
    "Scorecard",
    "ScorecardLine",
    "ScorecardLink",
    "Segment",
    "Series",
    "Source",
    "SourcePull",
    "StagedPlace",
    "StagedValue",
    "Target",
    "WhyLine",
    "Writing",
]
