"""What stands beside numbers is new at once, though pages keep fragments made of numbers."""

import pytest
from django.urls import reverse

from goals.selectors.points import get_freshness
from teams.services.people import change_profile
from teams.services.workspaces import change_settings
from tests.doors import browser_of
from tests.factories.goals import KpiFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scorecard(workspace, viewer, lead, frozen):
    """Read the scorecard of one KPI with money, as it is kept and shown."""
    KpiFactory(workspace=workspace, owner=lead, unit="currency")
    client = browser_of(viewer)
    return lambda: client.get(reverse("goals:kpis", args=[workspace.slug])).content.decode()


def test_a_new_name_of_an_owner_is_on_the_scorecard_at_once(scorecard, lead):
    assert "Leo Lead" in scorecard()

    change_profile(user=lead.user, name="Lea Leader", language="en", theme="light", shortcuts=True)

    page = scorecard()
    assert "Lea Leader" in page
    assert "Leo Lead" not in page


def test_another_currency_changes_the_version_of_the_numbers(workspace):
    before = get_freshness(workspace).version

    change_settings(workspace=workspace, version=workspace.version, currency="PLN")

    assert get_freshness(workspace).version > before
