"""What runs beside a test: threads, processes, free ports; and patience with them."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import psutil  # type: ignore[import-untyped]
from django.db import connection, connections, transaction

from mops.embedded import paths

T = TypeVar("T")

SECONDS = 30
_SETUP = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def beating_fast(command: Iterable[str]) -> list[str]:
    """Give the command of a program, with heartbeats every second if it is one of Celery's."""
    return ["--app=tests.beats" if word == "--app=mops" else word for word in command]


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


def at_once(*deeds: Callable[[], T]) -> list[T]:
    """Do things at the same moment, each on a connection of its own; give what they gave."""
    together = threading.Barrier(len(deeds), timeout=SECONDS)

    def do(deed: Callable[[], T]) -> T:
        try:
            together.wait()
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


@contextmanager
def meanwhile(deed: Callable[[], object]) -> Iterator[None]:
    """Let somebody else's transaction, in which ``deed`` was done, stay open beside the block."""
    begun, over = threading.Event(), threading.Event()

    def do() -> None:
        with transaction.atomic():
            deed()
            begun.set()
            over.wait(SECONDS)

    with ThreadPoolExecutor(1) as other:
        done = other.submit(at_once, do)
        assert begun.wait(SECONDS)
        yield
        over.set()
        done.result()


def start_child(code: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Run Python code on the test's database; ``arguments`` are sys.argv from 2 on."""
    return subprocess.Popen(
        [sys.executable, "-c", _SETUP + code, connection.settings_dict["NAME"], *arguments],
        cwd=paths.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mops.settings.test", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
