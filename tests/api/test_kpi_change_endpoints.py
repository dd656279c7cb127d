"""Changes of KPIs by API: read, and undone once."""

import pytest

from goals.models import Kpi
from tests.doors import api_of
from tests.factories.goals import KpiFactory

CHANGES = "/api/v1/kpi-changes/"


@pytest.fixture
def api(lead, workspace):
    KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads", definition="Forms")
    return api_of(lead)


def change(api, **fields):
    kpi = "/api/v1/kpis/leads/"
    assert api.patch(kpi, fields, headers={"If-Match": api.get(kpi)["ETag"]}).status_code == 200
    return api.get(CHANGES).json()["results"][0]


def undo(api, found):
    return api.post(f"{CHANGES}{found['id']}/undo/")


def test_a_change_is_listed_and_undone(api, lead):
    found = change(api, name="Sign-ups")
    change(api, definition="Filled forms")

    undone = undo(api, found)

    assert found == {
        "id": found["id"],
        "kpi": "leads",
        "at": found["at"],
        "who": lead.user.name,
        "name": "Sign-ups",
        "deed": "changed",
        "changes": [{"field": "Name", "before": "Leads", "after": "Sign-ups"}],
        "undone_at": None,
    }
    assert (undone.status_code, undone["ETag"]) == (200, '"4"')
    assert (undone.json()["name"], undone.json()["definition"]) == ("Leads", "Filled forms")
    back, _definition, listed, _added = api.get(CHANGES).json()["results"]
    assert listed["undone_at"] == back["at"]


def test_what_was_undone_or_changed_again_stays(api):
    first = change(api, name="Sign-ups")
    second = change(api, name="Trials")

    answers = [undo(api, each).status_code for each in (first, second, second)]

    assert answers == [409, 200, 409]
    assert Kpi.objects.get().name == "Sign-ups"


def test_there_is_nothing_before_the_beginning(api):
    [added] = api.get(CHANGES).json()["results"]

    assert undo(api, added).status_code == 422


def test_pages_follow_each_other_and_tell_of_kpis_only(api, workspace, admin):
    change(api, name="Sign-ups")
    api_of(admin).post("/api/v1/teams/", {"name": "Growth"})

    first = api.get(f"{CHANGES}?page_size=1").json()
    second = api.get(first["next"]).json()

    assert [page["results"][0]["deed"] for page in (first, second)] == ["changed", "added"]
    assert second["next"] is None
