"""The description of the API is complete, valid, and in step with the URLconf."""

import io
import re

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from tests.architecture.routes import api_operations

ANCHORS = str.maketrans("", "", "^$")


@pytest.fixture(scope="module")
def description():
    return SchemaGenerator().get_schema(request=None, public=True)


def without_names(path):
    """Give a path as both ways of writing it have in common: `api/v1/kpis/{}/series`."""
    return re.sub(r"\{\w+\}|\(\?P<\w+>[^/]+\)", "{}", path).translate(ANCHORS).strip("/")


def test_every_operation_is_described_and_no_other(description):
    described = {
        (without_names(path), method)
        for path, operations in description["paths"].items()
        for method in operations
    }
    offered = {(without_names(route.path), method) for route, method, _name in api_operations()}

    assert described == offered


def test_the_description_is_valid_and_nothing_in_it_was_guessed():
    said = io.StringIO()

    call_command("spectacular", validate=True, fail_on_warn=True, stdout=said)

    assert said.getvalue().startswith("openapi: 3.1")


def test_changes_of_what_has_a_version_take_the_version(description):
    patch = description["paths"]["/api/v1/workspace/"]["patch"]

    assert "If-Match" in {each["name"] for each in patch["parameters"]}
    assert {"412", "428"} <= patch["responses"].keys()
