"""Sources: a file is pulled when it is due and imported as the one before; bad days are told."""

import datetime as dt
import re
from decimal import Decimal
from functools import partial

import pytest
import trustme

from core import egress
from core.intake import ReadOptions
from goals.models import Import, Measurement, Source, SourcePull
from goals.services import imports, sources
from goals.services.kpis import archive_kpi
from goals.services.sources import SourceRuleError
from goals.services.sources.due import SourceArchivedError
from goals.services.sources.pulling import LEASE, PAUSES
from goals.tasks import heartbeat
from teams.audit.trail import latest
from teams.models import OutgoingMail
from teams.policy import Role
from teams.services.members import change_role
from teams.services.workspaces import change_settings
from tests.beside import at_once, start_child
from tests.conftest import NOW
from tests.doors import browser_of, text_of
from tests.factories.goals import KpiFactory
from tests.goals.bad_files import csv
from tests.https import FORBIDDEN_HOSTS, cuts, drips, gives, redirects, says

State = SourcePull.State
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
FILE = csv("Date,Leads", "2026-11-02,5", "2026-11-09,6")
NEXT = csv("Date,Leads", "2026-11-02,5", "2026-11-09,6", "2026-11-16,7")
WORKER = """
import datetime as dt
from django.conf import settings
settings.ALLOWED_HOSTS, settings.EGRESS_ALLOWED = ["testserver"], ["127.0.0.1/32"]
settings.EGRESS_CA_FILE = sys.argv[3]
from goals.services import imports, sources
at = dt.datetime.fromisoformat(sys.argv[2])
while sources.run_next(at=at):
    pass
while imports.run_next(at=at):
    pass
sources.settle(at=at)
"""


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


@pytest.fixture
def first(lead, leads):
    """An import that worked."""
    row = imports.take(
        content=csv("Date,Leads", "2026-10-26,4"), filename="leads.csv", options=ReadOptions(),
        mapping=None, writes_when_checked=True, by=lead, at=NOW - DAY,
    )  # fmt: skip
    assert imports.run_next(at=NOW - DAY, only=row)
    assert imports.run_next(at=NOW - DAY, only=row)
    row.refresh_from_db()
    assert row.state == Import.State.DONE
    return row


@pytest.fixture
def source(lead, first, web):
    """A source that is pulled every day at 06:00 in Warsaw, and was not pulled yet."""
    return set_up(lead, web.url, like=first, state=Source.State.PAUSED)


def set_up(lead, address, **given):
    kept = sources.create_source(
        name="Leads of the CRM",
        address=address,
        hour=6,
        owner=lead,
        by=lead,
        at=NOW - HOUR,
        **given,
    )
    if kept.state == Source.State.PAUSED:
        kept = sources.change_source(source=kept, version=1, at=NOW - HOUR, state="active")
    return kept


def work(at=NOW):
    """Do what the workers do."""
    while sources.run_next(at=at):
        pass
    while imports.run_next(at=at):
        pass
    sources.settle(at=at)


def pulled(source, *, at=NOW):
    """Pull a source, with as many tries as it takes; give the pull."""
    pull = sources.ask_for_pull(source=source, by=source.owner, at=at)
    work(at)
    for pause in PAUSES:
        at += pause + dt.timedelta(minutes=1)
        work(at)
    pull.refresh_from_db()
    source.refresh_from_db()
    return pull


def stored():
    values = Measurement.objects.order_by("on_date").values_list("on_date", "value")
    return {day.isoformat(): int(value) for day, value in values}


BEFORE = {"2026-10-26": 4}
AFTER = {"2026-10-26": 4, "2026-11-02": 5, "2026-11-09": 6}


# -- The good day ---------------------------------------------------------------------------------


def test_a_file_is_pulled_and_imported_as_the_one_before_it(source, web, lead):
    web.scripts = [gives(FILE)]

    pull = pulled(source)

    assert (pull.state, pull.last_error) == (State.DONE, "")
    assert pull.imported.summary["outcome"] == {"created": 2, "updated": 0, "unchanged": 0}
    assert (pull.imported.created_by, pull.imported.filename) == (lead, "Leads of the CRM")
    assert stored() == AFTER
    assert (source.last_success_at, source.failing_since) == (NOW, None)
    assert not OutgoingMail.objects.exists()


