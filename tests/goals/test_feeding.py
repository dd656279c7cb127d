"""Feed this number: what the page tells to copy is sent, as it stands there, and arrives."""

import datetime as dt
import html
import json
import re
import shlex

import pytest
from django.urls import reverse

from goals.models import Measurement
from teams.models import ApiToken
from teams.services.tokens import find_token
from tests.conftest import NOW
from tests.doors import browser_of, program, text_of
from tests.factories.goals import KpiFactory, kpi_by_market

pytestmark = pytest.mark.usefixtures("frozen")

AREA = re.compile(r'<textarea[^>]* id="(\w+)"[^>]*>(.*?)</textarea>', re.DOTALL)


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads", number=7)


def url_of(kpi, name="feed"):
    return reverse(f"goals:{name}", args=["rosemary", kpi.number])


def made(admin, kpi):
    """Press the button; give the page."""
    answer = browser_of(admin).post(url_of(kpi, "make-feed-token"))
    assert answer.status_code == 200
    return answer


def examples(answer):
    return {name: html.unescape(text) for name, text in AREA.findall(answer.content.decode())}


def send(command):
    """Do what curl does with this command line."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words[0] == "curl"
    sent = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1]
    token = sent["Authorization"].removeprefix("Bearer ")
    address = words[1].removeprefix("http://testserver")
    return program(token).post(address, body.encode(), content_type=sent["Content-Type"])


def test_the_curl_example_enters_a_value_of_this_kpi(admin, leads):
    answer = send(examples(made(admin, leads))["curl"])

    assert (answer.status_code, answer.json()["created"]) == (200, 1)
    stored = Measurement.objects.get()
    assert (stored.series.kpi, stored.on_date) == (leads, dt.date(2026, 11, 16))
    assert stored.recorded_by == admin


@pytest.mark.parametrize("segment", ["pl", 'l\'Aquila "nord" $HOME', "ประเทศไทย"])
def test_a_kpi_with_a_breakdown_names_a_segment_whatever_its_letters(
    admin, workspace, lead, segment
):
    visits = kpi_by_market(segment, workspace=workspace, owner=lead, name="Visits")

    answer = send(examples(made(admin, visits))["curl"])

    assert answer.status_code == 200, answer.json()
    assert Measurement.objects.get().series.segment.code == segment


def test_the_token_can_send_this_number_for_a_year_and_nothing_else(admin, leads, workspace, lead):
    KpiFactory(workspace=workspace, owner=lead, code="mrr")
    page = made(admin, leads)

    [token] = ApiToken.objects.all()
    assert (token.scope, token.kpi_codes, token.membership) == ("measurements", ["leads"], admin)
    assert token.expires_at == NOW + dt.timedelta(days=365)
    command = examples(page)["curl"]
    assert send(command.replace('"leads"', '"mrr"')).status_code == 422
    secret = re.search(r"Bearer (\w+)", command)[1]
    assert find_token(secret, at=NOW) == token
    assert program(secret).get("/api/v1/kpis/").status_code == 403


def test_the_token_is_shown_once(admin, leads):
    secret = re.search(r"Bearer (\w+)", examples(made(admin, leads))["curl"])[1]

    again = browser_of(admin).get(url_of(leads))

    assert secret not in again.content.decode()
    assert "Bearer YOUR-TOKEN" in text_of(again)


def test_who_makes_no_tokens_is_told_who_does(lead, leads):
    told = text_of(browser_of(lead).get(url_of(leads)))

    assert "Ask an admin for one" in told
    assert "Make a token" not in told


def test_the_script_and_the_steps_are_filled_in(admin, leads):
    page = made(admin, leads)

    script, told = examples(page)["script"], text_of(page)
    secret = re.search(r"Bearer (\w+)", examples(page)["curl"])[1]
    for words in ('kpi: "leads"', "http://testserver/api/v1/measurements/", f"Bearer {secret}"):
        assert words in script
    assert "segment" not in script
    body = re.search(r"Body, as text (\{.*\}\]\})", told)[1]
    assert json.loads(body) == {
        "measurements": [{"kpi": "leads", "date": "2026-11-16", "value": "1"}]
    }


@pytest.mark.parametrize(("state", "sentence"), [
    ({"aggregation": "formula", "formula": "leads * 2"}, "It is computed from other KPIs."),
    ({"archived_at": NOW}, "It is archived. Bring it back first."),
], ids=["formula", "archived"])  # fmt: skip
def test_a_number_that_nobody_sends_says_so_and_gets_no_token(
    admin, leads, workspace, lead, state, sentence
):
    other = KpiFactory(workspace=workspace, owner=lead, **state)

    assert sentence in text_of(browser_of(admin).get(url_of(other)))
    answer = browser_of(admin).post(url_of(other, "make-feed-token"), follow=True)
    assert "Nobody sends values of this KPI." in text_of(answer)
    assert not ApiToken.objects.exists()


def test_the_page_of_a_kpi_leads_here_for_those_who_may_enter_it(lead, viewer, leads):
    page = leads.get_absolute_url()

    assert url_of(leads).encode() in browser_of(lead).get(page).content
    assert url_of(leads).encode() not in browser_of(viewer).get(page).content
