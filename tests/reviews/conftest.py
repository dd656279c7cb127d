"""A workspace with numbers, and the digests of its week 46."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.rules.status import Comparator
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from goals.services.targets import set_target
from reviews.models import DigestDelivery, DigestRun
from reviews.services import planning, sending
from tests.conftest import NOW
from tests.factories.goals import KpiFactory
from tests.factories.reviews import WEEK

DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
# By now everybody's minute of the spread is over.
LATER = NOW + dt.timedelta(minutes=30)


class Numbers:
    """Makes KPIs with a target of at least 100 and writes their weeks."""

    def __init__(self, by):
        self.by = by
        self.workspace = by.workspace

    def kpi(self, name, *values, owner=None, target=100, **given):
        """Make a KPI with the values of the latest weeks, newest last; None is a week without."""
        kpi = KpiFactory(workspace=self.workspace, owner=owner or self.by, name=name, **given)
        if target is not None:
            set_target(
                kpi=kpi, comparator=Comparator.AT_LEAST, value=Decimal(target),
                valid_from=dt.date(2026, 1, 5), by=self.by, at=NOW,
            )  # fmt: skip
        rows = [
            NewValue(kpi.code, WEEK - dt.timedelta(weeks=back), Decimal(value))
            for back, value in enumerate(reversed(values))
            if value is not None
        ]
        if rows:
            record(rows, by=Author(membership=self.by, source="test"), at=NOW)
        drain(workspace=self.workspace, at=NOW)
        return kpi


@pytest.fixture
def numbers(lead):
    return Numbers(lead)


@pytest.fixture
def some_numbers(numbers, member):
    """Week 46: one KPI of the member is off track, one has no number, one is on track."""
    numbers.kpi("Trial sign-ups", 120, 90, 40, owner=member, number=41)
    numbers.kpi("Cost per trial", 110, 105, None, number=42)
    numbers.kpi("Newsletter readers", 100, 101, 130, number=43)
    return numbers


@pytest.fixture
def run(some_numbers, workspace, frozen):
    """The digests of week 46, planned: two to the lead, one to the member."""
    planning.plan_due(at=NOW)
    return DigestRun.objects.get(workspace=workspace)


def send(at=LATER):
    return sending.send_waiting(at=at)


def states():
    return list(DigestDelivery.objects.order_by("pk").values_list("state", flat=True))
