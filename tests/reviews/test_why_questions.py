"""An owner is asked by mail why a number is off track, and answers with one tap."""

import datetime as dt
import re
from decimal import Decimal
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from django.test import Client

from core import clock, one_tap
from core.errors import DomainError
from goals.models import NumbersState, WhyLine
from goals.services.kpis import archive_kpi
from goals.services.marks import numbers_changed
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from goals.services.why_lines import say_why
from reviews.models import WhyQuestion
from reviews.rules.asking import may_look
from reviews.services import why_questions
from reviews.services.subscriptions import Choice, choose
from teams.models import OutgoingMail, Workspace
from teams.policy import Role
from tests.beside import at_once
from tests.conftest import NOW
from tests.doors import text_of
from tests.factories.reviews import WEEK

pytestmark = pytest.mark.usefixtures("frozen")
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
ASKED = NOW + 10 * MINUTE
ANSWER = {"why": "The form was broken.", "next_step": "Mended on Friday."}


def ask(*moments):
    return [why_questions.ask_due(at=at) for at in moments or (NOW, ASKED)]


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("recipient", "subject"))


def text_of_mail():
    body = bytes(OutgoingMail.objects.latest("pk").body)
    return message_from_bytes(body, policy=default).get_content()


def link():
    return why_questions.link_of(WhyQuestion.objects.get()).removeprefix("http://testserver")


@pytest.fixture
def sign_ups(numbers, member):
    """Mia's KPI, off track in week 46."""
    return numbers.kpi("Trial sign-ups", 120, 90, 40, owner=member, number=41)


@pytest.fixture
def asked(sign_ups):
    ask()
    return WhyQuestion.objects.get()


def rewrite(kpi, value, at):
    author = Author(membership=kpi.owner, source="test")
    record([NewValue(kpi.code, WEEK, Decimal(value))], by=author, at=at)
    drain(workspace=kpi.workspace, at=at)


# -- Who is asked, and when --------------------------------------------------------------------


def test_the_owner_is_asked_once_ten_minutes_after_it_was_noticed(sign_ups, member):
    moments = [NOW, NOW + 9 * MINUTE, ASKED, ASKED + 10 * MINUTE, ASKED + DAY]

    assert ask(*moments) == [0, 0, 1, 0, 0]
    assert mails() == [(member.user.email, "Why is Trial sign-ups off track?")]
    assert "Trial sign-ups: 40, target ≥\u00a0100 (week 46)" in text_of_mail()


def test_several_numbers_of_one_owner_make_one_mail(numbers, member, lead):
    for name in ("Calls", "Visits"):
        numbers.kpi(name, 120, 20, owner=member)
    numbers.kpi("Leads", 30, owner=lead)
    numbers.kpi("Readers", 130, owner=lead)

    assert ask() == [0, 2]
    assert sorted(mails()) == [
        (lead.user.email, "Why is Leads off track?"),
        (member.user.email, "Why are 2 of your numbers off track?"),
    ]


def test_whoever_says_why_first_is_not_asked(sign_ups, member):
    ask(NOW)
    say_why(kpi=sign_ups, start=WEEK, why="Sold out.", by=member, at=NOW)

    assert ask(ASKED) == [0]
    assert not WhyQuestion.objects.exists()


def test_a_number_that_is_mended_in_time_is_not_asked_about(sign_ups):
    ask(NOW)
    rewrite(sign_ups, 140, NOW + MINUTE)

    assert ask(ASKED) == [0]
    assert not WhyQuestion.objects.exists()


def _left(kpi):
    kpi.owner.ended_at = NOW
    kpi.owner.save()


def _lowered(kpi):
    kpi.owner.role = Role.VIEWER
    kpi.owner.save()


def _unwilling(kpi):
    choose(member=kpi.owner, choice=Choice(personal=True, reminder=False))


def _on_holiday(kpi):
    choose(member=kpi.owner, choice=Choice(personal=True, paused_until=NOW.date() + DAY))


def _invented(kpi):
    Workspace.objects.update(is_demo=True)


@pytest.mark.parametrize("change", [_left, _lowered, _unwilling, _on_holiday, _invented])
def test_nobody_is_asked_who_is_not_there_or_does_not_want_it(sign_ups, change):
    change(sign_ups)

    assert ask() == [0, 0]
    assert not mails()


def test_a_fault_in_one_workspace_holds_up_no_other(sign_ups, monkeypatch, stranger):
    other, look = stranger.workspace, why_questions._look

    def fail_there(workspace, **given):
        if workspace.slug == other.slug:
            raise ValueError(workspace.slug)
        return look(workspace, **given)

    numbers_changed(other)
    NumbersState.objects.update(drained_at=NOW)
    monkeypatch.setattr(why_questions, "_look", fail_there)

    assert ask() == [0, 1]


