"""Two offices before the week of tests/browser/test_week_in_the_life.py, one at each device."""

import datetime as dt
import json
from decimal import Decimal

from django.db import transaction

from core import clock
from goals.rules.status import Comparator
from goals.services import rollups
from goals.services.kpis import create_kpi
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.scorecards import create_scorecard
from goals.services.targets import set_target
from teams.models import User
from teams.policy import Role
from teams.services import members, teams, workspaces
from tests.browser.stage import prepare, session_of

# Code, name, unit, direction, whose it is, the usual level, and the target.
LINES = [
    ("leads", "Leads", "count", "increase", "lena", 180, 150),
    ("visits", "Visits", "count", "increase", "marek", 905, 900),
    ("ad_spend", "Ad spend", "currency", "decrease", "marek", 2400, 2600),
    ("registrants", "Webinar registrants", "count", "increase", "marek", 75, 70),
    ("referrals", "Referrals", "count", "increase", "ola", 7, 5),
]
PEOPLE = {"lena": Role.OWNER, "marek": Role.MEMBER, "ola": Role.MEMBER}
# The Mondays of nine weeks; the last of them ends the day before the site opens.
WEEKS = [dt.date(2026, 11, 9) - dt.timedelta(weeks=back) for back in range(8, -1, -1)]


def build_offices(*devices):
    """Build an office for each device, and print where they are and who is signed in as whom."""
    prepare()
    with transaction.atomic():
        offices = {device: _office(device, clock.now()) for device in devices}
    print(json.dumps({"studios": [], "offices": offices}))  # noqa: T201  # house.py reads this


def _office(device, at):
    users = {
        name: User.objects.create_user(f"{name}@{device}.example", name=f"{name.title()} Nowak")
        for name in PEOPLE
    }
    lena = workspaces.open_workspace(
        name=f"Rosemary {device}", timezone="Europe/Warsaw", currency="EUR", owner=users["lena"],
        at=at,
    )  # fmt: skip
    workspace = lena.workspace
    people = {"lena": lena}
    for name in ("marek", "ola"):
        people[name] = members.join(workspace=workspace, user=users[name], role=PEOPLE[name], at=at)
    team = teams.create_team(workspace=workspace, name="Demand", members=list(people.values()))
    kpis = [_kpi(line, place, people, team, at) for place, line in enumerate(LINES)]
    create_scorecard(workspace=workspace, name="Monday five", team=team, lines=kpis)
    values = [
        NewValue(code, week, Decimal(level + place % 4))
        for code, _name, _unit, _direction, _owner, level, _target in LINES
        for place, week in enumerate(WEEKS)
    ]
    record(values, by=Author(membership=lena, source="Import"), at=at)
    rollups.drain(workspace=workspace, at=at)
    return {
        "slug": workspace.slug,
        **{name: session_of(user) for name, user in users.items()},
    }


def _kpi(line, place, people, team, at):
    code, name, unit, direction, owner, _level, target = line
    kpi = create_kpi(
        workspace=team.workspace, code=code, name=name, kind="response", unit=unit,
        direction=direction, aggregation="sum", cadence="weekly", owner=people[owner], team=team,
        on_home=True, position=place,
    )  # fmt: skip
    comparator = Comparator.AT_LEAST if direction == "increase" else Comparator.AT_MOST
    set_target(
        kpi=kpi, comparator=comparator, value=Decimal(target), valid_from=WEEKS[-4],
        reason="Agreed.", by=people["lena"], at=at,
    )  # fmt: skip
    return kpi
