"""The digest pipeline against its floor: the same bytes, built before, down one connection."""

import datetime as dt
import os
import random
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.report import Report
from bench.world import NOW, make_workspace
from core import mailer
from goals.models import Kpi, Series, Target
from goals.services.rebuild import rebuild
from reviews.models import DigestSubscription
from reviews.services import ledger
from reviews.services.planning import plan_week
from reviews.services.sending import send_waiting
from teams.models import Membership, User, Workspace
from teams.policy import Role

PEOPLE, KPIS, WEEKS, ROUNDS = 500, 48, 26, 7
LAST_WEEK = dt.date(2026, 11, 9)
Mail = tuple[bytes, str]


def measure(report: Report) -> None:
    workspace = _company()
    with _sink() as port:
        settings.SMTP = {
            "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port,
            "EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": "",
        }  # fmt: skip
        mails, queries = _first_week(workspace)
        floors, ours = [], []
        for back in range(1, ROUNDS + 1):
            plan_week(workspace=workspace, week=LAST_WEEK - dt.timedelta(weeks=back), at=NOW)
            floors.append(_timed(lambda: _send_prebuilt(mails, port)))
            ours.append(_timed(lambda: send_waiting(at=NOW + dt.timedelta(hours=1))))
    ratio = statistics.median(mine / floor for mine, floor in zip(ours, floors, strict=True))
    each = statistics.median(ours) / PEOPLE * 1000
    floor = statistics.median(floors) / PEOPLE * 1000
    report.add(
        f"digest pipeline against the SMTP floor ({floor:.2f} ms a mail)",
        f"{ratio:.2f} ({each:.2f} ms)",
        "<= 1.5",
    )
    report.add(f"queries of a batch of {ledger.BATCH} beyond two a mail", f"{queries}", "<= 6")


def _company() -> Workspace:
    """Make 500 members, some of them owners of 48 KPIs, with half a year of weekly numbers."""
    owner = make_workspace("digests")
    workspace = owner.workspace
    users = User.objects.bulk_create(
        User(email=f"reader{n}@example.com", name=f"Reader{n} Żółć", password="!")
        for n in range(1, PEOPLE)
    )
    members = Membership.objects.bulk_create(
        Membership(workspace=workspace, user=user, role=Role.MEMBER, joined_at=NOW - _YEAR)
        for user in users
    )
    everybody = [owner, *members]
    Membership.objects.filter(pk=owner.pk).update(joined_at=NOW - _YEAR)
    DigestSubscription.objects.bulk_create(
        DigestSubscription(workspace=workspace, membership=member, variant="personal")
        for member in everybody
    )
    kpis = Kpi.objects.bulk_create(
        Kpi(
            workspace=workspace, owner=everybody[n * 7], number=n, code=f"k{n}",
            name=f"Trial sign-ups in market {n}", kind="response", unit="count",
            direction="increase", aggregation="sum", cadence="weekly",
        )
        for n in range(1, KPIS + 1)
    )  # fmt: skip
    series = Series.objects.bulk_create(Series(kpi=kpi) for kpi in kpis)
    Target.objects.bulk_create(
        Target(
            kpi=kpi, number=1, valid_from=dt.date(2026, 1, 1), comparator="at_least", value=500,
            set_by=owner, set_at=NOW,
        )
        for kpi in kpis
    )  # fmt: skip
    _write_numbers(owner, series)
    rebuild(workspace=workspace, at=NOW)
    return workspace


_YEAR = dt.timedelta(days=365)


def _write_numbers(owner: Membership, series: list[Series]) -> None:
    numbers = random.Random(46)
    weeks = [LAST_WEEK - dt.timedelta(weeks=back) for back in range(WEEKS)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO measurements (series_id, on_date, value, note, source, recorded_by_id,"
            " recorded_at) VALUES (%s, %s, %s, '', 'bench', %s, %s)",
            [
                (each.pk, week, numbers.choice([250, 470, 510, 700]), owner.pk, NOW)
                for each in series
                for week in weeks
            ],
        )


def _first_week(workspace: Workspace) -> tuple[list[Mail], int]:
    """
    Send a week; give its mails as bytes, and the queries of one batch.

    The two updates of each mail go past Django, so they are not among them.
    """
    plan_week(workspace=workspace, week=LAST_WEEK, at=NOW)
    mails: list[Mail] = []
    hand_over = mailer.Line.hand_over

    def record(line: mailer.Line, message: bytes, **given: object) -> None:
        mails.append((message, str(given["recipient"])))
        hand_over(line, message, **given)

    with patch.object(mailer.Line, "hand_over", record), CaptureQueriesContext(connection) as found:
        send_waiting(at=NOW + dt.timedelta(hours=1))
    batches = -(-PEOPLE // ledger.BATCH)
    # Two settle what was lost before the first batch, and one claim finds nothing after the last.
    return mails, -(-(len(found) - 3) // batches)


def _send_prebuilt(mails: list[Mail], port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for message, recipient in mails:
            server.sendmail(mailer.sender_address(), [recipient], message)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _sink() -> Iterator[int]:
    """Run an SMTP server that takes everything, as a process of its own; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = ["-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        [sys.executable, *command], env={**os.environ, "PYTHONWARNINGS": "ignore"}
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _try in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"Nobody listens on port {port}.")
