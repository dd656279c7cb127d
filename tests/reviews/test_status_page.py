"""The status page: what an admin reads when numbers or mail are late."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from core import pulse
from goals.models import DirtyMark
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from mops.celery import note_pulse
from reviews.models import ChatPost
from reviews.selectors.status import get_parts
from reviews.tasks import heartbeat, send_digests
from teams.models import OutgoingMail
from tests.conftest import NOW
from tests.doors import browser_of
from tests.factories.goals import ImportFactory, KpiFactory, SourceFactory, SourcePullFactory
from tests.factories.reviews import ChatRoomFactory, DeliveryFactory, RunFactory

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nobody_seen(db, monkeypatch):
    monkeypatch.setattr(pulse, "_noted", {})
    cache.clear()


def seen(part, at):
    pulse._noted.clear()
    pulse.note(part, at=at)


def parts(workspace, *, whole_house=False):
    found = get_parts(workspace, at=NOW, whole_house=whole_house)
    return {part.label: part for part in found}


def test_a_worker_that_never_ran_is_said_to_be_missing(workspace):
    part = parts(workspace)["Worker"]

    assert not part.fine
    assert part.text == "Never seen. Until it runs, numbers, imports and mail wait."


@pytest.mark.parametrize(
    ("ago", "fine", "text"),
    [
        (MINUTE, True, "At work, last seen 08:59."),
        (
            dt.timedelta(days=1),
            False,
            "Last seen Sun 15 Nov, 09:00. Until it runs again, numbers, imports and mail wait.",
        ),
    ],
)
def test_a_worker_is_missing_after_two_silent_minutes(workspace, ago, fine, text):
    seen(pulse.WORKER, NOW - ago)

    part = parts(workspace)["Worker"]

    assert (part.fine, part.text) == (fine, text)


def test_a_task_shows_that_a_worker_runs_and_a_heartbeat_that_beat_does(workspace, frozen):
    note_pulse(task=send_digests)
    assert parts(workspace)["Worker"].fine
    assert not parts(workspace)["Heartbeat"].fine

    note_pulse(task=heartbeat)
    assert parts(workspace)["Heartbeat"].text.endswith("every 30 seconds, last 09:00.")


def test_a_burst_of_tasks_is_written_down_once(db, django_assert_num_queries):
    pulse.note(pulse.WORKER, at=NOW)

    with django_assert_num_queries(0):
        pulse.note(pulse.WORKER, at=NOW)


def test_numbers_that_wait_are_counted(workspace, author, frozen):
    assert parts(workspace)["Numbers"].text == "There are none yet."
    KpiFactory(workspace=workspace, owner=author.membership, code="trials")
    record([NewValue("trials", dt.date(2026, 11, 9), Decimal(5))], by=author, at=NOW)
    DirtyMark.objects.update(made_at=NOW - 3 * MINUTE)

    part = parts(workspace)["Numbers"]

    assert (part.fine, part.text) == (
        False,
        "1 changed value waits to be added up, since 08:57.",
    )
    drain(workspace=workspace, at=NOW)
    assert parts(workspace)["Numbers"].text == "All added up, as of 09:00."


def test_imports_at_work_are_counted(workspace, lead):
    ImportFactory(created_by=lead, state="checking")

    assert parts(workspace)["Imports"].text == "1 is being worked on."


@pytest.mark.parametrize(
    ("source", "pull", "fine", "text"),
    [
        ({"state": "paused", "failing_since": NOW}, None, True, "None is active."),
        ({}, {"state": "failed"}, True, "1 is pulled."),
        ({"failing_since": NOW}, {"state": "failed"}, False, "1 does not arrive."),
        ({}, {"state": "reading", "asked_at": NOW - HOUR}, True, "1 is pulled."),
        ({}, {"state": "reading", "asked_at": NOW - HOUR - MINUTE}, False, "1 does not arrive."),
    ],
)
def test_sources_that_fail_or_stand_still_need_a_look(workspace, lead, source, pull, fine, text):
    active = {"state": "active", "next_at": NOW} if "state" not in source else {}
    made = SourceFactory(owner=lead, **active, **source)
    if pull:
        SourcePullFactory(source=made, **pull)

    part = parts(workspace)["Sources"]

    assert (part.fine, part.text) == (fine, text)


@pytest.mark.parametrize(
    ("states", "fine", "text"),
    [
        ([], True, "1 is told of each week."),
        (["failed", "sent"], True, "1 is told of each week."),
        (["sent", "failed"], False, "The last message to 1 did not arrive."),
    ],
)
def test_a_chat_whose_last_message_failed_needs_a_look(workspace, lead, states, fine, text):
    assert parts(workspace)["Chats"].text == "None is set up."
    room = ChatRoomFactory(added_by=lead)
    for state in states:
        ChatPost.objects.create(room=room, send_after=NOW, state=state)

    part = parts(workspace)["Chats"]

    assert (part.fine, part.text) == (fine, text)


def test_digests_that_failed_or_may_have_failed_need_a_look(workspace):
    run = RunFactory(workspace=workspace)
    assert parts(workspace)["Digests"].fine
    for state in ("unknown", "failed"):
        DeliveryFactory(run=run, state=state)

    part = parts(workspace)["Digests"]

    assert not part.fine
    assert part.text == "None waits. 1 failed. Of 1 nobody knows whether it arrived."


def test_mail_of_the_whole_installation_is_shown_to_its_operators_only(workspace):
    OutgoingMail.objects.create(
        message_id="m", sender="a@example.com", recipient="b@example.com", subject="s", body=b"",
        state="waiting", created_at=NOW,
    )  # fmt: skip

    assert "Other mail" not in parts(workspace)
    assert parts(workspace, whole_house=True)["Other mail"].text == "1 waits."


def test_nothing_of_other_workspaces_is_counted(workspace, stranger, lead):
    ImportFactory(created_by=stranger, state="checking")

    assert parts(workspace)["Imports"].text == "None is being worked on."


@pytest.mark.parametrize("page", ["reviews:home", "goals:kpis"])
def test_stale_numbers_lead_admins_to_the_status_page(workspace, author, admin, lead, page, frozen):
    KpiFactory(workspace=workspace, owner=author.membership, code="trials")
    record([NewValue("trials", dt.date(2026, 11, 9), Decimal(5))], by=author, at=NOW)
    DirtyMark.objects.update(made_at=NOW - 3 * MINUTE)
    status = reverse("reviews:status", args=[workspace.slug])

    leads = {}
    for reader in (admin, lead):
        html = browser_of(reader).get(reverse(page, args=[workspace.slug])).content.decode()
        assert "The worker has not run" in html
        leads[reader] = f'href="{status}"' in html

    assert leads == {admin: True, lead: False}


def test_the_page_shows_each_part_with_shape_and_word(workspace, admin, frozen):
    html = browser_of(admin).get(reverse("reviews:status", args=[workspace.slug])).content.decode()

    assert html.count('data-status="off_track"') == 2  # worker and heartbeat
    assert html.count("Needs a look") == 2
