"""Web, worker and beat as `manage.py up` runs them, and the port that web takes."""

import errno
import os
import signal
import socket
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException  # noqa: TID251  # asks its own process
from pathlib import Path

from mops.embedded.children import Program
from mops.embedded.errors import StartError

DEFAULT_PORT = "8000"
HIGHEST_PORT = 65535
# localhost may mean either; whoever sits on one of them would get our visitors.
LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
PATIENCE_SECONDS = 0.5


def programs(*, port: int, var: Path) -> list[Program]:
    """Give web, worker and beat in the order in which they start and are asked to stop."""
    return [
        Program(name="beat", command=lambda: _beat(var)),
        Program(name="web", command=lambda: _web(port)),
        # A worker whose broker went with the supervisor does not end by any gentler signal. The
        # rows that it was at work on are claimed anew.
        Program(name="worker", command=_worker, orphan_signal=signal.SIGKILL),
    ]


def _web(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "mops.wsgi:application"),
        f"--bind=127.0.0.1:{port}",
        "--worker-class=gthread",
        "--workers=2",
        "--threads=4",
        "--graceful-timeout=2",
        "--no-control-socket",
    ]


def _worker() -> list[str]:
    return [
        *_celery("worker"),
        "--concurrency=5",
        # They are for many workers that watch each other, and cost a second at the start.
        "--without-gossip",
        "--without-mingle",
        "--include=mops.pool",
    ]


def _beat(var: Path) -> list[str]:
    return [*_celery("beat"), f"--schedule={var / 'beat-schedule'}", "--pidfile="]


def _celery(command: str) -> list[str]:
    # Celery advises against root at every start; whoever runs mops as root knows.
    hush = ["-W", "ignore:::celery.platforms"]
    return [
        sys.executable,
        *hush,
        "-m",
        "celery",
        "--app=mops",
        "--quiet",
        command,
        "--loglevel=INFO",
    ]


def chosen_port() -> int:
    """
    Read PORT, and make sure that nobody listens there.

    Raises:
        StartError: it is no port, or it is taken; the message names one that is free.
    """
    text = os.environ.get("PORT") or DEFAULT_PORT
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise StartError(f"PORT must be a number from 1 to {HIGHEST_PORT}, not “{text}”.")
    port = int(text)
    problem = _problem_with(port)
    if problem:
        others = (other for other in range(port + 1, HIGHEST_PORT) if not _problem_with(other))
        raise StartError(f"Port {port} {problem}. Try: make run PORT={next(others, DEFAULT_PORT)}")
    return port


def _problem_with(port: int) -> str:
    for family, address in LOOPBACK:
        try:
            with socket.create_server((address, port), family=family):
                pass
        except PermissionError:
            return "is reserved for root"
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "is taken by another program"
    return ""


def answers(port: int) -> bool:
    """Tell whether the web process answers requests."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
