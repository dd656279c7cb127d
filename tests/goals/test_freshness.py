"""From when the numbers on a page are."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from goals.models import DirtyMark
from goals.selectors.phrases import freshness_note
from goals.selectors.points import Freshness
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from tests.factories.goals import KpiFactory

NOON = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)
WARSAW = ZoneInfo("Europe/Warsaw")
RECOMPUTED = "Numbers are being recomputed. Some are still missing here."


@pytest.mark.parametrize(
    ("drained", "waits_since", "text", "stale"),
    [
        (None, None, "", False),
        (None, dt.timedelta(minutes=1), RECOMPUTED, True),
        (
            None,
            dt.timedelta(minutes=3),
            "The numbers wait to be added up. The worker has not run.",
            True,
        ),
        (dt.timedelta(minutes=1), dt.timedelta(minutes=1), RECOMPUTED, True),
        (dt.timedelta(minutes=1), dt.timedelta(minutes=9), RECOMPUTED, True),
        (dt.timedelta(minutes=1), dt.timedelta(seconds=1), "Numbers as of 12:59", False),
        (dt.timedelta(minutes=5), None, "Numbers as of 12:55", False),
        (dt.timedelta(minutes=5), dt.timedelta(minutes=2), "Numbers as of 12:55", False),
        (dt.timedelta(days=1), None, "Numbers as of Sun 15 Nov, 13:00", False),
        (
            dt.timedelta(minutes=5),
            dt.timedelta(minutes=3),
            "Numbers are from Mon 16 Nov, 12:55. The worker has not run since.",
            True,
        ),
    ],
)
def test_numbers_say_from_when_they_are(drained, waits_since, text, stale):
    freshness = Freshness(
        version=1,
        generation=1,
        drained_at=drained and NOON - drained,
        oldest_mark=waits_since and NOON - waits_since,
    )

    note = freshness_note(freshness, WARSAW, at=NOON)

    assert (note.text, note.stale) == (text, stale)


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("page", ["reviews:home", "goals:kpis"])
def test_a_page_shows_a_bar_when_the_worker_is_gone(client, workspace, member, now, page):
    KpiFactory(workspace=workspace, owner=member, code="leads")
    _measure(member, dt.date(2026, 11, 9), at=now)
    drain(workspace=workspace, at=now - dt.timedelta(minutes=5))
    client.force_login(member.user)
    url = reverse(page, args=[workspace.slug])
    assert "Numbers as of" in client.get(url).content.decode()

    _measure(member, dt.date(2026, 11, 2), at=now)
    DirtyMark.objects.update(made_at=now - dt.timedelta(minutes=3))

    assert "The worker has not run since." in client.get(url).content.decode()


def _measure(member, day, *, at):
    record([NewValue(kpi="leads", date=day, value=Decimal(5))], by=Author(member, "web"), at=at)
