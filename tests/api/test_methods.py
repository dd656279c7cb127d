"""What an address does not offer is told apart from what somebody may not do."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from goals.models import Kpi
from teams.models import ApiToken
from teams.services.tokens import create_token
from tests.conftest import NOW
from tests.factories.goals import KpiFactory

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def ask(viewer, lead, workspace):
    KpiFactory(workspace=workspace, owner=lead, code="leads")
    client = APIClient()
    client.force_login(viewer.user)
    return client.generic


@pytest.mark.parametrize(
    ("method", "address", "offered"),
    [
        ("PUT", "kpis/", "GET, HEAD, POST"),
        ("OPTIONS", "kpis/", "GET, HEAD, POST"),
        ("PUT", "kpis/leads/", "GET, HEAD, PATCH"),
        ("DELETE", "kpis/leads/", "GET, HEAD, PATCH"),
        ("POST", "kpis/leads/series/", "GET, HEAD"),
        ("PATCH", "measurements/", "GET, HEAD, POST, DELETE"),
        ("POST", "workspace/", "GET, HEAD, PATCH"),
    ],
)
def test_a_method_that_is_not_offered_is_405_and_names_those_that_are(
    ask, method, address, offered
):
    answer = ask(method, f"/api/v1/{address}")

    assert (answer.status_code, answer["Allow"]) == (405, offered)
    assert answer.json()["type"].endswith("#method-not-allowed")
    assert Kpi.objects.get().code == "leads"


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "kpis/"),  # offered, and not to a viewer
        ("PUT", "kpis/leads/archive/"),  # not offered, and neither is anything else to a viewer
        ("GET", "kpis/leads/archive/"),
        ("DELETE", "invitations/"),
    ],
)
def test_somebody_who_may_use_nothing_at_an_address_is_forbidden(ask, method, address):
    assert ask(method, f"/api/v1/{address}").status_code == 403


@pytest.mark.parametrize(
    ("scope", "address", "status"),
    [
        ("read", "kpis/", 405),
        ("read", "kpis/leads/archive/", 403),
        ("measurements", "measurements/", 405),
        ("measurements", "kpis/", 403),
    ],
)
def test_a_token_hears_405_only_where_its_scope_reaches(ask, lead, scope, address, status):
    _token, secret = create_token(
        membership=lead, name="t", scope=ApiToken.Scope(scope), by=lead, at=NOW,
        kpi_codes=["leads"] if scope == "measurements" else [],
        expires_at=NOW + dt.timedelta(days=9),
    )  # fmt: skip
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})

    assert client.put(f"/api/v1/{address}").status_code == status
