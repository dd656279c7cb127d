"""
Finds every process that a child of ours has left behind.

Process groups do not do: PostgreSQL gives each of its processes a session of its own. Neither do
process ids in a file: the kernel gives them to others. What is inherited by all descendants, and
by nobody else, is an open file: each child is started with ``var/run/<name>`` open, and whoever
still has it open belongs to the family.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from mops.embedded.errors import StartError

POLL_SECONDS = 0.05
PATIENCE_WITH_THE_KILLED = 5.0


def members(file: Path) -> list[int]:
    """Give the processes that hold ``file`` open, or, if it is a folder, any file in it."""
    wanted = os.path.realpath(file)
    # Where there is no /proc (macOS) nobody is found, and a stray process has to be ended by hand.
    return [
        pid
        for pid in _processes()
        if any(path == wanted or path.startswith(f"{wanted}/") for path in _open_files(pid))
    ]


def end(file: Path, *, grace: float) -> None:
    """
    Wait until the family is gone, and kill what is left of it after ``grace`` seconds.

    Raises:
        StartError: even killed they do not go, as on a disk that does not answer.
    """
    deadline = time.monotonic() + grace
    while alive := members(file):
        if time.monotonic() >= deadline + PATIENCE_WITH_THE_KILLED:
            raise StartError(f"Processes of an earlier run do not end: {alive}.")
        if time.monotonic() >= deadline:
            kill(alive)
        time.sleep(POLL_SECONDS)


def kill(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _processes() -> Iterator[int]:
    if os.path.isdir("/proc"):
        yield from (int(name) for name in os.listdir("/proc") if name.isdigit())


def _open_files(pid: int) -> Iterator[str]:
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            yield os.readlink(f"/proc/{pid}/fd/{number}")
    except OSError:
        # It ended while we looked, or it belongs to a stranger.
        return
