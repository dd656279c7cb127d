"""My numbers: a week's values typed, pasted, confirmed or excused, with and without JavaScript."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from core.errors import DomainError
from goals.models import Measurement
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.views import number_rows
from tests.conftest import NOW
from tests.doors import text_of
from tests.factories.goals import BreakdownFactory, KpiFactory, SegmentFactory

pytestmark = pytest.mark.usefixtures("frozen")

# The Monday of week 46, the last that is over; the page shows it unless asked otherwise.
MONDAY = dt.date(2026, 11, 9)


@pytest.fixture
def url(workspace):
    return reverse("goals:my-numbers", args=[workspace.slug])


@pytest.fixture
def signed_in(client, member):
    client.force_login(member.user)
    return client


@pytest.fixture
def leads(workspace, member):
    return KpiFactory(workspace=workspace, owner=member, code="leads", name="Leads")


def _slot(kpi, day=MONDAY, segment=0):
    return f"n-{kpi.number}-{segment}-{day:%Y%m%d}"


def _stored():
    rows = Measurement.objects.order_by("series__kpi__code", "on_date")
    return [(row.series.kpi.code, row.on_date, row.value) for row in rows]


def _row(answer, slot):
    """Give the row of a slot: its state, what stands in the field, what stands beside it."""
    page = answer.content.decode()
    row = re.search(rf'<tr data-row id="row-{slot}".*?</tr>', page, re.DOTALL)[0]
    note = re.search(rf'id="{slot}-note">(.*?)(?:<details|</div>)', row, re.DOTALL)[1]
    return (
        re.search(r'data-state="(\w+)"', row)[1],
        unescape(re.search(rf'name="{slot}" value="([^"]*)"', row)[1]),
        unescape(" ".join(re.sub(r"<[^>]+>", " ", note).split())),
    )


def _usual(author, *values):
    rows = [
        NewValue("leads", MONDAY - dt.timedelta(weeks=back), Decimal(value))
        for back, value in enumerate(values, 1)
    ]
    record(rows, by=author, at=NOW)


# -- What is asked for -----------------------------------------------------------------------------


def test_one_is_asked_for_one_s_own_kpis_of_the_week(signed_in, url, workspace, member, lead):
    mine = {
        cadence: KpiFactory(workspace=workspace, owner=member, code=cadence, cadence=cadence)
        for cadence in ("daily", "weekly", "monthly")
    }
    KpiFactory(workspace=workspace, owner=lead, code="theirs")
    KpiFactory(workspace=workspace, owner=member, code="gone", archived_at=NOW)
    KpiFactory(workspace=workspace, owner=member, aggregation="formula", formula="weekly * 2")

    page = signed_in.get(url).content.decode()

    slots = re.findall(r'<tr data-row id="row-([^"]+)"', page)
    week = [MONDAY + dt.timedelta(days=n) for n in range(7)]
    assert slots == [
        *(_slot(mine["daily"], day) for day in week),
        _slot(mine["weekly"]),
        _slot(mine["monthly"], dt.date(2026, 10, 1)),
    ]


def test_a_kpi_with_a_breakdown_asks_for_each_segment_in_use_R30(signed_in, url, workspace, member):
    market = BreakdownFactory(workspace=workspace)
    poland = SegmentFactory(breakdown=market, code="pl", name="Poland")
    SegmentFactory(breakdown=market, name="Gone", archived_on=MONDAY)
    kpi = KpiFactory(workspace=workspace, owner=member, code="visits", breakdown=market)
    slot = _slot(kpi, segment=poland.number)

    signed_in.post(url, {slot: "7"})

    page = signed_in.get(url).content.decode()
    assert re.findall(r'<tr data-row id="row-([^"]+)"', page) == [slot]
    stored = Measurement.objects.get()
    assert (stored.series.segment, stored.value) == (poland, 7)


def test_a_member_may_enter_for_others_and_a_partner_may_not(client, url, leads, partner, lead):
    client.force_login(lead.user)
    assert _slot(leads) in client.get(f"{url}?owner=all").content.decode()

    client.force_login(partner.user)
    page = client.get(f"{url}?owner=all").content.decode()
    assert _slot(leads) not in page
    assert "Everybody’s" not in page
    assert "Enter somebody else’s" not in page
    client.post(f"{url}?owner=all", {_slot(leads): "5"})
    assert _stored() == []


# -- What is typed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "typed", "value", "note"),
    [
        ("en", "31.8", "31.8", "saved"),
        ("en", "31,8", "31.8", "read as 31.8, saved"),
        ("en", "1,234.5", "1234.5", "saved"),
        ("en", " 0.12345678 ", "0.12345678", "saved"),
        ("pl", "31,8", "31.8", None),
        ("pl", "1 234,5", "1234.5", None),
        ("it", "1.234", "1234", None),
        ("en", "1,234", "1234", "saved"),
        ("en", "-7", "-7", None),
    ],
)
def test_decimal_comma_and_point_are_both_read_and_echoed(
    signed_in, url, member, leads, language, typed, value, note
):
    type(member.user).objects.filter(pk=member.user.pk).update(language=language)
    slot = _slot(leads)

    answer = signed_in.post(url, {slot: typed}, headers={"HX-Request": "true"})

    state, _shown, said = _row(answer, slot)
    assert state == "saved"
    assert _stored() == [("leads", MONDAY, Decimal(value))]
    if note:
        assert said == note


@pytest.mark.parametrize(
    "typed", ["many", "1.2.3", "9" * 30, "0.123456789", "1e5", "NaN", "a\0b", "n/a", "-"]
)
def test_what_is_no_number_stays_in_the_field_with_a_sentence(signed_in, url, leads, typed):
    slot = _slot(leads)

    answer = signed_in.post(url, {slot: typed})

    state, shown, said = _row(answer, slot)
    assert answer.status_code == 422
    assert (state, shown) == ("error", typed)
    assert said.endswith(".")
    assert _stored() == []


def test_without_javascript_the_good_rows_are_saved_and_the_rest_stays(
    signed_in, url, workspace, member, leads
):
    other = KpiFactory(workspace=workspace, owner=member, code="visits")

    answer = signed_in.post(url, {_slot(leads): "5", _slot(other): "none"})

    assert answer.status_code == 422
    assert _row(answer, _slot(leads))[0] == "saved"
    assert _row(answer, _slot(other))[:2] == ("error", "none")
    assert _stored() == [("leads", MONDAY, Decimal(5))]


def test_a_pasted_column_is_saved_at_once(signed_in, url, workspace, member):
    """The page spreads a pasted column over its fields; what comes is one form."""
    kpis = [KpiFactory(workspace=workspace, owner=member, code=f"k{n}") for n in range(4)]
    pasted = ["12", "1,5", "2,480", ""]

    answer = signed_in.post(
        url, {_slot(kpi): text for kpi, text in zip(kpis, pasted, strict=True)}, follow=True
    )

    assert answer.redirect_chain == [(url, 303)]
    assert "3 numbers saved." in answer.content.decode()
    assert _stored() == [
        ("k0", MONDAY, Decimal(12)), ("k1", MONDAY, Decimal("1.5")), ("k2", MONDAY, Decimal(2480)),
    ]  # fmt: skip


def test_rows_that_nobody_touched_are_not_counted_as_saved(
    signed_in, url, workspace, member, leads, author
):
    other = KpiFactory(workspace=workspace, owner=member, code="visits")
    record([NewValue("leads", MONDAY, Decimal(5), note="By hand.")], by=author, at=NOW)
    form = {_slot(leads): "5", f"{_slot(leads)}-was": "5", _slot(other): ""}

    idle = signed_in.post(url, form, follow=True).content.decode()
    busy = signed_in.post(url, {**form, _slot(other): "7"}, follow=True).content.decode()

    assert "Nothing was changed." in idle
    assert "1 number saved." in busy
    assert Measurement.objects.get(series__kpi=leads).note == "By hand."


@pytest.mark.parametrize("was", ["5", "Tool down."])
def test_a_row_that_nobody_touched_does_not_undo_what_others_entered_meanwhile(
    signed_in, url, leads, author, was
):
    record([NewValue("leads", MONDAY, Decimal(6))], by=author, at=NOW)
    slot = _slot(leads)
    value, reason = ("5", "") if was == "5" else ("", was)

    signed_in.post(url, {slot: value, f"{slot}-gap": reason, f"{slot}-was": was})

    assert _stored() == [("leads", MONDAY, Decimal(6))]


def test_a_row_says_what_it_held_when_it_was_shown(signed_in, url, leads, author):
    record([NewValue("leads", MONDAY, Decimal(5))], by=author, at=NOW)
    was = rf'name="{_slot(leads)}-was" value="([^"]*)"'

    page = signed_in.get(url)
    wrong = signed_in.post(url, {_slot(leads): "many"})
    saved = signed_in.post(url, {_slot(leads): "7,5"}, headers={"HX-Request": "true"})

    held = [re.search(was, answer.content.decode())[1] for answer in (page, wrong, saved)]
    assert held == ["5", "5", "7.5"]


# -- What looks wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usual", "typed", "doubt"),
    [
        (("100", "110", "90", "105"), "1000", "10 times the value before. Keep it?"),
        (("100", "110", "90", "105"), "2", "usual 90 to 110. Keep it?"),
        (("-100", "-110", "-90", "-105"), "-1000", "10 times the value before. Keep it?"),
        (("-100", "-110", "-90", "-105"), "5", "usual −110 to −90. Keep it?"),
    ],
)
def test_an_outlier_is_written_only_when_it_is_confirmed_R98(
    signed_in, url, leads, author, usual, typed, doubt
):
    _usual(author, *usual)
    slot = _slot(leads)

    asked = signed_in.post(url, {slot: typed})

    assert asked.status_code == 422
    assert _row(asked, slot) == ("outlier", typed, f"Sure? {doubt} Keep it")
    assert not Measurement.objects.filter(on_date=MONDAY).exists()

    signed_in.post(url, {slot: typed, "keep": slot})
    assert Measurement.objects.get(on_date=MONDAY).value == Decimal(typed)


def test_confirming_one_outlier_confirms_no_other(signed_in, url, workspace, member, author):
    kpis = [
        KpiFactory(workspace=workspace, owner=member, code=code, plausible_max=Decimal(10))
        for code in ("a", "b")
    ]
    slots = [_slot(kpi) for kpi in kpis]

    answer = signed_in.post(url, {slots[0]: "99", slots[1]: "99", "keep": slots[0]})

    assert [_row(answer, slot)[0] for slot in slots] == ["saved", "outlier"]
    assert _stored() == [("a", MONDAY, Decimal(99))]


# -- What is emptied -------------------------------------------------------------------------------

STORED = {
    "value": (NewValue("leads", MONDAY, Decimal(610)), "610", "Remove the value 610?"),
    "gap": (
        NewValue("leads", MONDAY, None, note="Tool down."),
        "Tool down.",
        "Remove the reason why there is no value?",
    ),
}


@pytest.fixture(params=STORED)
def held(request, leads, author):
    """Store a value, or why there is none; give what an emptied row sends, and what is asked."""
    row, was, doubt = STORED[request.param]
    record([row], by=author, at=NOW)
    return {_slot(leads): "", f"{_slot(leads)}-was": was}, doubt


def test_what_is_emptied_stays_until_it_is_said_that_it_goes(signed_in, url, leads, held):
    emptied, doubt = held
    slot = _slot(leads)

    for _save_all in range(2):
        asked = signed_in.post(url, emptied)
        assert asked.status_code == 422
        assert _row(asked, slot) == ("emptied", "", f"Sure? {doubt} Remove it Keep it")
        assert "missing" not in text_of(asked)
        assert Measurement.objects.count() == 1

    gone = signed_in.post(url, {**emptied, "remove": slot}, follow=True)
    assert "1 number removed." in gone.content.decode()
    assert _row(gone, slot)[:2] == ("missing", "")
    assert "1 of 1 missing" in text_of(gone)
    assert not Measurement.objects.exists()


def test_what_was_removed_comes_back_by_the_button_of_the_bar(signed_in, url, leads, held):
    emptied, _doubt = held
    before = list(Measurement.objects.values())
    gone = signed_in.post(url, {**emptied, "remove": _slot(leads)}, follow=True)

    signed_in.post(re.search(r'action="([^"]+/undo/[^"]*)"', gone.content.decode())[1])

    assert list(Measurement.objects.values()) == before


def test_an_emptied_field_is_filled_again_with_what_is_stored(signed_in, url, leads, held):
    emptied, _doubt = held
    stored = _row(signed_in.get(url), _slot(leads))

    kept = signed_in.post(url, {**emptied, "keep": _slot(leads)}, headers={"HX-Request": "true"})

    assert _row(kept, _slot(leads)) == stored
    assert Measurement.objects.count() == 1


def test_what_somebody_else_entered_meanwhile_is_not_removed_unseen(
    signed_in, url, leads, author, held
):
    emptied, _doubt = held
    record([NewValue("leads", MONDAY, Decimal(620))], by=author, at=NOW)

    asked = signed_in.post(url, {**emptied, "remove": _slot(leads)})

    assert _row(asked, _slot(leads))[2] == "Sure? Remove the value 620? Remove it Keep it"
    assert _stored() == [("leads", MONDAY, Decimal(620))]


def test_one_row_is_removed_and_what_was_typed_in_others_is_saved(
    signed_in, url, workspace, member, leads, held
):
    """Without JavaScript the button sends the whole form."""
    emptied, _doubt = held
    other = KpiFactory(workspace=workspace, owner=member, code="visits")

    page = signed_in.post(url, {**emptied, _slot(other): "7", "remove": _slot(leads)}, follow=True)

    assert _stored() == [("visits", MONDAY, Decimal(7))]
    assert "1 number saved." in page.content.decode()
    assert "1 number removed." in page.content.decode()


def test_a_removal_that_a_rule_refuses_says_so_at_its_row(signed_in, url, leads, held, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise DomainError("The calendar is being changed. Try again in a moment.")

    monkeypatch.setattr(number_rows, "remove", refuse)
    emptied, _doubt = held

    answer = signed_in.post(url, {**emptied, "remove": _slot(leads)})

    assert _row(answer, _slot(leads))[0] == "error"
    assert "The calendar is being changed." in text_of(answer)
    assert Measurement.objects.count() == 1


# -- What there is no value for --------------------------------------------------------------------


def test_a_known_gap_is_kept_with_its_reason_and_nothing_is_missing_any_more(signed_in, url, leads):
    slot = _slot(leads)
    assert "1 of 1 missing" in signed_in.get(url).content.decode()

    signed_in.post(url, {slot: "", f"{slot}-gap": "The tool was down."})

    stored = Measurement.objects.get()
    assert (stored.value, stored.note) == (None, "The tool was down.")
    page = signed_in.get(url)
    assert _row(page, slot)[0] == "gap"
    assert "1 of 1 missing" not in page.content.decode()


def test_a_value_that_comes_later_fills_the_gap(signed_in, url, leads, author):
    record([NewValue("leads", MONDAY, None, note="Not yet.")], by=author, at=NOW)

    signed_in.post(url, {_slot(leads): "5"})

    stored = Measurement.objects.get()
    assert (stored.value, stored.note) == (5, "")


def test_rows_that_a_rule_keeps_from_being_written_stay_as_they_were_typed(
    signed_in, url, leads, monkeypatch
):
    def refuse(*_args, **_kwargs):
        raise DomainError("The calendar is being changed. Try again in a moment.")

    monkeypatch.setattr(number_rows, "record", refuse)
    slot = _slot(leads)

    answer = signed_in.post(url, {slot: "5"})

    assert answer.status_code == 422
    assert _row(answer, slot) == (
        "error", "5", "The calendar is being changed. Try again in a moment."
    )  # fmt: skip


@pytest.mark.parametrize("reason", ["x" * 501, "a\0b"])
def test_a_reason_that_cannot_be_stored_is_refused(signed_in, url, leads, reason):
    slot = _slot(leads)

    answer = signed_in.post(url, {slot: "", f"{slot}-gap": reason})

    assert answer.status_code == 422
    assert _row(answer, slot)[0] == "error"
    assert _stored() == []


@pytest.mark.parametrize("count", [2, 12])
def test_saving_costs_the_same_however_many_numbers_there_are(
    signed_in, url, workspace, member, django_assert_max_num_queries, count
):
    kpis = [KpiFactory(workspace=workspace, owner=member) for _each in range(count)]
    signed_in.get(url)

    with django_assert_max_num_queries(25):
        signed_in.post(url, {_slot(kpi): "5" for kpi in kpis})

    assert len(_stored()) == count


# -- Whose numbers, and which of them --------------------------------------------------------------


def test_who_owns_no_number_opens_everybody_s_if_they_may_enter_them(
    signed_in, url, workspace, lead
):
    theirs = KpiFactory(workspace=workspace, owner=lead, code="theirs")

    page = signed_in.get(url).content.decode()
    assert _slot(theirs) in page
    assert re.search(r'aria-current="page">Everybody', page)
    signed_in.post(url, {_slot(theirs): "5"})
    assert _stored() == [("theirs", MONDAY, Decimal(5))]

    mine = signed_in.get(f"{url}?owner=me").content.decode()
    assert "No numbers to enter" in mine
    assert _slot(theirs) not in mine


def test_who_owns_a_number_opens_their_own(signed_in, url, workspace, leads, lead):
    theirs = KpiFactory(workspace=workspace, owner=lead, code="theirs")

    page = signed_in.get(url).content.decode()

    assert _slot(leads) in page
    assert _slot(theirs) not in page


def test_a_partner_who_owns_no_number_is_asked_for_none(client, url, partner, leads):
    client.force_login(partner.user)

    page = client.get(url).content.decode()

    assert "No numbers to enter" in page
    assert _slot(leads) not in page


def test_many_numbers_come_in_pages_and_are_counted_together(signed_in, url, workspace, member):
    kpis = [KpiFactory(workspace=workspace, owner=member, position=n) for n in range(120)]

    first = signed_in.get(url).content.decode()
    second = signed_in.get(f"{url}?page=2").content.decode()

    slots = [re.findall(r'<tr data-row id="row-([^"]+)"', page) for page in (first, second)]
    assert slots == [[_slot(kpi) for kpi in kpis[:100]], [_slot(kpi) for kpi in kpis[100:]]]
    assert "120 of 120 missing" in first
    assert "101–120 of 120" in second
    assert 'href="/w/rosemary/kpis/enter/?page=2" rel="next"' in first
    assert 'href="/w/rosemary/kpis/enter/?page=1" rel="prev"' in second


def test_a_number_that_moved_to_another_page_meanwhile_is_taken(signed_in, url, workspace, member):
    kpis = [KpiFactory(workspace=workspace, owner=member, position=n) for n in range(101)]
    moved = _slot(kpis[100])

    answer = signed_in.post(url, {moved: "many", _slot(kpis[0]): "5"})

    assert _row(answer, moved)[:2] == ("error", "many")
    assert len(_stored()) == 1
    signed_in.post(url, {moved: "7"})
    assert len(_stored()) == 2


def test_what_was_typed_for_a_number_that_is_not_asked_for_any_more_is_said(
    signed_in, url, workspace, member, leads
):
    gone = KpiFactory(workspace=workspace, owner=member, code="gone", archived_at=NOW)
    left = KpiFactory(workspace=workspace, owner=member, code="left", archived_at=NOW)
    form = {_slot(leads): "5", _slot(gone): "9", _slot(left): "3", f"{_slot(left)}-was": "3"}

    page = signed_in.post(url, form, follow=True).content.decode()

    assert "1 number saved." in page
    assert "1 number was not saved: it is not asked for any more." in page
    assert _stored() == [("leads", MONDAY, Decimal(5))]
