"""The same request sent twice has one effect and one answer."""

import datetime as dt

import pytest
from django.test import RequestFactory

from goals.models import Kpi, Measurement
from teams.api import idempotency
from teams.models import IdempotencyKey
from teams.policy import Role
from tests.beside import meanwhile
from tests.doors import api_of
from tests.factories.goals import DEFINITION, KpiFactory, TargetFactory
from tests.factories.teams import MembershipFactory

URL = "/api/v1/kpis/"
BODY = {"code": "email_clicks", "name": "Email clicks", **DEFINITION}
OTHER = {**BODY, "code": "other", "name": "Other"}
THREE_DAYS = dt.timedelta(days=3)


@pytest.fixture
def api(lead):
    return api_of(lead)


def post(api, body=BODY, *, key="one", url=URL):
    return api.post(url, body, headers={"Idempotency-Key": key})


def codes():
    return sorted(Kpi.objects.values_list("code", flat=True))


def test_a_repeated_post_makes_one_kpi_and_gives_the_same_answer(api):
    """Show reliability row FM-16: a retried POST does not create two objects."""
    first, second = post(api), post(api)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second["ETag"] == first["ETag"] == '"1"'
    assert codes() == ["email_clicks"]


def test_only_a_repeat_says_that_it_is_one(api):
    first, second = post(api), post(api)

    assert "Idempotent-Replay" not in first
    assert second["Idempotent-Replay"] == "true"


def test_a_repeat_answers_as_it_was_then_not_as_it_is_now(api):
    first = post(api)
    Kpi.objects.update(name="Renamed")

    assert post(api).json() == first.json()
    assert Kpi.objects.get().name == "Renamed"


def test_without_a_key_nothing_is_stored(api):
    answer = api.post(URL, BODY)

    assert answer.status_code == 201
    assert "Idempotent-Replay" not in answer
    assert not IdempotencyKey.objects.exists()


def test_another_key_is_another_request(api):
    assert post(api, BODY, key="one").status_code == 201
    assert post(api, OTHER, key="two").status_code == 201

    assert codes() == ["email_clicks", "other"]


def test_a_key_used_for_another_body_is_refused(api):
    """Show reliability row FM-16: a key names one request."""
    post(api)

    answer = post(api, OTHER)

    assert answer.status_code == 422
    assert answer.json()["detail"] == "This Idempotency-Key was used for another request."
    assert codes() == ["email_clicks"]


@pytest.mark.parametrize("url", ["/api/v1/breakdowns/", "/api/v1/measurements/?partial=true"])
def test_a_key_used_for_another_address_is_refused(api, url):
    post(api)

    assert post(api, url=url).status_code == 422
    assert codes() == ["email_clicks"]


def test_a_key_used_for_another_method_is_refused(api, workspace, lead, frozen):
    KpiFactory(workspace=workspace, owner=lead, code="a")
    url = "/api/v1/measurements/"
    batch = {"measurements": [{"kpi": "a", "date": "2026-11-09", "value": "5"}]}
    assert post(api, batch, url=url).status_code == 200

    answer = api.delete(url, batch, headers={"Idempotency-Key": "one"})

    assert answer.status_code == 422
    assert Measurement.objects.get().value == 5


def test_two_people_may_use_the_same_key(api, workspace):
    other = api_of(MembershipFactory(workspace=workspace, role=Role.LEAD))
    post(api)

    answer = post(other, OTHER)

    assert answer.status_code == 201
    assert codes() == ["email_clicks", "other"]


def test_a_key_gives_nothing_to_a_stranger(api, stranger):
    """Show reliability row FM-03: an answer is replayed to whoever got it first, only."""
    first = post(api)

    answer = post(api_of(stranger))

    assert answer.status_code == 201
    assert "Idempotent-Replay" not in answer
    assert answer.json()["owner"] == stranger.user.email != first.json()["owner"]


def test_a_refused_request_may_be_sent_again_when_it_is_put_right(api):
    assert post(api, {**BODY, "code": "No code"}).status_code in {400, 422}
    assert not IdempotencyKey.objects.exists()

    assert post(api).status_code == 201
    assert codes() == ["email_clicks"]


def test_a_repeated_change_is_made_once(api, workspace, lead):
    """A repeat whose If-Match has become old gets the first answer, not a 412."""
    KpiFactory(workspace=workspace, owner=lead, code="a")
    headers = {"Idempotency-Key": "one", "If-Match": '"1"'}

    answers = [api.patch(f"{URL}a/", {"name": "B"}, headers=headers) for _each in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer["ETag"] for answer in answers] == ['"2"', '"2"']
    kpi = Kpi.objects.get()
    assert (kpi.name, kpi.version) == ("B", 2)


def test_a_repeated_deletion_gives_the_same_empty_answer(api, workspace, lead, frozen):
    target = TargetFactory(kpi__workspace=workspace, valid_from=frozen.date())
    headers = {"Idempotency-Key": "one", "If-Match": '"1"'}
    url = f"/api/v1/targets/{target.ref}/"

    answers = [api.delete(url, headers=headers) for _each in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert answers[1]["Idempotent-Replay"] == "true"
    assert api.delete(url, headers={"If-Match": '"1"'}).status_code == 404


@pytest.mark.parametrize("key", ["k" * 256, "a\tb"], ids=["too long", "not readable"])
def test_a_key_that_cannot_be_kept_is_refused(api, key):
    answer = post(api, key=key)

    assert answer.status_code == 400
    assert codes() == []


def test_a_key_of_255_signs_is_kept(api):
    assert post(api, key="k" * 255).status_code == 201
    assert post(api, key="k" * 255)["Idempotent-Replay"] == "true"


def test_who_may_not_write_gets_no_stored_answer(api, viewer, lead):
    """Show reliability row FM-17: the role is looked at before the key."""
    post(api)
    type(lead).objects.filter(pk=lead.pk).update(role=Role.VIEWER)

    assert post(api).status_code == 403


def test_a_key_on_a_reading_request_means_nothing(api):
    assert api.get(URL, headers={"Idempotency-Key": "one"}).status_code == 200
    assert not IdempotencyKey.objects.exists()
    assert post(api).status_code == 201


@pytest.mark.parametrize(
    ("age", "kept"),
    [(THREE_DAYS, True), (THREE_DAYS + dt.timedelta(seconds=1), False)],
)
def test_answers_are_forgotten_after_three_days(api, frozen, age, kept):
    post(api)

    idempotency.forget_old(at=frozen + age)

    assert IdempotencyKey.objects.exists() is kept
    assert codes() == ["email_clicks"]


@pytest.mark.django_db(transaction=True)
def test_a_request_that_is_still_running_is_not_started_again():
    """Show reliability row FM-16: the second of two at once is told to wait, and does nothing."""
    membership = MembershipFactory(role=Role.LEAD)
    request = RequestFactory().post(URL, BODY, content_type="application/json")

    with meanwhile(lambda: idempotency.look_up(request, membership, "one")):
        same_key = post(api_of(membership))
        other_key = post(api_of(membership), key="two")

    assert same_key.status_code == 409
    assert "still running" in same_key.json()["detail"]
    assert other_key.status_code == 201
    assert codes() == ["email_clicks"]
