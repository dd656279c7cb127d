"""What a digest says: golden letters of three kinds of weeks, and the numbers of the preview."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from core.columns import width
from goals.models import Kpi
from goals.selectors.board import get_board
from goals.selectors.points import get_freshness
from reviews.rules.letter import Reader
from reviews.rules.schedule import numbers_due_at
from reviews.selectors.digest import LONGEST_PREHEADER, LONGEST_SUBJECT, WEEKS, Edition
from reviews.selectors.executive import ExecutiveEdition, ExecutiveFacts
from reviews.selectors.owed import get_owed
from reviews.selectors.reminder import get_reminder_facts, write_reminder
from reviews.services import letters
from teams.models import Membership
from teams.policy import Role
from tests.conftest import NOW
from tests.factories.goals import KpiFactory, WhyLineFactory
from tests.reviews.conftest import WEEK
from tools.compile_emails import TEMPLATES, compiled

GOLDEN = Path(__file__).parent / "golden"
LEAVE = "http://testserver/e/unsub/7-AAAAAAAAAAAAAAAAAAAAAA/"


def write(reader, *, week=WEEK, language="en", variant="personal", **known):
    """Give a letter with its HTML and text."""
    freshness = get_freshness(reader.workspace)
    board = get_board(
        reader.workspace, freshness=freshness, newest=week, periods=WEEKS,
        today=reader.workspace.today(at=NOW), language=language,
    )  # fmt: skip
    owed = get_owed(reader.workspace, week=week)
    with translation.override(language):
        letter = Edition(board, freshness=freshness, at=NOW, owed=owed).letter(
            Reader(reader.pk, reader.user.first_name, reader.role, variant, **known)
        )
        html = "".join(letters.as_html(letter, unsubscribe_url=LEAVE))
        return letter, html, "".join(letters.as_text(letter, unsubscribe_url=LEAVE))


def quiet(numbers):
    numbers.kpi("Trial sign-ups", 120, 130, 140, number=41)
    numbers.kpi("Newsletter readers", 100, 101, 130, number=43)


def normal(numbers):
    numbers.kpi("Trial sign-ups", 120, 90, 40, number=41)
    numbers.kpi("Cost per trial", 110, 105, None, number=42)
    numbers.kpi("Newsletter readers", 100, 101, 130, number=43)
    other = Membership.objects.exclude(pk=numbers.by.pk).get()
    numbers.kpi("Leads accepted by sales within two working days in Poland", 1_250_000, 8, 81,
                owner=other, number=44)  # fmt: skip
    numbers.kpi("Webinar guests", 12, 14, 15, owner=other, target=None, number=45)


def no_data(numbers):
    numbers.kpi("Trial sign-ups", 120, 90, None, number=41)
    numbers.kpi("Newsletter readers", 100, 101, None, number=43)


KINDS = {"quiet": quiet, "normal": normal, "no_data": no_data}


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_what_it_was_agreed_to_be(kind, numbers, lead, member, frozen):
    KINDS[kind](numbers)
    _letter, html, text = write(lead)

    assert text == (GOLDEN / f"{kind}.txt").read_text()
    assert html == (GOLDEN / f"{kind}.html").read_text()


def test_a_team_letter_names_what_is_missing_as_agreed(numbers, lead, member, frozen):
    normal(numbers)
    _letter, html, text = write(lead, variant="team")

    assert text == (GOLDEN / "team.txt").read_text()
    assert html == (GOLDEN / "team.html").read_text()


def reminder(numbers, reader):
    here = reader.workspace
    KpiFactory(workspace=here, owner=reader, name="Visits", cadence="daily", number=46)
    facts = get_reminder_facts(here, week=WEEK, at=NOW)
    to = Reader(reader.pk, reader.user.first_name, reader.role, "reminder")
    return write_reminder(facts, to, due_at=numbers_due_at(here, WEEK))


def executive(numbers, reader):
    """Write to somebody outside."""
    here, freshness = reader.workspace, get_freshness(reader.workspace)
    board = get_board(
        here, freshness=freshness, newest=WEEK, periods=WEEKS, today=here.today(at=NOW),
        language="en",
    )  # fmt: skip
    kpis = list(Kpi.objects.order_by("number").values_list("pk", flat=True))
    facts = ExecutiveFacts(kpis[:4], "We hired; sign-ups follow in spring.")
    edition = ExecutiveEdition(board, facts, freshness=freshness, at=NOW)
    return edition.letter(Reader(None, "", Role.VIEWER, "executive"))


@pytest.mark.parametrize("mail", [reminder, executive], ids=lambda mail: mail.__name__)
def test_a_mail_besides_the_digest_is_what_it_was_agreed_to_be(mail, numbers, lead, member, frozen):
    normal(numbers)
    letter = mail(numbers, lead)

    text = "".join(letters.as_text(letter, unsubscribe_url=LEAVE))
    html = "".join(letters.as_html(letter, unsubscribe_url=LEAVE))
    assert text == (GOLDEN / f"{mail.__name__}.txt").read_text()
    assert html == (GOLDEN / f"{mail.__name__}.html").read_text()


@pytest.mark.parametrize("language", ["en", "pl", "it", "th"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_keeps_its_measures(kind, language, numbers, lead, member, frozen):
    KINDS[kind](numbers)
    letter, html, text = write(lead, language=language)

    assert max(map(width, text.splitlines())) <= 72
    assert len(html.encode()) <= 50_000
    assert len(letter.subject) <= LONGEST_SUBJECT
    assert len(letter.preheader) <= LONGEST_PREHEADER
    assert f'lang="{language}"' in html


def test_a_quiet_week_has_six_lines(numbers, lead, frozen):
    quiet(numbers)
    _letter, _html, text = write(lead)

    assert len(text.splitlines()) == 6


def test_html_and_text_tell_the_same(numbers, lead, member, frozen):
    normal(numbers)
    letter, html, text = write(lead)
    shown, flat = visible(html), " ".join(text.split())

    for row in (*letter.mine, *letter.rows):
        assert {row.status_word in shown, row.status_word in flat} == {True}
        assert row.url in html
    for row in letter.mine:
        assert " ".join(row.sentence.split()) in shown
        assert " ".join(row.sentence.split()) in flat
    for row in letter.rows:
        for number in (row.now, row.before, row.target):
            assert " ".join(number.split()) in shown
            assert " ".join(number.split()) in flat


def test_a_trend_is_drawn_alike_in_both_and_told_to_whoever_cannot_see_it(
    numbers, lead, member, frozen
):
    numbers.kpi("Trial sign-ups", 100, 300, None, 200, 40, number=41)
    letter, html, text = write(lead)

    [row] = letter.mine
    assert row.trend == "▃█·▅▁"
    assert row.trend in text
    label = 'role="img" aria-label="Oldest first: 100; 300; –; 200; 40"'
    assert label in html
    assert f">{row.trend}</span>" in html


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts, self.hidden = [], False

    def handle_starttag(self, tag, attrs):  # noqa: ARG002  # its form
        self.hidden = tag in {"style", "title"}

    def handle_endtag(self, tag):  # noqa: ARG002  # its form
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)


def visible(html):
    parser = _Text()
    parser.feed(html)
    return " ".join(" ".join(parser.parts).split())


def test_the_mail_fetches_nothing(numbers, lead, member, frozen):
    normal(numbers)
    _letter, html, _text = write(lead)

    assert re.findall(r"<img|<link|@import|url\(|<script|<iframe", html) == []
    hosts = set(re.findall(r'(?:href|src)="https?://([^/"]+)', html))
    assert hosts == {"testserver"}


HOSTILE = "<script>alert(1)</script> \"quoted\" & 'so' {{ 7 }} \ue000rows\ue001"


def test_text_of_users_stays_text(numbers, lead, member, frozen):
    """Show reliability row FM-05."""
    numbers.kpi(HOSTILE, 90, 20)
    numbers.kpi(f"{HOSTILE} 2", 90, 20, owner=member)
    _letter, html, text = write(lead)

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "{{ 7 }}" in text


@pytest.mark.parametrize(
    "name",
    [
        "Współczynnik konwersji zaproszeń na bezpłatny okres próbny w Wielkopolsce i na Śląsku",
        "อัตราการสมัครทดลองใช้จากจดหมายข่าวรายสัปดาห์ของประเทศไทยและลูกค้าใหม่",
        "週間無料体験登録者数の合計（全市場、新規顧客のみ、返品を除く）",
        "A" * 120,
    ],
    ids=["polish", "thai", "wide", "unbroken"],
)
def test_long_names_in_any_script_fit_into_72_columns(name, numbers, lead, member, frozen):
    numbers.kpi(name, 1_234_567, 12)
    numbers.kpi(f"{name} 2"[-120:], 1_234_567, 12, owner=member)
    _letter, _html, text = write(lead)

    assert max(map(width, text.splitlines())) <= 72
    assert re.sub(r"\s+", "", name) in re.sub(r"\s+", "", text)


def test_numbers_that_leave_no_room_for_names_are_told_in_sentences(numbers, lead, member, frozen):
    numbers.kpi("Turnover", 9_000_000_000_000_000, 8_123_456_789_012_345, owner=member,
                target=9_999_999_999_999_999, unit="currency")  # fmt: skip
    _letter, _html, text = write(lead)

    assert max(map(width, text.splitlines())) <= 72
    assert "Turnover:" in text


def test_all_on_track_is_only_said_of_all(numbers, lead, frozen):
    numbers.kpi("Webinar guests", 12, target=None)
    assert write(lead)[0].subject == "Week 46: 1 without target"
    numbers.kpi("Trial sign-ups", 140)

    assert write(lead)[0].subject == "Week 46: 1 without target, 1 on track"


def test_a_name_that_is_too_long_is_left_out_of_the_subject(numbers, lead, frozen):
    numbers.kpi("Trial sign-ups", 40)
    lead.user.name = "Wolfeschlegelsteinhausenbergerdorff"

    assert write(lead)[0].subject == "Week 46: 1 thing needs you"


def test_the_team_digest_has_no_part_for_the_reader(numbers, lead, member, frozen):
    normal(numbers)
    letter, _html, text = write(lead, variant="team")

    assert letter.mine == ()
    assert letter.subject == "Week 46: 2 off track, 1 no data"
    assert "NEEDS YOU" not in text


@pytest.mark.parametrize(
    ("variant", "when_complete", "said"),
    [
        ("team", True, "Sent when all numbers of a week are in, at the latest Monday 08:00 "),
        ("team", False, "Sent weekly, Monday 08:00 "),
        ("personal", True, "Sent weekly, Monday 08:00 "),
    ],
)
def test_the_footer_says_when_it_is_sent(
    numbers, lead, member, frozen, variant, when_complete, said
):
    lead.workspace.digest_when_complete = when_complete
    normal(numbers)
    _letter, html, text = write(lead, variant=variant)

    whole = f"{said}Europe/Warsaw, to members of Rosemary."
    assert whole in visible(html)
    assert whole in " ".join(text.split())


def test_the_preview_shows_the_letter_itself(client, numbers, lead, member, frozen):
    """Show acceptance line 8: the numbers of the mail are those of the preview."""
    normal(numbers)
    letter, _html, text = write(lead)
    client.force_login(lead.user)

    page = client.get(reverse("reviews:digest", args=["rosemary"]) + "?week=2026-W46")
    frame = client.get(reverse("reviews:digest-html", args=["rosemary"]) + "?week=2026-W46")

    assert page.context["letter"] == letter
    assert page.context["text"] == text.replace(LEAVE, "#")
    assert visible(frame.content.decode()) == visible(write(lead)[1])


def test_the_template_of_a_letter_is_what_its_mjml_compiles_to():
    source = TEMPLATES / "reviews/emails/digest.mjml"

    assert source.with_suffix(".html").read_text() == compiled(source)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [({}, "33.33333333"), ({"aggregation": "average"}, "33.3")],
    ids=["measured", "computed"],
)
def test_only_what_was_computed_is_rounded(kind, shown, numbers, lead, member, frozen):
    numbers.kpi("Click rate", "33.33333333", owner=member, **kind)
    letter, _html, text = write(lead)

    assert letter.rows[0].now == shown
    assert f" {shown} " in text


@pytest.mark.parametrize("reader", ["lead", "member"])
def test_a_letter_tells_why_a_number_is_off_track(some_numbers, request, reader):
    kpi = Kpi.objects.get(number=41)
    said = WhyLineFactory(
        kpi=kpi, start=WEEK, said_by=kpi.owner, next_step="Mend it by Friday.",
        why="The form <b>failed</b> on phones, and nobody saw it before Thursday evening.",
    )  # fmt: skip

    letter, html, text = write(request.getfixturevalue(reader))

    [row] = [row for row in (*letter.mine, *letter.rows) if row.name == "Trial sign-ups"]
    assert row.why_line == f"{said.why} Next: Mend it by Friday."
    assert html.count("The form &lt;b&gt;failed&lt;/b&gt; on phones") == 1
    assert "    The form <b>failed</b> on phones, and nobody saw it" in text
    assert "\n    evening. Next: Mend it by Friday.\n" in text
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= letters.WIDTH
    assert not any(row.why_line for row in letter.rows if row.name != "Trial sign-ups")
