"""Doorbells: rung once, answered by whoever is free, never waited for."""

import os

import pytest

from core import jobs
from core.jobs import one_at_a_time
from tests.beside import at_once


@pytest.mark.django_db(transaction=True)
def test_a_task_that_runs_already_is_left_to_whoever_runs_it():
    done = []

    @one_at_a_time
    def slow():
        done.append("slow")
        if len(done) < 3:
            at_once(slow)

    slow()
    assert done == ["slow"]
    slow()
    assert done == ["slow", "slow"]


@pytest.mark.django_db(transaction=True)
def test_another_kind_of_task_runs_beside_it():
    done = []

    @one_at_a_time
    def quick():
        done.append("quick")

    @one_at_a_time
    def slow():
        at_once(quick)

    slow()
    assert done == ["quick"]


@pytest.mark.django_db(transaction=True)
def test_another_worker_does_such_a_task_at_the_same_time(monkeypatch):
    done = []

    @one_at_a_time
    def slow():
        done.append("slow")
        if len(done) == 1:
            monkeypatch.setattr(os, "getppid", lambda: 1)
            at_once(slow)

    slow()
    assert done == ["slow", "slow"]


@pytest.mark.django_db(transaction=True)
def test_a_task_that_fails_makes_room_for_the_next():
    done = []

    @one_at_a_time
    def failing():
        done.append("failing")
        raise ZeroDivisionError

    for _n in range(2):
        with pytest.raises(ZeroDivisionError):
            failing()
    assert len(done) == 2


def test_a_bell_that_nobody_hears_is_a_line_in_the_log(settings, caplog):
    """Show reliability row FM-08: without Redis nothing is raised."""
    settings.REDIS_URL = "unix:///nowhere.sock"
    jobs._redis.cache_clear()

    jobs.ring("teams.tasks.send_mail")

    jobs._redis.cache_clear()
    assert "Nobody heard the bell for teams.tasks.send_mail" in caplog.text
