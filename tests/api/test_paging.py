"""Lists come in pages of the size that was asked for."""

import pytest

from tests.doors import api_of
from tests.factories.goals import KpiFactory


@pytest.fixture
def api(viewer, frozen):
    return api_of(viewer)


def test_pages_follow_each_other_without_gaps(api, workspace, lead):
    made = {KpiFactory(workspace=workspace, owner=lead).code for _number in range(5)}

    address, found = "/api/v1/kpis/?page_size=2", []
    while address:
        page = api.get(address).json()
        found += [kpi["code"] for kpi in page["results"]]
        address = page["next"]

    assert (len(found), set(found)) == (5, made)


@pytest.mark.parametrize("size", ["0", "201", "-1", "1.5", "true", "٣", "", "9" * 400])
def test_a_size_that_is_none_is_refused(api, size):
    answer = api.get("/api/v1/kpis/", {"page_size": size})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "page_size", "detail": "Ask for 1 to 200 rows."}]
