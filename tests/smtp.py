"""An SMTP server of a few lines, that can be told to refuse, to stall or to die at any step."""

import socket
import threading
from email import message_from_bytes, policy

DIE, STALL = "die", "stall"


class Server:
    """
    Takes mail, one connection after the other, in a thread of its own.

    ``faults`` says what happens at a step instead of the usual answer: an answer, DIE or STALL.
    Steps are connect, ehlo, mail, rcpt, data, body, and after (the answer to the body is given).
    ``answers`` says what is answered to the recipients that are refused.
    """

    def __init__(self, **faults):
        self.faults, self.answers = faults, {}
        self.tried, self.accepted, self.recipients, self.connections = [], [], [], 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._stalling = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._stalling:
            connection.close()
        self._thread.join(5)

    @property
    def messages(self):
        return [message_from_bytes(body, policy=policy.default) for body in self.accepted]

    def _serve(self):
        while True:
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            keep = _Talk(self, connection).hold()
            if keep:
                self._stalling.append(connection)
            else:
                connection.close()


class _Talk:
    """One connection."""

    def __init__(self, server, connection):
        self.server, self.connection = server, connection
        self.lines = connection.makefile("rb")
        self.recipient = ""

    def hold(self):
        """Talk until somebody hangs up; tell whether the connection is to stay open, unanswered."""
        try:
            if (end := self._answer("connect", "220 here")) is not None:
                return end
            for line in self.lines:
                verb = line[:4].decode().strip().lower()
                if (end := self._step(verb, line)) is not None:
                    return end
        except OSError:
            pass
        return False

    def _step(self, verb, line):
        if verb == "rcpt":
            self.recipient = line.decode().partition("<")[2].partition(">")[0]
            self.server.tried.append(self.recipient)
            return self._answer(verb, self.server.answers.get(self.recipient, "250 ok"))
        if verb == "data":
            end = self._answer("data", "354 go on")
            if end is not None or "data" in self.server.faults:
                return end
            return self._body()
        return self._answer(verb, "250 ok")

    def _body(self):
        body = b""
        for line in self.lines:
            if line == b".\r\n":
                break
            body += line.removeprefix(b".") if line.startswith(b"..") else line
        else:
            return False
        fault = self.server.faults.get("body")
        if fault in {None, DIE, STALL}:
            # Whether the client hears of it or not: the server has it.
            self.server.accepted.append(body)
            self.server.recipients.append(self.recipient)
        if (end := self._answer("body", "250 taken")) is not None:
            return end
        return self._answer("after", None)

    def _answer(self, step, usual):
        answer = self.server.faults.get(step, usual)
        if answer in {DIE, STALL}:
            return answer == STALL
        if answer:
            self.connection.sendall(f"{answer}\r\n".encode())
        return None


def smtp_settings(port):
    return {
        "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": "",
    }  # fmt: skip
