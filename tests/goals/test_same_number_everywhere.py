"""A number is the same to the last digit whichever door it came in by, wherever it is shown."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.numbers import plain
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from teams.policy import Role
from tests.conftest import NOW
from tests.doors import api_of, browser_of
from tests.factories.goals import KpiFactory, TargetFactory
from tests.factories.teams import MembershipFactory, WorkspaceFactory

MONDAY = dt.date(2026, 11, 9)
LARGEST = Decimal(10) ** 15
DOORS = ["typed", "sent", "recorded"]


class World:
    """A workspace with one KPI for each door, all of them far below their targets."""

    def __init__(self):
        self.workspace = WorkspaceFactory()
        self.lead = MembershipFactory(workspace=self.workspace, role=Role.LEAD)
        self.reader = MembershipFactory(workspace=self.workspace, role=Role.LEAD)
        self.kpis = {}
        for door in DOORS:
            self.kpis[door] = KpiFactory(
                workspace=self.workspace, owner=self.lead, code=door, name=f"Kpi {door}"
            )
            TargetFactory(kpi=self.kpis[door], comparator="more_than", value=LARGEST)
        self.client, self.api = browser_of(self.lead), api_of(self.lead)
        self.other = browser_of(self.reader)

    def write(self, value):
        self._type(plain(value))
        self._send(plain(value))
        author = Author(membership=self.lead, source="test")
        record([NewValue("recorded", MONDAY, value)], by=author, at=NOW)
        drain(workspace=self.workspace, at=NOW)

    def _type(self, text):
        slot = f"n-{self.kpis['typed'].number}-0-{MONDAY:%Y%m%d}"
        answer = self.client.post(self._url("goals:my-numbers"), {slot: text, "keep": slot})
        assert answer.status_code == 303

    def _send(self, text):
        row = {"kpi": "sent", "date": MONDAY.isoformat(), "value": text}
        assert self.api.post("/api/v1/measurements/", {"measurements": [row]}).status_code == 200

    def _url(self, name, *args):
        return reverse(name, args=[self.workspace.slug, *args])

    def shown(self, door):
        """Give the number of a door's KPI on each screen."""
        kpi = self.kpis[door]
        scorecard = self.client.get(self._url("goals:kpis")).content.decode()
        row = next(row for row in scorecard.split("<tr") if f"{kpi.name}<" in row)
        page = self.client.get(kpi.get_absolute_url()).content.decode()
        series = f"/api/v1/kpis/{door}/series/?from={MONDAY}&to={MONDAY}"
        digest = self.other.get(self._url("reviews:digest-html")).content.decode()
        return {
            "scorecard": _read(re.search(r'title="([^"]+), target', row)[1]),
            "detail": _read(re.search(r'class="m-value" title="([^"]+)"', page)[1]),
            "series": Decimal(self.api.get(series).json()["points"][0]["value"]),
            "digest": _read(_digest_cell(digest, kpi.name)),
        }


def _read(text):
    return Decimal(unescape(text).replace(",", "").replace("\N{MINUS SIGN}", "-"))


def _digest_cell(digest, name):
    """Give the number in the row below a KPI's name: its value of the week."""
    numbers = digest.split(f">{name}</a>", 1)[1]
    return re.search(r'class="m-number"[^>]*><b>([^<]+)</b>', numbers)[1]


@pytest.mark.django_db
@settings(
    max_examples=16, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=st.decimals(-LARGEST, LARGEST - 1, places=8))
def test_a_number_is_the_same_everywhere_whichever_door_it_came_by_R35_R98(value):
    with time_machine.travel(NOW, tick=False):
        world = World()
        world.write(value)

        assert {door: set(world.shown(door).values()) for door in DOORS} == {
            door: {value} for door in DOORS
        }
