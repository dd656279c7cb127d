"""Everything that runs in production, as child processes that a test may kill at any moment."""

import http.client
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from unittest import mock

import environ
import psutil  # type: ignore[import-untyped]
import trustme
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from redis import Redis

from mops import programs
from mops.embedded import paths
from mops.embedded.children import Child, Program
from mops.embedded.postgres import Postgres
from mops.embedded.servers import running
from mops.embedded.valkey import Valkey
from mops.pytest_embedded import lay_migrated
from tests.beside import beating_fast, eventually, free_port
from tests.https import Server, gives

WORKERS, BEATS = ("worker1", "worker2"), ("beat1", "beat2")
SINK = Path(__file__).with_name("sink.py")


class Stack:
    """
    Web, two workers, two beats, Valkey, Postgres and an SMTP server, each a child of this process.

    The servers of others are an https server in a thread of this process.

    What is killed comes back by `start`, as it would under a supervisor. While the stack runs,
    the models of this process read and write its database.
    """

    def __init__(self):
        self.var = Path(tempfile.mkdtemp(prefix="mops-killer-"))
        self.var.chmod(0o711)
        self.port, self.smtp_port = free_port(), free_port()
        self.mailbox = Mailbox(self.var / "mails")
        self.others = Others(self.var / "authority.pem")
        self.servers = {"postgres": Postgres(self.var), "valkey": Valkey(self.var)}
        self.children = {program.name: Child(program, var=self.var) for program in self._programs()}
        self.environment = {
            "DATABASE_URL": paths.database_url(self.var),
            "REDIS_URL": paths.redis_url(self.var),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "EGRESS_ALLOWED": f"{Others.HOST}/32",
            "EGRESS_CA_FILE": str(self.others.authority),
            "DJANGO_SETTINGS_MODULE": "mops.settings.test",
            # What the models of this process seal, the stack reads.
            "SECRET_KEY": settings.SECRET_KEY,
            "PYTHONUNBUFFERED": "1",
        }

    def _programs(self):
        beat, web, worker = programs.programs(port=self.port, var=self.var)
        yield self._logged(web, "web")
        for n in "12":
            yield self._logged(worker, f"worker{n}", f"--hostname=worker{n}@%h")
            yield self._logged(beat, f"beat{n}", f"--schedule={self.var}/beat{n}")
        sink = [sys.executable, str(SINK), str(self.smtp_port), str(self.mailbox.file)]
        yield Program("sink", lambda: sink, log=self.var / "sink.log")

    def _logged(self, program, name, *more):
        def command():
            return [*beating_fast(program.command()), *more]

        return replace(program, name=name, command=command, log=self.var / f"{name}.log")

    # -- life and death -------------------------------------------------------------------------

    @contextmanager
    def up(self):
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self.var, ignore_errors=True)
            stack.callback(self.others.server.close)
            lay_migrated(self.var)
            started = stack.enter_context(running(list(self.servers.values()), var=self.var))
            self.children |= {child.program.name: child for child in started}
            stack.enter_context(database(self.environment["DATABASE_URL"]))
            for name in self.children.keys() - self.servers.keys():
                stack.callback(self.children[name].kill)
                self.start(name)
            assert eventually(lambda: programs.answers(self.port)), self.said("web")
            assert eventually(self.mailbox.is_ready), self.said("sink")
            yield self

    def start(self, name, **variables):
        with mock.patch.dict(os.environ, self.environment | variables):
            self.children[name].start()
        if name in self.servers:
            assert eventually(self.servers[name].answers), self.said(name)

    def kill(self, name):
        """End a program as kill -9 does, with all that it started."""
        self.children[name].kill()

    def restart(self, name, **variables):
        self.kill(name)
        self.start(name, **variables)

    def kill_child_of(self, name, chance):
        """Kill one of the processes that a program keeps for its work, if it has any just now."""
        with suppress(psutil.NoSuchProcess):
            process = self.children[name].process
            children = psutil.Process(process.pid).children() if process else []
            if children:
                chance.choice(children).kill()

    def said(self, name):
        return (self.var / f"{name}.log").read_text(errors="replace")

    def deaths(self, name):
        """Count the processes that a worker, or web, has seen die by kill -9."""
        return self.said(name).count("SIGKILL")

    # -- what came out ----------------------------------------------------------------------------

    def redis(self):
        return Redis.from_url(self.environment["REDIS_URL"])

    def request(self, method, path, *, body=None, headers=None, timeout=15):
        """Ask the web process; raises OSError or HTTPException if no answer comes back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()


class Mailbox:
    """What the SMTP server has accepted, and the signs by which one tells it what to do."""

    def __init__(self, file):
        self.file = file

    def is_ready(self):
        return self.file.exists()

    def mails(self):
        """Count the accepted mails by Message-ID."""
        return Counter(json.loads(line)[0] for line in self.file.read_text().splitlines())

    @contextmanager
    def told_to(self, word):
        """While the block runs, have the server do what sink.py knows under this word."""
        sign = self.file.with_suffix(f".{word}")
        sign.touch()
        try:
            yield
        finally:
            sign.unlink()


class Others:
    """The servers of others: they give the files that are pulled, and note what chats are told."""

    # Another address than that of mops, which it would not ask.
    HOST = "127.0.0.2"

    def __init__(self, authority):
        self.authority = authority
        certifying = trustme.CA()
        certifying.cert_pem.write_to_path(authority)
        self.server = Server(certifying.issue_cert(self.HOST), host=self.HOST)
        self.server.answer = self._answer
        self.files = {}

    def _answer(self, request):
        method, path, _rest = request.decode().split(" ", 2)
        return gives(b"ok" if method == "POST" else self.files[path])

    def address_of(self, path):
        return self.server.root + path

    def told(self, path):
        """Count the messages to a chat."""
        return sum(request.startswith(f"POST {path} ".encode()) for request in self.server.requests)


class Answer:
    """What the web process said."""

    def __init__(self, response):
        self.status, self.headers, self.content = response.status, response.headers, response.read()

    @property
    def data(self):
        return json.loads(self.content) if self.content else None


@contextmanager
def database(url):
    """Lead the models of this thread to another database."""
    before = connections[DEFAULT_DB_ALIAS]
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    address = environ.Env.db_url_config(url)
    address["OPTIONS"] = before.settings_dict["OPTIONS"] | address["OPTIONS"]
    other.settings_dict = before.settings_dict | {"HOST": "", "PORT": ""} | address
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = before
