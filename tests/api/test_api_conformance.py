"""What the API answers is what its description says, whatever is sent to it."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks

from tests.architecture.world import World
from tests.conftest import NOW
from tests.factories.teams import make_token

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
description = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
description.app = get_wsgi_application()
OPERATIONS = [found.ok() for found in description.get_all_operations()]


@pytest.fixture(scope="module")
def secret(made_once):
    owner = World("aster", "Aster").people["owner"]
    return make_token(owner, NOW, scope="write")[1]


@pytest.fixture
def headers(secret, db, frozen):
    return {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}


@pytest.fixture
def one_connection():
    """Let requests run inside the test's own transaction, so that its connection stays open."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_keeps_the_description(operation, mode, headers, one_connection):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=15, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def keeps_it(case):
        case.call_and_validate(headers=headers, checks=CHECKS)

    keeps_it()
