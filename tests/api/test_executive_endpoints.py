"""The executive digest by API: what it tells, the lead's sentence, the readers outside."""

import datetime as dt

import pytest
import time_machine

from reviews.models import ExecutiveDigest, LeadSentence, OutsideReader
from reviews.services import outsiders
from teams.models import OutgoingMail
from tests.conftest import NOW
from tests.doors import api_of
from tests.factories.goals import ScorecardFactory

DIGEST, SENTENCES, READERS = (
    f"/api/v1/{name}/" for name in ("executive-digest", "lead-sentences", "outside-readers")
)
CEO = {"email": "ceo@outside.example", "language": "pl"}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def api(admin, frozen):
    return api_of(admin)


def test_the_scorecard_is_chosen_at_the_version_that_was_read(api, workspace):
    card = ScorecardFactory(workspace=workspace)
    read = api.get(DIGEST)
    version = {"If-Match": read["ETag"]}

    chosen = api.patch(DIGEST, {"scorecard": card.ref}, headers=version)
    late = api.patch(DIGEST, {"scorecard": None}, headers=version)
    blind = api.patch(DIGEST, {"scorecard": None})

    assert read.json() == {"scorecard": None, "version": 1}
    assert chosen.json() == {"scorecard": card.ref, "version": 2}
    assert chosen["ETag"] == '"2"'
    assert (late.status_code, blind.status_code) == (412, 428)
    assert ExecutiveDigest.objects.get().scorecard == card


def test_a_scorecard_of_others_is_not_known(api, stranger):
    theirs = ScorecardFactory(workspace=stranger.workspace, number=77)

    answer = api.patch(DIGEST, {"scorecard": theirs.ref}, headers={"If-Match": '"1"'})

    assert answer.status_code == 400
    assert not ExecutiveDigest.objects.exists()


def test_sentences_are_added_by_any_day_of_their_week_and_read_newest_first(api, admin):
    for day, text in [("2026-11-09", "First."), ("2026-11-15", "Second."), ("2026-11-22", "Third")]:
        assert api.post(SENTENCES, {"week": day, "text": text}).status_code == 201

    week = api.get(SENTENCES, {"week": "2026-11-11"}).json()["results"]
    assert [(each["week"], each["text"]) for each in week] == [
        ("2026-11-09", "Second."),
        ("2026-11-09", "First."),
    ]
    assert week[0]["by"] == admin.user.email
    assert [each["text"][0] for each in api.get(SENTENCES).json()["results"]] == ["T", "S", "F"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"week": "2026-11-23", "text": "Too early."}, "week"),
        ({"week": "1969-12-31", "text": "Too late."}, "week"),
        ({"week": "2026-11-09", "text": "Ask leo@example.com."}, "text"),
    ],
)
def test_a_sentence_that_cannot_go_out_is_refused(api, body, field):
    answer = api.post(SENTENCES, body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not LeadSentence.objects.exists()


def test_a_reader_outside_is_asked_again_and_removed(api, admin):
    added = api.post(READERS, CEO)
    one = f"{READERS}{added.json()['id']}/"
    soon = api.post(f"{one}ask/")
    with time_machine.travel(NOW + HOUR, tick=False):
        later = api.post(f"{one}ask/")

    assert (added.status_code, soon.status_code, later.status_code) == (201, 422, 200)
    assert added.json() == {
        "id": OutsideReader.objects.get().pk,
        **CEO,
        "asked_by": admin.user.email,
        "asked_at": "2026-11-16T08:00:00Z",
        "confirmed_at": None,
        "reads": False,
    }
    assert later.json()["asked_at"] == "2026-11-16T09:00:00Z"
    assert OutgoingMail.objects.filter(recipient=CEO["email"]).count() == 2
    assert api.post(READERS, CEO).json()["errors"][0]["field"] == "email"
    assert api.delete(one).status_code == 204
    assert not OutsideReader.objects.exists()


def test_the_list_says_who_reads(api):
    api.post(READERS, CEO)
    outsiders.confirm(reader=OutsideReader.objects.get(), at=NOW)

    [listed] = api.get(READERS).json()["results"]

    assert (listed["confirmed_at"], listed["reads"]) == ("2026-11-16T08:00:00Z", True)
