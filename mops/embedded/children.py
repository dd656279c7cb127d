"""Child processes that die with us, however we die."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mops.embedded import family, paths

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """What to run, and how to ask it to stop."""

    name: str
    # Asked for before every start, so that it may also prepare the ground.
    command: Callable[[], Sequence[str]]
    stop_signal: signal.Signals = signal.SIGTERM
    # What the kernel sends when the supervisor is gone.
    orphan_signal: signal.Signals = signal.SIGTERM
    # Where its output goes; without a log the supervisor reads and shows it.
    log: Path | None = None


@dataclass
class Child:
    """One program, through all its lives."""

    program: Program
    var: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the program, after clearing away what is left of its last life."""
        self.family_file.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        family.end(self.family_file, grace=0)
        argv = self.program.command()
        with self.family_file.open("ab") as mark, self._output() as output:
            self.process = subprocess.Popen(  # noqa: S603 - commands of ours, never typed in
                argv,
                cwd=paths.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C at the terminal reaches us alone; we stop the children in order.
                start_new_session=True,
                pass_fds=[mark.fileno()],
                preexec_fn=partial(die_with_parent, self.program.orphan_signal, parent=os.getpid()),
            )
        return self.process

    def ask_to_stop(self) -> None:
        if self.process is not None and self.runs:
            self.process.send_signal(self.program.stop_signal)

    def stop(self, *, grace: float) -> None:
        """Ask the program to stop, and kill it if it has not after ``grace`` seconds."""
        self.ask_to_stop()
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        self.kill()

    def kill(self) -> None:
        """End the program and all its descendants at once."""
        if self.process is not None:
            self.process.kill()
        family.end(self.family_file, grace=0)
        if self.process is not None:
            self.process.wait()

    @property
    def family_file(self) -> Path:
        return self.var / "run" / self.program.name

    @contextmanager
    def _output(self) -> Iterator[int]:
        if self.program.log is None:
            yield subprocess.PIPE
            return
        log = os.open(self.program.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            yield log
        finally:
            os.close(log)


def die_with_parent(sent: signal.Signals, *, parent: int) -> None:
    """
    Have the kernel send us a signal when our parent dies; ``parent`` is its process id.

    The kernel means the parent's thread that started us, so that has to be its main thread.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sent)
    if os.getppid() != parent:  # it died before we could tell the kernel
        os.kill(os.getpid(), sent)
