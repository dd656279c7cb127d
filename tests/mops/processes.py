"""What the tests of servers and supervisor share: free ports, living processes, patience."""

import socket
import time
from collections.abc import Callable, Iterable

import psutil  # type: ignore[import-untyped]

SECONDS = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def eventually(condition: Callable[[], bool], *, seconds: float = SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def all_gone(processes: Iterable[psutil.Process]) -> bool:
    return eventually(lambda: not any(map(lives, processes)))


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
