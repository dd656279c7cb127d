"""An import at work: the card that asks how it goes, and where it leads when it is over."""

import pytest

from core.intake import ReadOptions
from goals.models import Import
from goals.services import imports
from tests.conftest import NOW
from tests.doors import browser_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def row(frozen, lead):
    return imports.upload(
        content=b"Date,Trials\n2026-11-09,5\n", filename="trials.csv", options=ReadOptions(),
        by=lead, at=NOW,
    )  # fmt: skip


@pytest.fixture
def client(lead):
    return browser_of(lead)


@pytest.mark.parametrize(("state", "what"), [("checking", "rows"), ("applying", "values")])
def test_the_card_asks_again_while_a_worker_is_at_it(client, row, state, what):
    Import.objects.filter(pk=row.pk).update(
        state=state, done=1, rows_total=4, summary={"values": 4}
    )

    html = client.get(row.get_absolute_url(), headers=HTMX).content.decode()

    assert 'hx-trigger="every 2s"' in html
    assert f"1 of 4 {what}" in html
    assert "<html" not in html


@pytest.mark.parametrize("state", [Import.State.CHECKED, Import.State.FAILED, Import.State.DONE])
def test_when_it_is_over_the_browser_is_sent_to_the_page_of_the_next_step(client, row, state):
    Import.objects.filter(pk=row.pk).update(state=state)

    answer = client.get(row.get_absolute_url(), headers=HTMX)

    assert answer["HX-Redirect"] == row.get_absolute_url()
    assert answer.content == b""


def test_the_done_page_says_what_was_written(client, row):
    outcome = {"created": 3, "updated": 2, "unchanged": 1}
    Import.objects.filter(pk=row.pk).update(state="done", summary={"outcome": outcome})

    html = client.get(row.get_absolute_url()).content.decode()

    assert "New values: 3. Changed: 2. There already: 1." in html
