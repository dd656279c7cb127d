"""Speakable numbers: one row of 1, 2, 3 for each kind in each workspace."""

import pytest
from django.db import transaction

from teams.models import Counter
from teams.services.counters import next_number
from tests.beside import at_once
from tests.factories.teams import WorkspaceFactory


def test_numbers_run_from_one(workspace):
    assert [next_number(workspace, "K") for _each in range(3)] == [1, 2, 3]


def test_each_kind_counts_for_itself(workspace):
    given = [next_number(workspace, kind) for kind in ("K", "K", "T", "K", "T")]

    assert given == [1, 2, 1, 3, 2]


def test_each_workspace_counts_for_itself(workspace):
    """Show reliability row FM-03: numbers do not tell how much others have."""
    other = WorkspaceFactory()
    next_number(workspace, "K")
    next_number(workspace, "K")

    assert next_number(other, "K") == 1
    assert next_number(workspace, "K") == 3


def test_counting_goes_on_where_it_stood(workspace):
    Counter.objects.create(workspace=workspace, kind="K", last=41)

    assert next_number(workspace, "K") == 42
    assert Counter.objects.get(workspace=workspace, kind="K").last == 42


def test_a_number_that_was_rolled_back_was_never_given(workspace):
    next_number(workspace, "K")
    with transaction.atomic():
        next_number(workspace, "K")
        transaction.set_rollback(True)

    assert Counter.objects.get(workspace=workspace, kind="K").last == 1


@pytest.mark.django_db(transaction=True)
def test_no_number_is_given_twice_to_many_at_once():
    """Show reliability row FM-24: unique numbers under concurrent writers."""
    workspace = WorkspaceFactory()

    given = at_once(*[lambda: [next_number(workspace, "K") for _each in range(5)]] * 4)

    assert sorted(number for each in given for number in each) == list(range(1, 21))
