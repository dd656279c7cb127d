"""Places where a test may let a process die, to see what is left behind."""

import os
import signal

# "drain.after_take,digest.after_claim": a process that passes such a place kills itself.
_NAMES = frozenset(filter(None, os.environ.get("MOPS_FAULTS", "").split(",")))


def crash_point(name: str) -> None:
    """Do nothing, unless MOPS_FAULTS names this place: then end as kill -9 would."""
    if name in _NAMES:
        os.kill(os.getpid(), signal.SIGKILL)