def test_without_an_import_the_first_file_waits_for_a_person_and_teaches(lead, leads, web):
    web.scripts = [gives(FILE), gives(NEXT)]
    source = set_up(lead, web.url)

    pull = pulled(source)
    assert (pull.state, pull.imported.state) == (State.HELD, Import.State.UPLOADED)
    ref = pull.imported.ref
    assert pull.last_error == (
        f"This is the first file. Match and import {ref}, and the next ones follow it."
    )
    imports.match(row=pull.imported, mapping=pull.imported.mapping, writes_when_checked=True)
    work()

    pull.refresh_from_db()
    assert pull.state == State.DONE
    assert pulled(source, at=NOW + DAY).state == State.DONE
    assert stored() == {"2026-11-02": 5, "2026-11-09": 6, "2026-11-16": 7}


def test_the_next_file_is_asked_for_only_if_it_changed(source, web):
    web.scripts = [
        gives(FILE, 'ETag: "one"', "Last-Modified: Mon, 16 Nov 2026 05:00:00 GMT"),
        gives(b"", status="304 Not Modified"),
    ]

    pulled(source)
    pull = pulled(source, at=NOW + DAY)

    assert pull.state == State.SAME
    assert b'If-None-Match: "one"\r\n' in web.requests[1]
    assert b"If-Modified-Since: Mon, 16 Nov 2026 05:00:00 GMT\r\n" in web.requests[1]
    assert source.last_success_at >= NOW + DAY


def test_yesterdays_file_again_is_nothing_new_and_no_import(source, web):
    web.scripts = [gives(FILE)]

    pulled(source)
    pull = pulled(source, at=NOW + DAY)

    assert (pull.state, pull.imported) == (State.SAME, None)
    assert Import.objects.count() == 2, "the first, and the one of the first pull"
    assert source.last_success_at >= NOW + DAY


def test_a_file_that_was_undone_is_not_written_again_by_itself(source, web, lead):
    web.scripts = [gives(FILE)]
    row = pulled(source).imported
    imports.undo(row=row, by=lead, at=NOW)
    work()

    assert pulled(source, at=NOW + DAY).state == State.SAME
    assert stored() == BEFORE


# -- When -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weekday", "after", "expected"), [
    (None, "2026-11-16T04:59", "2026-11-16T05:00"),
    (None, "2026-11-16T05:00", "2026-11-17T05:00"),
    (0, "2026-11-16T05:00", "2026-11-23T05:00"),
    (4, "2026-11-16T05:00", "2026-11-20T05:00"),
    (None, "2027-03-27T06:00", "2027-03-28T04:00"),
], ids=["today", "tomorrow", "next Monday", "Friday", "summer time begins"])  # fmt: skip
def test_a_source_is_due_by_the_clocks_of_the_workspace(lead, leads, web, weekday, after, expected):
    at, moment = (dt.datetime.fromisoformat(f"{text}:00+00:00") for text in (after, expected))
    kept = sources.create_source(
        name="Leads", address=web.url, weekday=weekday, hour=6, owner=lead, by=lead, at=at
    )

    assert kept.next_at == moment


def test_the_heartbeat_finds_what_is_due_once_and_makes_up_nothing(source, web, frozen):
    assert source.next_at == NOW + 21 * HOUR
    missed = NOW - 10 * DAY
    Source.objects.update(next_at=missed)

    for _beat in range(2):
        heartbeat()

    pull = SourcePull.objects.get()
    assert (pull.asked_by, pull.asked_at) == (None, NOW)
    source.refresh_from_db()
    assert source.next_at == NOW + 21 * HOUR


def test_a_source_still_being_pulled_is_passed_over(source, lead):
    sources.ask_for_pull(source=source, by=lead, at=NOW)

    assert sources.plan_due(at=source.next_at) == 1
    assert SourcePull.objects.count() == 1


@pytest.mark.parametrize("state", ["paused", "archived"])
def test_a_source_at_rest_is_never_due(source, state):
    sources.change_source(source=source, version=source.version, state=state, at=NOW)

    assert sources.plan_due(at=NOW + 30 * DAY) == 0


def test_an_archived_source_is_not_pulled_even_if_asked(source, lead, web):
    sources.ask_for_pull(source=source, by=lead, at=NOW)
    sources.change_source(source=source, version=source.version, state="archived", at=NOW)

    work()

    assert web.requests == []
    with pytest.raises(SourceArchivedError):
        sources.ask_for_pull(source=source, by=lead, at=NOW)


def test_other_clocks_move_what_is_due(source, workspace, frozen):
    change_settings(workspace=workspace, version=workspace.version, timezone="Asia/Bangkok")

    source.refresh_from_db()
    assert source.next_at == NOW + 15 * HOUR


