"""Building, resetting and removing the demo workspace."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db import connection, transaction

from core import clock
from core.periods import Grain
from goals.models import Kpi, Scorecard
from goals.rules.status import Comparator
from goals.selectors.points import get_target_lines
from goals.services import rollups
from goals.services.kpis import create_kpi
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.notes import add_note
from goals.services.plans import NewTarget, set_targets
from goals.services.scorecards import create_scorecard
from goals.services.targets import set_target
from goals.services.why_lines import say_why
from goals.services.writings import undo_writing
from mops.demo import story
from mops.demo.pulled import pull_story
from reviews.services.executive import choose_scorecard, say
from teams.models import Membership, Team, User, Workspace
from teams.policy import Role
from teams.services import members, teams, workspaces

SLUG = "rotaleaf"
VISITOR = "you"
# So many of the newest weeks were typed by their owners; what is older came in one import.
TYPED_WEEKS = 8
# Held by whoever builds or removes the demo, so that there is never a second one.
_LOCK = 0xDE30
_COMPARATORS = {">=": Comparator.AT_LEAST, "<=": Comparator.AT_MOST}
_DAYS_A_WEEK = 7
# Rounded up, seven days' targets would be more than the week's, which nobody could reach.
_SMALLEST = Decimal("1e-8")


def find_demo() -> Workspace | None:
    return Workspace.objects.filter(is_demo=True).first()


@transaction.atomic
def reset_demo(*, at: datetime) -> Workspace:
    """Build the demo anew, as of ``at``; whatever visitors changed in it is gone."""
    remove_demo()
    return build_demo(at=at)


@transaction.atomic
def remove_demo() -> None:
    """Remove the demo with everything in it, its people included."""
    _wait_for_other_builders()
    demo = find_demo()
    if demo is not None:
        workspaces.delete_workspace(workspace=demo, confirmed_name=demo.name)


@transaction.atomic
def build_demo(*, at: datetime) -> Workspace:
    """Build the demo as of ``at``: two years of numbers up to the last week that is over."""
    _wait_for_other_builders()
    people = _open(at)
    workspace = people[VISITOR].workspace
    departments = _teams(workspace, people)
    kpis = _kpis(workspace, people, departments, at)
    cards = _scorecards(workspace, kpis, departments)
    writer = _Writer(workspace, people, kpis, at)
    writer.targets()
    writer.plan()
    writer.history()
    writer.pulled()
    writer.taken_back()
    rollups.drain(workspace=workspace, at=at)
    writer.why_lines()
    writer.notes()
    writer.executive(cards[0])
    return workspace


def _wait_for_other_builders() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _open(at: datetime) -> dict[str, Membership]:
    users = {
        person.key: User.objects.create_user(
            person.email, name=person.name, language=person.language
        )
        for person in story.PEOPLE
    }
    User.objects.filter(pk=users[VISITOR].pk).update(is_staff=True)
    began = at - timedelta(weeks=story.WEEKS)
    owner = workspaces.open_workspace(
        name="Rotaleaf",
        timezone="Europe/Warsaw",
        currency="EUR",
        owner=users[VISITOR],
        at=began,
        is_demo=True,
    )
    people = {VISITOR: owner}
    for person in story.PEOPLE[1:]:
        people[person.key] = members.join(
            workspace=owner.workspace,
            user=users[person.key],
            role=Role[person.role.upper()],
            at=began,
        )
    return people


def _teams(workspace: Workspace, people: dict[str, Membership]) -> dict[str, Team]:
    return {
        name: teams.create_team(
            workspace=workspace, name=name, members=[people[key] for key in keys]
        )
        for name, keys in story.TEAMS.items()
    }


def _kpis(
    workspace: Workspace,
    people: dict[str, Membership],
    departments: dict[str, Team],
    at: datetime,
) -> dict[str, Kpi]:
    made = {}
    # Formulas come last, because they name the others.
    for position, line in sorted(enumerate(story.LINES), key=lambda pair: bool(pair[1].formula)):
        made[line.code] = create_kpi(
            workspace=workspace,
            code=line.code,
            name=line.name,
            definition=line.definition,
            kind=line.kind,
            unit=line.unit,
            unit_label=line.unit_label,
            direction=line.direction,
            aggregation="formula" if line.formula else line.aggregation,
            formula=line.formula,
            cadence=line.cadence,
            gaps=line.gaps,
            owner=people[line.owner],
            team=departments.get(line.team),
            source=line.source,
            on_home=line.on_home,
            **_benchmark(line, at),
            position=position,
        )
    return made


def _scorecards(
    workspace: Workspace, kpis: dict[str, Kpi], departments: dict[str, Team]
) -> list[Scorecard]:
    cards = []
    for name, team, groups in story.SCORECARDS:
        lines: list[Kpi | str] = []
        for heading, codes in groups.items():
            lines += [heading, *(kpis[code] for code in codes)]
        cards.append(
            create_scorecard(
                workspace=workspace, name=name, team=departments.get(team), lines=lines
            )
        )
    return cards


def _benchmark(line: story.Line, at: datetime) -> dict[str, Any]:
    if line.benchmark is None:
        return {}
    low, high, source = line.benchmark
    return {
        "benchmark": Decimal(low),
        "benchmark_upper": None if high is None else Decimal(high),
        "benchmark_source": source,
        "benchmark_on": (at - timedelta(weeks=20)).date().replace(day=1),
    }


class _Writer:
    """Writes targets and values of the story through the services."""

    def __init__(
        self,
        workspace: Workspace,
        people: dict[str, Membership],
        kpis: dict[str, Kpi],
        at: datetime,
    ) -> None:
        self._workspace, self._people, self._kpis, self._at = workspace, people, kpis, at
        calendar, today = workspace.calendar, workspace.today(at=at)
        latest = calendar.last_complete(Grain.WEEK, today=today)
        self._weeks = [calendar.shift(Grain.WEEK, latest, -n) for n in range(story.WEEKS)]
        self._numbers = [calendar.week_number(week)[1] for week in self._weeks]

    def targets(self) -> None:
        for line in story.LINES:
            if not line.target:
                continue
            sign, number = line.target[:2], Decimal(line.target[2:])
            daily = line.cadence == "daily"
            set_target(
                kpi=self._kpis[line.code],
                comparator=_COMPARATORS[sign],
                value=(number / _DAYS_A_WEEK).quantize(_SMALLEST, ROUND_FLOOR) if daily else number,
                valid_from=self._weeks[-1],
                reason="Agreed with the plan for the year.",
                by=self._people["tom"],
                at=self._at,
            )

    def plan(self) -> None:
        """Plan next year by quarters on top of this year's targets."""
        calendar, today = self._workspace.calendar, self._workspace.today(at=self._at)
        year = calendar.shift(Grain.YEAR, calendar.start(Grain.YEAR, today), 1)
        now = get_target_lines([self._kpis[code] for code in story.PLANNED])
        rows = []
        for code in story.PLANNED:
            goalpost = now[self._kpis[code].pk].at(today)
            if goalpost is None:
                continue
            for quarter, percent in enumerate(story.GROWTH):
                value = goalpost.value * (100 + percent) / 100
                # The first week that begins in the quarter.
                end_of_it = calendar.shift(Grain.QUARTER, year, quarter) + timedelta(days=6)
                first = calendar.start(Grain.WEEK, end_of_it)
                rows.append(NewTarget(code, first, goalpost.comparator, round(value, 2)))
        set_targets(rows, reason=story.WHY_PLANNED, by=self._people["tom"], at=self._at)

    def history(self) -> None:
        rows = list(self._rows())
        old = self._weeks[TYPED_WEEKS]
        earlier = [value for _owner, week, value in rows if week <= old]
        tom = Author(membership=self._people["tom"], source="Import of the first two years")
        began = self._at - timedelta(weeks=TYPED_WEEKS)
        for start in range(0, len(earlier), 10_000):
            record(earlier[start : start + 10_000], by=tom, at=began)
        for week in reversed(self._weeks[:TYPED_WEEKS]):
            for owner in sorted({owner for owner, _week, _value in rows}):
                typed = [value for who, when, value in rows if (who, when) == (owner, week)]
                if typed:
                    author = Author(membership=self._people[owner], source="My numbers")
                    record(typed, by=author, at=self._monday_after(week))

    def pulled(self) -> None:
        [line] = [line for line in story.LINES if line.code == story.PULLED.code]
        weeks = self._weeks[: story.PULLED.weeks]
        values = story.weekly_values(line, self._numbers)
        told = [(w, v) for w, v in zip(weeks, values, strict=False) if v is not None]
        mondays = [self._monday_after(week, time(6)) for week in reversed(weeks)]
        pull_story(told[::-1], mondays, owner=self._people["tom"])

    def taken_back(self) -> None:
        code, person, number = story.TAKEN_BACK
        by = Author(membership=self._people[person], source="My numbers")
        typed_at = self._monday_after(self._weeks[0]) - timedelta(minutes=20)
        value = NewValue(code, self._weeks[0], Decimal(number))
        writing = record([value], by=by, at=typed_at).writing
        if writing is not None:
            undo_writing(writing=writing, by=by, at=typed_at + timedelta(minutes=1))

    def why_lines(self) -> None:
        for code, (why, next_step) in story.WHY_LINES.items():
            kpi = self._kpis[code]
            say_why(
                kpi=kpi,
                start=self._weeks[0],
                why=why,
                next_step=next_step,
                by=kpi.owner,
                at=self._at,
            )

    def notes(self) -> None:
        for code, weeks_ago, author, text in story.NOTES:
            week = self._weeks[weeks_ago]
            add_note(
                kpi=self._kpis[code] if code else None,
                on_date=week + timedelta(days=2),
                text=text,
                by=self._people[author],
                at=self._monday_after(week),
            )

    def executive(self, card: Scorecard) -> None:
        choose_scorecard(workspace=self._workspace, scorecard=card, version=1)
        week = self._weeks[0]
        owner, text = self._people[VISITOR], story.LEADS_SENTENCE
        say(week=week, text=text, by=owner, at=self._monday_after(week))

    def _monday_after(self, week: date, hour: time = time(9, 30)) -> datetime:
        morning = datetime.combine(week + timedelta(days=_DAYS_A_WEEK), hour)
        return min(clock.instant(morning, self._workspace.zone), self._at)

    def _rows(self) -> Iterator[tuple[str, date, NewValue]]:
        for line in story.LINES:
            if line.formula:
                continue
            if line.cadence == "monthly":
                yield from self._monthly(line)
                continue
            values = self._typed(line)
            for back, (week, value) in enumerate(zip(self._weeks, values, strict=True)):
                if line.code == "email_unique_opens" and -back in story.NO_OPENS:
                    gap = NewValue(line.code, week, None, note=story.NO_OPENS_NOTE)
                    yield line.owner, week, gap
                elif value is not None:
                    for day, part in self._parts(line, week, value):
                        yield line.owner, week, NewValue(line.code, day, part)

    def _typed(self, line: story.Line) -> list[Decimal | None]:
        """Give the weekly values that people entered, newest first; what is pulled is none."""
        values = story.weekly_values(line, self._numbers)
        count = story.PULLED.weeks if line.code == story.PULLED.code else 0
        return [*[None] * count, *values[count:]]

    def _parts(
        self, line: story.Line, week: date, value: Decimal
    ) -> Iterator[tuple[date, Decimal]]:
        if line.cadence != "daily":
            yield week, value
            return
        for offset, part in enumerate(story.spread(int(value))):
            yield week + timedelta(days=offset), Decimal(part)

    def _monthly(self, line: story.Line) -> Iterator[tuple[str, date, NewValue]]:
        calendar = self._workspace.calendar
        latest = calendar.last_complete(Grain.MONTH, today=self._workspace.today(at=self._at))
        months = [calendar.shift(Grain.MONTH, latest, -n) for n in range(24)]
        values = story.weekly_values(line, [0] * len(months))
        for month, value in zip(months, values, strict=True):
            if value is not None:
                ended = calendar.start(Grain.WEEK, calendar.end(Grain.MONTH, month))
                yield line.owner, min(ended, self._weeks[0]), NewValue(line.code, month, value)
