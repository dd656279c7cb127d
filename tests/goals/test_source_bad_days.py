"""Sources on bad days: each ends in a sentence, told once, with nothing lost or doubled."""

import re
from functools import partial

import pytest
import trustme

from core import egress
from goals.models import Import, SourcePull
from goals.services import imports, sources
from goals.services.kpis import archive_kpi
from goals.services.sources import SourceRuleError, outcomes
from goals.services.sources.pulling import LEASE, PAUSES
from teams.models import OutgoingMail
from teams.policy import Role
from teams.services.members import change_role
from tests.beside import at_once, start_child
from tests.conftest import NOW
from tests.doors import browser_of, text_of
from tests.goals.bad_files import csv
from tests.goals.pulling import AFTER, BEFORE, DAY, FILE, HOUR, NEXT, pulled, set_up, stored, work
from tests.https import FORBIDDEN_HOSTS, cuts, drips, gives, redirects, says

State = SourcePull.State
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


# -- Bad days -------------------------------------------------------------------------------------


BIG = b"Date,Leads\n" + b"2026-11-09,5\n" * 100_000
BAD_ANSWERS = {
    "private network": (redirects("https://10.0.0.1/"), "leads into a private network"),
    "plain http": (redirects("http://example.com/"), "must begin with https"),
    "too large": (gives(BIG), "larger than 1 MB"),
    "web page": (gives(b"<!DOCTYPE html><html><body>Sign in</body></html>"), "a web page"),
    "cut": (cuts, "broke off"),
    "half a line": (says(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nDate,Le"), "broke off"),
    "404": (gives(b"", status="404 Not Found"), r"no file at this address any more \(404\)"),
    "403": (gives(b"", status="403 Forbidden"), r"does not give the file to everybody \(403\)"),
    "500": (gives(b"", status="500 Oh"), r"cannot answer at the moment \(500\)"),
    "nothing": (gives(b""), "empty"),
    "204": (gives(b"", status="204 No Content"), r"gave no file \(204\)"),
}


@pytest.mark.parametrize("day", BAD_ANSWERS)
def test_a_bad_answer_ends_in_a_sentence_and_changes_nothing(source, web, settings, day):
    script, sentence = BAD_ANSWERS[day]
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    web.scripts = [script]

    pull = pulled(source)

    assert pull.state == State.FAILED
    assert re.search(sentence + r".*\.$", pull.last_error), pull.last_error
    assert source.last_error == pull.last_error
    assert (stored(), Import.objects.count()) == (BEFORE, 1)
    assert OutgoingMail.objects.count() == 1


def test_a_slow_drip_is_hung_up_on_and_told(source, web, monkeypatch):
    monkeypatch.setattr(egress, "SECONDS", 0.3)
    web.scripts = [drips]

    pull = pulled(source)

    assert pull.last_error == "The server took too long to answer."
    assert stored() == BEFORE


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


def test_an_odd_file_that_is_imported_late_teaches_nothing_any_more(source, web):
    web.scripts = [gives(csv("Date,Referrals,Leads", "2026-11-02,5,8")), gives(FILE), gives(NEXT)]
    odd = pulled(source)
    pulled(source, at=NOW + DAY)

    mapping = {"date": "Date", "values": {"Leads": "leads"}}
    imports.match(row=odd.imported, mapping=mapping, writes_when_checked=True)
    work(NOW + DAY)

    odd.refresh_from_db()
    assert odd.state == State.DONE
    assert pulled(source, at=NOW + 2 * DAY).state == State.DONE


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
    source.address = address
    source.save(update_fields=["sealed_address"])

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


def test_a_pull_that_cannot_be_settled_holds_up_no_other(source, web, lead, monkeypatch, caplog):
    other = set_up(lead, web.url)
    web.scripts = [gives(FILE), gives(FILE)]
    first = sources.ask_for_pull(source=source, by=lead, at=NOW)
    second = sources.ask_for_pull(source=other, by=lead, at=NOW)
    settle = outcomes._settle

    def fail_at_first(key, *, at):
        if key == first.pk:
            raise ValueError(key)
        settle(key, at=at)

    monkeypatch.setattr(outcomes, "_settle", fail_at_first)
    work()

    second.refresh_from_db()
    assert second.state in (State.HELD, State.DONE, State.SAME)
    assert f"The outcome of pull {first.pk} could not be noted." in caplog.text

    monkeypatch.undo()
    work()
    first.refresh_from_db()
    assert first.state == State.DONE
