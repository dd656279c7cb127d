"""
The demo's source: a report that was pulled on Mondays, and is paused now.

Its server is a name that nobody can own, and nothing is ever pulled of its own accord while a
source is paused, so the demo opens no connection unless a visitor asks for one.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.egress import Answer
from core.intake import ReadOptions
from goals.models import Import, Source, SourcePull
from goals.services import imports, sources
from goals.services.sources import outcomes
from mops.demo import story
from teams.models import Membership

Week = tuple[date, Decimal]


def pull_story(weeks: Sequence[Week], mondays: Sequence[datetime], *, owner: Membership) -> None:
    """
    Tell of the newest ``weeks``, oldest first, each with the Monday on which it was pulled.

    The first was imported by hand, which set the source up; the report was away once.
    """
    source = _set_up(weeks[:1], owner=owner, at=mondays[0])
    for place, monday in enumerate(mondays[1:], 1):
        if place == story.PULLED.away_on:
            pull = _asked(source, at=monday)
            outcomes.fail(pull, story.PULLED.away, at=monday)
            monday = monday + timedelta(hours=3)  # it was asked again
            _bring(_asked(source, at=monday, by=owner), weeks[: place + 1], at=monday)
        else:
            _bring(_asked(source, at=monday), weeks[: place + 1], at=monday)


def _set_up(weeks: Sequence[Week], *, owner: Membership, at: datetime) -> Source:
    row = imports.take(
        content=_file(weeks),
        filename="ga4-sessions.csv",
        options=ReadOptions(),
        mapping={"date": "Week", "values": {"Sessions": story.PULLED.code}},
        writes_when_checked=True,
        by=owner,
        at=at,
    )
    _work(row, at=at)
    row.refresh_from_db()
    return sources.create_source(
        name=story.PULLED.name,
        address=story.PULLED.address,
        weekday=0,
        hour=6,
        owner=owner,
        like=row,
        state=Source.State.PAUSED,
        by=owner,
        at=at,
    )


def _asked(source: Source, *, at: datetime, by: Membership | None = None) -> SourcePull:
    return SourcePull.objects.create(
        workspace=source.workspace, source=source, asked_by=by, asked_at=at
    )


def _bring(pull: SourcePull, weeks: Sequence[Week], *, at: datetime) -> None:
    sources.receive(pull=pull, answer=Answer(200, {}, _file(weeks)), at=at)
    if pull.imported is not None:
        _work(pull.imported, at=at)
    sources.settle(at=at)


def _work(row: Import, *, at: datetime) -> None:
    while imports.run_next(at=at, only=row):
        pass


def _file(weeks: Sequence[Week]) -> bytes:
    return "\n".join(["Week,Sessions", *(f"{day},{value}" for day, value in weeks)]).encode()
