"""The supervisor's parts in this process: ports, prefixed output, giving up, static files."""

import io
import os
import signal
import socket
from collections.abc import Callable, Iterator

import pytest

from mops import preparations, programs, supervisor
from mops.embedded.children import Program
from mops.embedded.errors import StartError
from mops.supervisor import GaveUpError, Supervisor, Terminal


@pytest.mark.parametrize("port", ["0", "65536", "http", "8000 "])
def test_a_port_that_is_none_is_said(monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(StartError, match="PORT must be a number from 1 to 65535"):
        programs.chosen_port()


def test_the_proposed_port_is_free(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("PORT", str(server.getsockname()[1]))
        with pytest.raises(StartError) as caught:
            programs.chosen_port()

    proposed = str(caught.value).rpartition("PORT=")[2]
    monkeypatch.setenv("PORT", proposed)
    assert programs.chosen_port() == int(proposed)


@pytest.fixture
def supervise(tmp_path, monkeypatch) -> Iterator[Callable[..., str]]:
    """Give a way to supervise commands in this process, and to read what the terminal showed."""
    monkeypatch.setattr(supervisor, "BACK_OFF_SECONDS", (0.0, 0.0))
    before = {number: signal.getsignal(number) for number in supervisor.STOP_SIGNALS}

    def run(command: list[str], *, turns: int) -> str:
        shown = io.BytesIO()
        kept = Supervisor(servers=[], var=tmp_path, terminal=Terminal(shown, width=4))
        left = iter(range(turns))

        def stop_after_some_turns() -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGTERM)

        try:
            kept.run([Program("echo", lambda: command)], each_turn=stop_after_some_turns)
        except GaveUpError as error:
            kept.terminal.say(str(error))
        return shown.getvalue().decode()

    yield run
    for number, handler in before.items():
        signal.signal(number, handler)


def test_output_is_shown_by_whole_lines(supervise):
    shown = supervise(["sh", "-c", "printf 'ro'; sleep 0.1; printf 'ta\\nle'; sleep 600"], turns=3)

    assert "echo | rota\n" in shown


def test_a_program_that_does_not_stay_up_is_given_up(supervise):
    shown = supervise(["sh", "-c", "printf 'no such module'; exit 3"], turns=10_000)

    assert shown.splitlines() == [
        "echo | no such module",
        "mops | echo ended with code 3; starting it again.",
        "echo | no such module",
        "mops | echo ended with code 3; starting it again.",
        "echo | no such module",
        "mops | echo ended 3 times right after its start, so mops stops. Its last lines are above.",
    ]


def test_static_files_are_collected_when_they_have_changed(tmp_path, settings):
    source = tmp_path / "static" / "mops.css"
    source.parent.mkdir()
    settings.STATICFILES_DIRS = [source.parent]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    said: list[str] = []

    for text in ["a {}", "a {}", "b {}"]:
        source.write_text(text)
        preparations.collect_static(said.append)

    assert said == ["Collecting the static files."] * 2
    assert (tmp_path / "collected" / "mops.css").read_text() == "b {}"
