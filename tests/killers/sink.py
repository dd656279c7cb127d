"""An SMTP server that writes down what it accepts: `python sink.py PORT FILE`."""

import asyncio
import json
import sys
import threading
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller


class Sink:
    """
    Keeps every message before it says so.

    While FILE.stall exists it goes silent when a message is announced; while FILE.hold exists,
    when it has been handed over.
    """

    def __init__(self, file):
        self.file = file

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: ARG002  # aiosmtpd's form
        envelope.mail_from = address
        await self._while_told_to("stall")
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002  # aiosmtpd's form
        await self._while_told_to("hold")
        mail = message_from_bytes(envelope.content, policy=policy.default)
        with self.file.open("a") as file:
            file.write(json.dumps([mail["Message-ID"], envelope.rcpt_tos[0]]) + "\n")
        return "250 OK"

    async def _while_told_to(self, word):
        while self.file.with_suffix(f".{word}").exists():
            await asyncio.sleep(0.05)


def main(port, file):
    Controller(Sink(Path(file)), hostname="127.0.0.1", port=int(port)).start()
    Path(file).touch()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
