"""
KPIs for tests, what they should reach, and files on their way to them.

Numbers run from 500 in one workspace and on, so that a foreign id never hits.
"""

import datetime as dt

import factory

from goals.models import (
    Breakdown,
    Import,
    Kpi,
    Note,
    Scorecard,
    ScorecardLine,
    ScorecardLink,
    Segment,
    Source,
    SourcePull,
    Target,
    WhyLine,
)
from tests.factories.teams import LONG_AGO, MembershipFactory, WorkspaceFactory

# What defines a KPI, but for its name and code, wherever it comes in.
DEFINITION = {
    "kind": "response",
    "unit": "count",
    "direction": "increase",
    "aggregation": "sum",
    "cadence": "weekly",
}


class BreakdownFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Breakdown

    workspace = factory.SubFactory(WorkspaceFactory)
    number = factory.Sequence(lambda n: 500 + n)
    name = factory.Sequence(lambda n: f"Breakdown {n}")


class SegmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Segment

    breakdown = factory.SubFactory(BreakdownFactory)
    number = factory.Sequence(lambda n: 500 + n)
    code = factory.Sequence(lambda n: f"segment-{n}")
    name = factory.SelfAttribute("code")


class KpiFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Kpi

    workspace = factory.SubFactory(WorkspaceFactory)
    owner = factory.SubFactory(MembershipFactory, workspace=factory.SelfAttribute("..workspace"))
    number = factory.Sequence(lambda n: 500 + n)
    code = factory.Sequence(lambda n: f"kpi_{n}")
    name = factory.Sequence(lambda n: f"KPI {n}")
    kind = DEFINITION["kind"]
    unit = DEFINITION["unit"]
    direction = DEFINITION["direction"]
    aggregation = DEFINITION["aggregation"]
    cadence = DEFINITION["cadence"]


def kpi_by_market(*codes, **given):
    """Make a KPI with a breakdown into segments of these codes, whose total is their sum."""
    markets = BreakdownFactory(workspace=given["workspace"], name="Markets")
    for code in codes:
        SegmentFactory(breakdown=markets, code=code)
    return KpiFactory(**{"code": "visits", "breakdown": markets, "segment_total": "sum", **given})


class TargetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Target

    kpi = factory.SubFactory(KpiFactory)
    number = factory.Sequence(lambda n: 500 + n)
    valid_from = dt.date(2026, 1, 5)
    comparator = "at_least"
    value = 100
    set_by = factory.SelfAttribute("kpi.owner")
    set_at = LONG_AGO


class ScorecardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Scorecard
        skip_postgeneration_save = True

    workspace = factory.SubFactory(WorkspaceFactory)
    number = factory.Sequence(lambda n: 500 + n)
    name = factory.Sequence(lambda n: f"Scorecard {n}")

    @factory.post_generation
    def lines(self, _create, lines, **_kwargs):
        """Put KPIs and headings on it."""
        for position, line in enumerate(lines or ()):
            named = {"heading": line} if isinstance(line, str) else {"kpi": line}
            ScorecardLine.objects.create(scorecard=self, position=position, **named)


class ScorecardLinkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScorecardLink

    scorecard = factory.SubFactory(ScorecardFactory)
    name = "A dashboard"
    public_id = factory.Sequence(lambda n: f"link{n:06}")
    made_by = factory.SubFactory(MembershipFactory)
    made_at = LONG_AGO


class WhyLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WhyLine

    kpi = factory.SubFactory(KpiFactory)
    start = dt.date(2026, 11, 9)
    why = "The form was broken."
    said_by = factory.SelfAttribute("kpi.owner")
    said_at = LONG_AGO


class NoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Note

    kpi = factory.SubFactory(KpiFactory)
    workspace = factory.SelfAttribute("kpi.workspace")
    number = factory.Sequence(lambda n: 500 + n)
    on_date = dt.date(2026, 11, 9)
    text = "New price list"
    made_by = factory.SelfAttribute("kpi.owner")
    made_at = LONG_AGO


class ImportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Import

    workspace = factory.SelfAttribute("created_by.workspace")
    number = factory.Sequence(lambda n: 500 + n)
    filename = "leads.csv"
    content = b""
    created_by = factory.SubFactory(MembershipFactory)
    created_at = LONG_AGO


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source

    workspace = factory.SelfAttribute("owner.workspace")
    owner = factory.SubFactory(MembershipFactory)
    number = factory.Sequence(lambda n: 500 + n)
    name = factory.Sequence(lambda n: f"Source {n}")
    address = "https://numbers.example/leads.csv?key=secret"
    host = "numbers.example"
    hour = 6
    state = "paused"


class SourcePullFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SourcePull

    workspace = factory.SelfAttribute("source.workspace")
    source = factory.SubFactory(SourceFactory)
    asked_at = LONG_AGO
    finished_at = LONG_AGO
    state = "failed"
