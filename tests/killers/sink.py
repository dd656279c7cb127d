"""An SMTP server that writes down what it accepts: `python sink.py PORT FILE`."""

import json
import sys
import threading
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller


class Sink:
    """Keeps every message before it says so; while FILE.stalled exists it says nothing at all."""

    def __init__(self, file):
        self.file = Path(file)
        self.stalled = self.file.with_suffix(".stalled")

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002  # aiosmtpd's form
        mail = message_from_bytes(envelope.content, policy=policy.default)
        with self.file.open("a") as file:
            file.write(json.dumps([mail["Message-ID"], envelope.rcpt_tos[0]]) + "\n")
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: ARG002
        if self.stalled.exists():
            await server.loop.create_future()  # nobody ever fulfils it
        envelope.mail_from = address
        return "250 OK"


def main(port, file):
    controller = Controller(Sink(file), hostname="127.0.0.1", port=int(port))
    controller.start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
