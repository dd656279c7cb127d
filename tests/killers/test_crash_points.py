"""Killed at every named step: what is left behind, and what comes of it."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import pytest
from django.urls import reverse

from core.intake import ReadOptions
from core.jobs import _bell
from goals.models import DirtyMark, Import, KpiRollup, Measurement, NumbersState
from goals.services import imports, measurements
from goals.services.measurement_rows import Author, NewValue
from goals.services.rebuild import rebuild
from goals.services.rollups import drain
from goals.tasks import heartbeat
from reviews.models import DigestDelivery
from teams.models import OutgoingMail
from teams.services import mail
from tests.beside import eventually, free_port
from tests.factories.goals import KpiFactory, kpi_by_market
from tests.goals.reference import recomputed_rollups, stored_rollups
from tests.killers.dying import dies_at
from tests.killers.stack import SINK, Mailbox
from tests.smtp import smtp_settings

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = dt.date(2026, 11, 9)
AFTER_THE_LEASE = dt.timedelta(minutes=16)
Delivery = DigestDelivery.State


@pytest.fixture
def numbers(workspace, lead, member):
    """Give a way to record values of a KPI per market and of a formula over it."""
    kpi_by_market("pl", workspace=workspace, owner=lead, code="leads", cadence="daily")
    KpiFactory(
        workspace=workspace, owner=lead, code="twice", cadence="daily",
        aggregation="formula", formula="2 * leads",
    )  # fmt: skip

    def record(value, *, at):
        rows = [NewValue("leads", MONDAY + dt.timedelta(days=n), value, "pl") for n in range(3)]
        measurements.record(rows, by=Author(membership=member, source="test"), at=at)

    return record


# -- rollups --------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["drain.after_take", "drain.after_levels", "drain.before_commit"])
def test_a_drain_that_is_killed_leaves_the_old_rollups_and_all_marks(
    workspace, numbers, now, point
):
    """Show reliability row FM-14, at each step of a drain."""
    numbers(Decimal(1), at=now)
    drain(workspace=workspace, at=now)
    before = stored_rollups(workspace)
    numbers(Decimal(5), at=now)

    dies_at(point, lambda: drain(workspace=workspace, at=now))

    assert (stored_rollups(workspace), DirtyMark.objects.count()) == (before, 3)
    assert drain(workspace=workspace, at=now) == 3
    assert stored_rollups(workspace) == recomputed_rollups(workspace)


def test_a_rebuild_that_is_killed_leaves_the_old_rollups_in_use(workspace, numbers, now):
    """Show reliability row FM-14 for a rebuild."""
    numbers(Decimal(1), at=now)
    drain(workspace=workspace, at=now)
    before = stored_rollups(workspace)

    dies_at("rebuild.before_switch", lambda: rebuild(workspace=workspace, at=now))

    assert stored_rollups(workspace) == before
    rebuild(workspace=workspace, at=now)
    state = NumbersState.objects.get(workspace=workspace)
    assert state.building is None
    assert set(KpiRollup.objects.values_list("generation", flat=True)) == {state.generation}
    assert stored_rollups(workspace) == recomputed_rollups(workspace)


def test_a_write_whose_bell_was_never_rung_is_found_by_the_heartbeat(
    workspace, numbers, now, bells
):
    """Show reliability row FM-12: the process dies between the commit and the bell."""
    dies_at("bell.before_ring", lambda: numbers(Decimal(1), at=now))

    assert (Measurement.objects.count(), DirtyMark.objects.count()) == (3, 3)
    assert bells() == set()
    heartbeat()
    assert _bell("goals.tasks.refresh_rollups", {"workspace_id": workspace.pk}) in bells()


# -- imports --------------------------------------------------------------------------------------


@pytest.fixture
def uploaded(workspace, lead, now):
    KpiFactory(workspace=workspace, owner=lead, code="leads", cadence="daily")
    row = imports.upload(
        content=b"date,leads\n2026-11-09,1\n2026-11-10,2\n", filename="leads.csv",
        options=ReadOptions(), by=lead, at=now,
    )  # fmt: skip
    imports.match(row=row, mapping={"date": "date", "values": {"leads": "leads"}})
    return row


def work(at):
    return lambda: imports.run_next(at=at)


def test_a_file_that_kills_three_workers_is_given_up_and_says_so(client, uploaded, lead, now):
    """Show reliability row FM-33: parked after three attempts, and shown."""
    for n in range(3):
        dies_at("import.after_stage", work(now + n * AFTER_THE_LEASE))

    assert not imports.run_next(at=now + 3 * AFTER_THE_LEASE)
    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.attempts) == (Import.State.FAILED, 3)
    client.force_login(lead.user)
    page = client.get(reverse("goals:import", args=[uploaded.workspace.slug, uploaded.number]))
    assert b"A worker stopped three times while it was at work on this." in page.content


# -- mail -----------------------------------------------------------------------------


@pytest.fixture
def mailbox(settings, tmp_path):
    """Give the Message-IDs that an SMTP server, a process of its own, has accepted."""
    port, mailbox = free_port(), Mailbox(tmp_path / "mails")
    with subprocess.Popen([sys.executable, str(SINK), str(port), str(mailbox.file)]) as server:
        settings.SMTP = smtp_settings(port)
        assert eventually(mailbox.is_ready)
        yield mailbox
        server.kill()


def test_a_mail_whose_end_is_not_known_is_sent_again_under_the_same_name(mailbox, now):
    row = mail.queue(
        workspace=None, recipient="ann@example.com", subject="Hello", text="Hello.", at=now
    )

    dies_at("mail.after_handing_over", lambda: mail.send_waiting(at=now))

    assert mail.send_waiting(at=now + AFTER_THE_LEASE) == 1
    row.refresh_from_db()
    assert row.state == OutgoingMail.State.SENT
    assert mailbox.mails() == {row.message_id: 2}