@pytest.mark.parametrize(
    ("drained", "looked", "has_open", "now", "expected"),
    [
        (None, None, False, NOW, False),
        (NOW, None, False, NOW, True),
        (NOW, None, False, NOW - 2 * MINUTE, False),  # 08:58 in Warsaw
        (NOW, None, False, NOW + 8 * 60 * MINUTE, False),  # 17:00
        (NOW, None, False, NOW - 2 * DAY, False),  # Saturday
        (NOW, NOW, True, NOW + 9 * MINUTE, False),
        (NOW, NOW, True, NOW + 10 * MINUTE, True),
        (NOW, NOW, False, NOW + 10 * MINUTE, False),
        (NOW + MINUTE, NOW, False, NOW + 10 * MINUTE, True),
        (NOW, NOW, False, NOW + DAY, True),
    ],
)
def test_people_are_written_to_at_work_and_when_there_is_news(
    workspace, drained, looked, has_open, now, expected
):
    may = may_look(workspace, drained_at=drained, looked_at=looked, has_open=has_open, at=now)

    assert may is expected


# -- The link ------------------------------------------------------------------------------------


def test_one_tap_says_why_without_signing_in(asked, member):
    client = Client()

    page = text_of(client.get(link()))
    after = client.post(link(), ANSWER, follow=True)

    assert "Why is Trial sign-ups off track?" in page
    assert "Trial sign-ups: 40" in page
    line = WhyLine.objects.get()
    assert (line.why, line.next_step, line.said_by) == (*ANSWER.values(), member)
    assert (line.kpi, line.start) == (asked.kpi, WEEK)
    assert "The form was broken." in text_of(after)
    assert link() in text_of_mail()


def test_a_link_is_used_once_and_the_second_text_is_given_back(asked):
    client = Client()
    client.post(link(), ANSWER)

    again = client.post(link(), {"why": "Another reason.", "next_step": "Another step."})

    assert again.status_code == 409
    assert "This was said already, so yours was not added" in text_of(again)
    assert "Another reason." in text_of(again)
    assert WhyLine.objects.count() == 1
    assert client.get(link()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_taps_at_once_one_counts(asked):
    def tap(why):
        try:
            why_questions.answer(question=asked, why=why, next_step="", at=NOW)
        except DomainError as error:
            return str(error)
        return "taken"

    said = at_once(lambda: tap("One."), lambda: tap("Other."))

    assert sorted(said) == ["Somebody has said why already.", "taken"]
    assert WhyLine.objects.count() == 1


def test_an_answer_has_words(asked):
    answer = Client().post(link(), {"why": " ", "next_step": "x" * 301})

    assert answer.status_code == 422
    assert "Write why the number is off track." in text_of(answer)
    assert not WhyLine.objects.exists()


def test_a_link_grows_too_old(asked):
    address = link()

    with time_machine.travel(NOW + one_tap.GOOD_FOR + MINUTE, tick=False):
        answers = [Client().get(address), Client().post(address, ANSWER)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert "This link was good for 14 days and is too old now." in text_of(answers[0])
    assert not WhyLine.objects.exists()


def _mended(kpi):
    rewrite(kpi, 140, clock.now())


def _archived(kpi):
    archive_kpi(kpi=kpi, at=NOW)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_left, "This link was made for somebody who has left."),
        (_archived, "This KPI is archived."),
        (_mended, "The number is not off track any more. There is nothing to say."),
    ],
)
def test_a_link_is_over_once_there_is_nothing_to_say(asked, change, sentence):
    change(asked.kpi)

    answers = [Client().get(link()), Client().post(link(), ANSWER)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert sentence in text_of(answers[0])
    assert not WhyLine.objects.exists()


def test_whoever_gave_the_kpi_away_speaks_for_it_no_more(asked, lead, partner):
    asked.kpi.owner = lead
    asked.kpi.save()
    WhyQuestion.objects.update(asked_of=partner)

    answer = Client().post(link(), ANSWER)

    assert answer.status_code == 422
    assert "You may say why for your own KPIs only." in text_of(answer)
    assert not WhyLine.objects.exists()


def test_a_link_cannot_be_guessed_or_used_for_something_else(asked):
    token = one_tap.sign(why_questions.PURPOSE, asked.pk)
    elsewhere = one_tap.sign("tick", asked.pk)
    unknown = one_tap.sign(why_questions.PURPOSE, asked.pk + 1)
    broken = [token[:-1], token.swapcase(), str(asked.pk), "a" * 5_000, "ą", ":::"]

    for each in [elsewhere, unknown, *broken]:
        assert Client().post(f"/l/why/{each}/", ANSWER).status_code == 404, each
    assert not WhyLine.objects.exists()


def test_looking_at_a_link_changes_nothing(asked):
    for _ in range(3):
        assert Client().get(link()).status_code == 200
        assert Client().head(link()).status_code == 200

    assert not WhyLine.objects.exists()


def test_the_mail_names_each_number_with_its_link(numbers, member):
    for name in ("Calls", "Visits"):
        numbers.kpi(name, 120, 20, owner=member)
    ask()

    text = text_of_mail()
    assert len(set(re.findall(r"/l/why/[^/\s]+/", text))) == 2
    assert "Each link needs no sign-in and works once, for 14 days." in text
