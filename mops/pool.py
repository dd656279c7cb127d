"""Ties Celery's pool processes to their worker; loaded by `celery worker --include=mops.pool`."""

import os
import signal
from typing import Any

from celery.signals import worker_process_init

from mops.embedded.children import die_with_parent


@worker_process_init.connect
def tie_to_the_worker(**_kwargs: Any) -> None:
    """
    End with the worker.

    Left alone, a pool process would go on with its task after a kill -9 of the worker, beside the
    next worker's attempt at the same rows.
    """
    die_with_parent(signal.SIGKILL, parent=os.getppid())
