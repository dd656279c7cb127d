"""What monitors are told."""

from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from mops import health


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    monkeypatch.setattr(health, "_found_migrated", False)


def test_a_process_is_ready_when_the_database_has_all_migrations(db):
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ready")


def test_a_missing_migration_makes_it_wait(db):
    [latest] = MigrationLoader(connection).graph.leaf_nodes("goals")
    MigrationRecorder(connection).record_unapplied(*latest)

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"not ready")
    assert answer["Retry-After"] == "5"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_does_not_answer_is_no_detail_for_strangers(db, error):
    with patch.object(connection, "cursor", side_effect=error("10.0.0.7 refused")):
        answer = Client().get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"not ready")


def test_a_process_that_was_ready_once_does_not_look_at_the_migrations_again(
    db, django_assert_num_queries
):
    client = Client()
    client.get("/readyz")

    with django_assert_num_queries(1):
        assert client.get("/readyz").status_code == 200


def test_alive_asks_no_other_server(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get("/livez").content == b"ok"
