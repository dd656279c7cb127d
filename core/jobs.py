"""Doorbells: telling a worker, after the commit, that rows are waiting for it."""

import logging
import os
import socket
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, wraps
from typing import ParamSpec

from celery.exceptions import OperationalError
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils.module_loading import import_string
from redis import Redis
from redis.exceptions import RedisError

from core.faults import crash_point

logger = logging.getLogger(__name__)

P = ParamSpec("P")
Plain = int | str | bool | None

# A bell that was rung waits this long, so that a burst of writes is answered by one task.
GATHER_SECONDS = 0.15
_ALONE = 0xA10

# A bell that nobody answers may be rung again after this long.
BELL_LIFE_SECONDS = 5


def after_commit(task_path: str, **kwargs: Plain) -> None:
    """
    Ring for a task once, and only if, the current transaction commits.

    The task is named by its dotted path so that services never import ``tasks``;
    ``tests/architecture/test_jobs.py`` proves that each path and its arguments exist. The rows
    that the task will look for are the work: a bell that gets lost, because Redis is away or
    the process dies, costs time until the next heartbeat and nothing else.
    """
    for value in kwargs.values():
        if not isinstance(value, Plain):
            raise TypeError(f"Pass ids and plain values to a task, not {type(value).__name__}.")
    transaction.on_commit(lambda: ring(task_path, **kwargs))


def ring(task_path: str, **kwargs: Plain) -> None:
    """Ask a worker to run a task soon; the same bell rung twice before an answer is one bell."""
    crash_point("bell.before_ring")
    try:
        if _redis().set(_bell(task_path, kwargs), 1, nx=True, ex=BELL_LIFE_SECONDS):
            import_string(task_path).apply_async(kwargs=kwargs, countdown=GATHER_SECONDS)
    except (RedisError, OperationalError) as error:
        logger.warning("Nobody heard the bell for %s: %s", task_path, error)


def answers_bell(task: Callable[P, None]) -> Callable[P, None]:
    """
    Mark the body of a task that is rung for: it silences its bell before it looks at the rows.

    Whoever commits after that rings anew, so no row can fall between two answers.
    """

    @wraps(task)
    def answer(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            _redis().delete(_bell(f"{task.__module__}.{task.__name__}", kwargs))
        except RedisError as error:
            logger.warning("A bell could not be silenced: %s", error)
        task(*args, **kwargs)

    return answer


def one_at_a_time(task: Callable[P, None]) -> Callable[P, None]:
    """
    Let each worker do such a task in one of its processes only.

    Mail to a server that does not answer, or a large file, then leaves the other processes free.
    Whoever comes second goes away: the first one looks for more work before it ends.
    """

    @wraps(task)
    def alone(*args: P.args, **kwargs: P.kwargs) -> None:
        # The processes of one worker, and nobody else, have the same parent on the same machine.
        name = f"{task.__module__}.{task.__name__} {socket.gethostname()} {os.getppid()}"
        key = [_ALONE, zlib.crc32(name.encode()) - 2**31]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            if not cursor.fetchone()[0]:
                return
        try:
            task(*args, **kwargs)
        finally:
            # A connection that broke took the lock along.
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)

    return alone


def _bell(task_path: str, kwargs: dict[str, Plain] | dict[str, object]) -> str:
    return "bell:" + task_path + "".join(f":{name}={kwargs[name]}" for name in sorted(kwargs))


@lru_cache(maxsize=1)
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
