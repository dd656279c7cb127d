"""Who owns a checkout's servers: one process at a time, for as long as it lives."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mops.embedded.errors import StartError


class InUseError(StartError):
    """Another process owns the servers; ``owner`` is how it described itself."""

    def __init__(self, owner: str) -> None:
        self.owner = owner or "another process"
        super().__init__(f"mops is already running in this folder: {self.owner}.")


@contextmanager
def ownership(var: Path, *, owner: str) -> Iterator[None]:
    """
    Own the servers of ``var`` while the block runs.

    The lock is the kernel's, so that it goes when we go, even by kill -9; what the file says is
    only for the message to the next one.

    Raises:
        InUseError: another process owns them.
        StartError: the folder is not ours to write to.
    """
    try:
        var.mkdir(mode=0o711, parents=True, exist_ok=True)
        file = (var / "lock").open("a+")
    except PermissionError as error:
        raise StartError(
            f"{error.filename} belongs to another user. Run mops as that user, or set MOPS_VAR "
            "to a folder of your own."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise InUseError(file.read()) from None
        file.truncate(0)
        file.write(owner)
        file.flush()
        yield


@contextmanager
def borrowing(var: Path) -> Iterator[bool]:
    """Keep a command that owns the servers from stopping them; tell whether that worked."""
    with (var / "borrowers").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:  # it is stopping them this moment
            yield False
        else:
            yield True


@contextmanager
def nobody_borrowing(var: Path) -> Iterator[None]:
    """Wait for the last borrower, and let no new one in while the block stops the servers."""
    with (var / "borrowers").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
