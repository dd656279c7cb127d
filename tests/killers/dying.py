"""Processes beside the test's own: one that dies at a crash point, several that do the same."""

import os
import signal
import traceback

from django.db import connection

from core import faults

_KEPT: list[object] = []


def dies_at(point, deed):
    """Do something in a process that is killed at the point; the test goes on."""
    status = os.waitpid(_begin(deed, {point}), 0)[1]
    assert os.WIFSIGNALED(status), f"{point} was not passed"
    assert os.WTERMSIG(status) == signal.SIGKILL


def at_once(deed, *, times):
    """Do the same in several processes side by side."""
    children = [_begin(deed) for _n in range(times)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * times


def _begin(deed, points=()):
    child = os.fork()
    if child:
        return child
    try:
        faults._NAMES = frozenset(points)
        # Kept, because letting go of it would end the session that the parent is still using.
        _KEPT.append(connection.connection)
        connection.connection = None
        deed()
        os._exit(0)
    except BaseException:  # noqa: BLE001  # nothing may leave this process
        traceback.print_exc()
    finally:
        os._exit(1)