def test_a_source_that_is_due_stays_so_whatever_is_changed_before_the_heartbeat(source, workspace):
    due = source.next_at + dt.timedelta(seconds=10)

    sources.reschedule(workspace=workspace, at=due)
    sources.change_source(source=source, version=source.version, name="Leads", at=due)

    assert sources.plan_due(at=due) == 1


# -- Bad days -------------------------------------------------------------------------------------


BIG = b"Date,Leads\n" + b"2026-11-09,5\n" * 100_000
BAD_ANSWERS = {
    "private network": (redirects("https://10.0.0.1/"), "leads into a private network"),
    "plain http": (redirects("http://example.com/"), "must begin with https"),
    "too large": (gives(BIG), "larger than 1 MB"),
    "web page": (gives(b"<!DOCTYPE html><html><body>Sign in</body></html>"), "a web page"),
    "cut": (cuts, "broke off"),
    "half a line": (says(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nDate,Le"), "broke off"),
    "drip": (drips, "took too long"),
    "404": (gives(b"", status="404 Not Found"), r"no file at this address any more \(404\)"),
    "403": (gives(b"", status="403 Forbidden"), r"does not give the file to everybody \(403\)"),
    "500": (gives(b"", status="500 Oh"), r"cannot answer at the moment \(500\)"),
    "nothing": (gives(b""), "empty"),
    "204": (gives(b"", status="204 No Content"), r"gave no file \(204\)"),
}


@pytest.mark.parametrize("day", BAD_ANSWERS)
def test_a_bad_answer_ends_in_a_sentence_and_changes_nothing(
    source, web, settings, monkeypatch, day
):
    script, sentence = BAD_ANSWERS[day]
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    monkeypatch.setattr(egress, "SECONDS", 0.3)
    web.scripts = [script]

    pull = pulled(source)

    assert pull.state == State.FAILED
    assert re.search(sentence + r".*\.$", pull.last_error), pull.last_error
    assert source.last_error == pull.last_error
    assert (stored(), Import.objects.count()) == (BEFORE, 1)
    assert OutgoingMail.objects.count() == 1


def test_a_certificate_of_somebody_else_is_refused(source, web, settings, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    settings.EGRESS_CA_FILE = str(tmp_path / "other.pem")
    egress._context.cache_clear()

    pull = pulled(source)

    assert pull.last_error == "The certificate of the server is not valid."
    assert web.requests == []


def test_a_server_that_is_away_is_tried_three_times_and_then_told(source, web):
    web.scripts = [gives(b"", status="503 Away")]
    sources.ask_for_pull(source=source, by=source.owner, at=NOW)
    tries = []
    for at in (NOW, NOW + PAUSES[0] / 2, NOW + PAUSES[0] + HOUR / 60, NOW + HOUR, NOW + 2 * HOUR):
        work(at)
        tries.append((len(web.requests), SourcePull.objects.get().state))

    assert tries == [(1, "waiting"), (1, "waiting"), (2, "waiting"), (3, "failed"), (3, "failed")]


def test_a_server_that_comes_back_in_time_worries_nobody(source, web):
    web.scripts = [gives(b"", status="503 Away"), gives(FILE)]

    assert pulled(source).state == State.DONE
    assert not OutgoingMail.objects.exists()


def test_a_file_with_other_headings_waits_for_a_person_and_is_not_matched(source, web):
    web.scripts = [gives(csv("Date,Referrals,Leads", "2026-11-02,5,8"))]

    pull = pulled(source)

    assert pull.state == State.HELD
    assert pull.imported.state == Import.State.UPLOADED
    assert pull.last_error == (
        "The headings of the file are not those of the last one. "
        f"Match {pull.imported.ref}, and the next files follow it."
    )
    assert stored() == BEFORE


def test_the_same_odd_file_again_is_no_second_import(source, web):
    web.scripts = [gives(csv("Date,Referrals,Leads", "2026-11-02,5,8"))]

    both = [pulled(source).imported, pulled(source, at=NOW + DAY).imported]

    assert both[0] == both[1]
    assert OutgoingMail.objects.count() == 1, "one outage, one mail"


def test_a_row_of_totals_is_left_out_however_it_looks(source, web):
    web.scripts = [gives(FILE + b"Total,11\n"), gives(NEXT + b"2026-11-16,18\n")]

    assert pulled(source).state == State.DONE
    assert stored() == AFTER
    odd = pulled(source, at=NOW + DAY)

    assert odd.state == State.HELD
    assert odd.last_error == (
        f"The file has 1 problem, so nothing of it was written. Look at {odd.imported.ref}."
    )
    assert stored() == AFTER


def test_a_row_of_totals_without_a_date_keeps_the_whole_file_back(source, web):
    web.scripts = [gives(FILE + b",12\n")]

    pull = pulled(source)

    assert pull.state == State.HELD
    assert stored() == BEFORE


def test_a_kpi_that_is_gone_keeps_the_file_until_somebody_looks(source, web, leads):
    archive_kpi(kpi=leads, at=NOW)
    web.scripts = [gives(FILE)]

    pull = pulled(source)

    assert pull.state == State.HELD
    assert "“leads”" in pull.last_error


def test_an_owner_who_may_not_import_any_more_is_told(source, web, lead, owner):
    change_role(membership=lead, role=Role.MEMBER, by=owner)

    pull = pulled(source)

    assert pull.last_error == "Leo Lead, who owns this source, may not import files any more."
    assert web.requests == []


# -- Told once ------------------------------------------------------------------------------------


def test_the_owner_is_told_once_when_it_stops_and_once_when_it_works_again(source, web, lead):
    web.scripts = [gives(b"", status="404 Gone"), gives(b"", status="403 No"), gives(FILE)]

    for days in range(3):
        pulled(source, at=NOW + days * DAY)

    subjects = OutgoingMail.objects.order_by("pk").values_list("recipient", "subject")
    assert list(subjects) == [
        (lead.user.email, "“Leads of the CRM” could not be pulled"),
        (lead.user.email, "“Leads of the CRM” works again"),
    ]
    assert source.failing_since is None


def test_the_mail_says_why_and_where_and_keeps_the_address_to_itself(source, web):
    web.scripts = [gives(b"", status="404 Gone")]

    pulled(source)

    body = bytes(OutgoingMail.objects.get().body).decode()
    assert "any more (404)." in body
    assert f"/w/rosemary/kpis/sources/{source.ref}/" in body
    assert "week" not in body


def test_the_people_of_a_demo_get_no_mail(source, web, workspace):
    type(workspace).objects.filter(pk=workspace.pk).update(is_demo=True)
    web.scripts = [gives(b"", status="404 Gone")]

    assert pulled(source).state == State.FAILED
    assert not OutgoingMail.objects.exists()


def test_it_stands_on_home_for_its_owner_until_it_works_again(
    source, web, lead, owner, leads, frozen
):
    web.scripts = [gives(b"", status="404 Gone"), gives(FILE)]
    home, sentence = "/w/rosemary/", "Leads of the CRM: There is no file at this address"

    def told(member):
        return sentence in text_of(browser_of(member).get(home))

    before = told(lead)
    pulled(source)
    during = told(lead), told(owner)
    pulled(source, at=NOW + DAY)

    assert (before, during, told(lead)) == (False, (True, False), False)


# -- Forbidden addresses --------------------------------------------------------------------------


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_a_forbidden_address_opens_no_connection(source, listener, settings, monkeypatch, host):
    """When it is set up, when it is changed, and when it is pulled all the same."""
    settings.EGRESS_ALLOWED = []
    monkeypatch.setattr("core.jobs.ring", lambda *_path, **_ids: None)
    address = f"https://{host}/numbers.csv"
    if "localhost" not in host.lower():
        with pytest.raises(SourceRuleError):
            set_up(source.owner, address)
        with pytest.raises(SourceRuleError):
            sources.change_source(source=source, version=source.version, address=address, at=NOW)
    Source.objects.filter(pk=source.pk).update(address=address)

    pull = pulled(source)

    assert (pull.state, listener) == (State.FAILED, [])


# -- Two at once, and killed ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_pull_and_two_workers_one_import(source, web, lead):
    web.scripts = [gives(FILE)]

    asked = at_once(*[partial(sources.ask_for_pull, source=source, by=lead, at=NOW)] * 2)
    worked = at_once(*[partial(sources.run_next, at=NOW)] * 2)
    work()

    assert asked[0] == asked[1]
    assert sorted(worked) == [False, True]
    assert (len(web.requests), Import.objects.count(), stored()) == (1, 2, AFTER)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "place", ["pull.after_fetch", "pull.before_handing_over", "pull.after_settling"]
)
def test_a_worker_killed_on_the_way_leaves_the_pull_to_the_next(source, web, lead, place, settings):
    web.scripts = [gives(FILE)]
    sources.ask_for_pull(source=source, by=lead, at=NOW)

    worker = start_child(WORKER, NOW.isoformat(), settings.EGRESS_CA_FILE, MOPS_FAULTS=place)
    _said, complaints = worker.communicate(timeout=120)
    assert worker.returncode == -9, complaints
    work()
    work(NOW + LEASE + HOUR)

    pull = SourcePull.objects.get()
    assert (pull.state, Import.objects.count(), stored()) == (State.DONE, 2, AFTER)


def test_a_worker_that_dies_three_times_is_told_like_any_other_failure(source, web, lead):
    pull = sources.ask_for_pull(source=source, by=lead, at=NOW)
    for n in range(3):
        assert SourcePull.waiting.take(limit=1, lease=LEASE, at=NOW + n * HOUR)

    work(NOW + 3 * HOUR)

    pull.refresh_from_db()
    assert pull.state == State.FAILED
    assert pull.last_error == "A worker stopped three times while it was at work on this."
    assert OutgoingMail.objects.count() == 1


def test_a_worker_that_lost_its_claim_changes_nothing(source, web, lead):
    sources.ask_for_pull(source=source, by=lead, at=NOW)
    [slow] = SourcePull.waiting.take(limit=1, lease=LEASE, at=NOW)
    [_quick] = SourcePull.waiting.take(limit=1, lease=LEASE, at=NOW + HOUR)

    sources.receive(pull=slow, answer=egress.Answer(200, {}, FILE), at=NOW + HOUR)

    assert SourcePull.objects.get().state == State.WAITING
    assert Import.objects.count() == 1


# -- Setting up -----------------------------------------------------------------------------------


def test_the_trail_tells_of_a_source_and_never_its_address(source, workspace):
    sources.change_source(
        source=source, version=source.version, at=NOW, address="https://example.com/?key=hidden",
        hour=7,
    )  # fmt: skip

    told = str([entry for entry in latest(workspace)[0] if entry.what == "Source"])
    assert "example.com" in told
    assert "hidden" not in told
    assert "week=1" not in told


def test_what_is_noted_of_each_pull_is_no_change_of_the_source(source, web, workspace):
    before = len(latest(workspace)[0])
    web.scripts = [gives(FILE)]

    pulled(source)

    told = [entry.what for entry in latest(workspace)[0]]
    assert told.count("Source") == 2
    assert len(told) == before


@pytest.mark.parametrize(("wrong", "field"), [
    ({"address": "http://example.com/"}, "address"),
    ({"hour": 24}, "hour"),
    ({"name": ""}, "name"),
], ids=str)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(lead, wrong, field):
    given = {"name": "Leads", "address": "https://example.com/", "hour": 6} | wrong
    with pytest.raises(SourceRuleError) as caught:
        sources.create_source(**given, owner=lead, by=lead, at=NOW)

    assert caught.value.field == field
    assert not Source.objects.exists()


def test_a_source_belongs_to_somebody_who_may_import(lead, member):
    with pytest.raises(SourceRuleError, match="Mia Member may not import files"):
        sources.create_source(
            name="Leads", address="https://example.com/", hour=6, owner=member, by=lead, at=NOW
        )


def test_a_file_without_dates_is_no_pattern_for_the_next(lead, leads):
    row = imports.take(
        content=csv("Leads", "4"), filename="leads.csv", options=ReadOptions(),
        mapping={"day": "2026-11-09", "values": {"Leads": "leads"}}, writes_when_checked=True,
        by=lead, at=NOW,
    )  # fmt: skip
    imports.run_next(at=NOW, only=row)
    imports.run_next(at=NOW, only=row)
    row.refresh_from_db()

    with pytest.raises(SourceRuleError, match="no column with dates"):
        sources.create_source(
            name="Leads", address="https://example.com/", hour=6, owner=lead, by=lead, at=NOW,
            like=row,
        )  # fmt: skip


def test_values_that_arrive_are_what_the_file_says_not_doubled(source, web):
    """Ask again and again for growing files; each value is there once."""
    web.scripts = [gives(FILE), gives(NEXT), gives(NEXT)]

    for days in range(3):
        pulled(source, at=NOW + days * DAY)

    assert stored() == {**AFTER, "2026-11-16": 7}
    assert Measurement.objects.get(on_date="2026-11-16").value == Decimal(7)
