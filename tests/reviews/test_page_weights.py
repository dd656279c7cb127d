"""What Home weighs on a first visit, and a large scorecard, compressed as they are sent."""

import datetime as dt
import gzip
import random
import re
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.test import Client

from goals.models import Kpi
from goals.rules.status import Comparator
from goals.services import rollups
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.plans import NewTarget, set_targets
from mops.demo import story
from mops.demo.build import build_demo
from teams.models import User
from tests.conftest import NOW
from tests.factories.teams import MembershipFactory

REQUESTS, KILOBYTES, HTML_KILOBYTES = 8, 125, 8
KPIS, SCORECARD_KILOBYTES = 240, 60
WEEKS = [dt.date(2026, 11, 9) - dt.timedelta(weeks=back) for back in range(13)]
MARKETS = ("Poland", "Italy", "Thailand", "Germany", "Spain", "France", "Netherlands")


@pytest.fixture
def home(db, frozen):
    demo = build_demo(at=NOW)
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(User.objects.get(email="you@rotaleaf.example"))
    return client.get(f"/w/{demo.slug}/")


def resources(html):
    """List the files that a browser fetches for a page; anchors in a sprite are one file."""
    named = re.findall(r'<(?:link|script|img|use|iframe)\b[^>]*?\b(?:href|src)="([^"#]+)', html)
    return sorted(set(named))


def test_home_and_all_that_it_loads_stay_within_their_weight(home):
    files = resources(gzip.decompress(home.content).decode())
    sizes = {path: len(gzip.compress(Path(find(path[8:])).read_bytes())) for path in files}

    assert len(files) + 1 <= REQUESTS, files
    assert len(home.content) <= HTML_KILOBYTES * 1000
    assert sum(sizes.values()) + len(home.content) <= KILOBYTES * 1000, sizes


@pytest.fixture
def scorecard(workspace, lead, frozen):
    """Give the scorecard of a company that measures each KPI in many markets."""
    chance = random.Random(240)
    people = MembershipFactory.create_batch(12, workspace=workspace)
    lines = [line for line in story.LINES if not line.formula]
    kpis = [
        Kpi(workspace=workspace, owner=owner, number=number, position=number, code=f"kpi_{number}",
            name=f"{line.name} {market}", kind=line.kind, unit=line.unit, direction=line.direction,
            unit_label=line.unit_label, aggregation="sum", cadence="weekly")
        for number, line, market, owner in zip(
            range(1, KPIS + 1), cycle(lines), cycle(MARKETS), cycle(people), strict=False
        )
    ]  # fmt: skip
    Kpi.objects.bulk_create(kpis)
    levels = dict(zip(kpis, islice(cycle(lines), KPIS), strict=True))
    values = [
        NewValue(kpi.code, week, round(Decimal(line.level * chance.uniform(0.7, 1.3)), 1))
        for kpi, line in levels.items()
        for week in WEEKS
        if chance.random() > 0.02
    ]
    record(values, by=Author(membership=lead, source="Import"), at=NOW)
    targets = [
        NewTarget(kpi.code, WEEKS[-1], Comparator.AT_LEAST, round(Decimal(line.level), 1))
        for kpi, line in levels.items()
    ]
    set_targets(targets, reason="The plan.", by=lead, at=NOW)
    rollups.drain(workspace=workspace, at=NOW)
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(lead.user)
    return client.get(f"/w/{workspace.slug}/kpis/")


def test_a_scorecard_of_many_kpis_stays_within_its_weight(scorecard):
    html = gzip.decompress(scorecard.content).decode()

    assert html.count("<tr data-row") == KPIS
    assert len(scorecard.content) <= SCORECARD_KILOBYTES * 1000
