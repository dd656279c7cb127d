"""The page behind the types of the API's problems."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from core.api.catalogue import KINDS, kind_of
from core.api.problems import body


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_type_of_every_problem_leads_to_its_explanation(kind, db):
    page, _hash, place = body(kind.status, "Because.", "/api/v1/kpis/")["type"].partition("#")

    answer = Client().get(page)

    assert answer.status_code == 200
    assert f'id="{place}"' in answer.content.decode()
    assert str(kind.meaning).split("’")[0] in answer.content.decode()


def test_a_status_without_a_kind_is_a_fault_of_ours():
    assert kind_of(599).name == "error"


def test_an_answer_of_the_api_names_its_type(db):
    problem = APIClient().get("/api/v1/kpis/").json()

    assert problem["type"] == "/api/docs/problems/#not-signed-in"


def test_the_documentation_of_the_api_leads_to_the_kinds_of_problems(db):
    schema = Client().get("/api/v1/schema/", headers={"accept": "application/json"}).json()

    assert "(/api/docs/problems/)" in schema["info"]["description"]
