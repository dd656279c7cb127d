"""KPIs for tests. Numbers run from 500 in one workspace and on, so that a foreign id never hits."""

import factory

from goals.models import Breakdown, Kpi, Segment
from tests.factories.teams import MembershipFactory, WorkspaceFactory


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
    kind = "response"
    unit = "count"
    direction = "increase"
    aggregation = "sum"
    cadence = "weekly"
