"""A process beside the test's own that dies at a crash point."""

import os
import signal
import traceback

from django.db import connection

from core import faults

_KEPT: list[object] = []


def dies_at(point, deed):
    """Do something in a process that is killed at the point; the test goes on."""
    if child := os.fork():
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status), f"{point} was not passed"
        assert os.WTERMSIG(status) == signal.SIGKILL
        return
    try:
        faults._NAMES = frozenset({point})
        # Kept, because letting go of it would end the session that the parent is still using.
        _KEPT.append(connection.connection)
        connection.connection = None
        deed()
    except BaseException:  # noqa: BLE001  # nothing may leave this process
        traceback.print_exc()
    finally:
        os._exit(0)
