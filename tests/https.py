"""An https server of a few lines that answers by a script, and hosts that nobody may ask."""

import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

import trustme

# Everything here means this machine, its neighbours, or no machine at all.
# ruff: noqa: S104  # addresses to refuse, not to listen on
FORBIDDEN_HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
    "017700000001", "127.0.0.1.", "127.255.255.254", "0", "0.0.0.0", "localhost", "localhost.",
    "LOCALHOST", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::]", "[2001:db8::1]", "[3fff::1]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]",
    "[fec0::1]", "[ff02::1]", "[100::1]", "10.0.0.1", "10.255.255.255", "172.16.0.1",
    "172.31.255.255", "192.168.0.1", "192.168.1", "169.254.169.254", "2852039166", "0xa9fea9fe",
    "0251.0376.0251.0376", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "192.0.0.192", "100.100.100.200", "[fd00:ec2::254]",
    "[::ffff:169.254.169.254]", "[64:ff9b::a00:1]", "[2002:a00:1::]",
]  # fmt: skip

Script = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\n"


class Server:
    """
    Answers each connection by a script, and notes the requests.

    ``scripts`` are for one request after the other, the last one for all that follow; ``answer``
    chooses one by the request instead.
    """

    def __init__(self, certificate: trustme.LeafCert, *, host: str = "127.0.0.1") -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._context)
        self._listener = socket.create_server((host, 0))
        self.requests: list[bytes] = []
        self.scripts: list[Script] = []
        self.answer: Callable[[bytes], Script] = self._next_script
        self.root = f"https://{host}:{self._listener.getsockname()[1]}"
        self.url = f"{self.root}/numbers.csv?week=1"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._answer, args=[client], daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with suppress(OSError), self._context.wrap_socket(client, server_side=True) as secured:
            request = _request(secured)
            if request:  # whoever asks may have died before
                self.requests.append(request)
                self.answer(request)(secured)
            secured.unwrap()

    def _next_script(self, _request: bytes) -> Script:
        return self.scripts[min(len(self.requests), len(self.scripts)) - 1]


def _request(client: socket.socket) -> bytes:
    """Read a request to its end, the body included."""
    head, end, body = client.recv(65536).partition(b"\r\n\r\n")
    said = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    while said and len(body) < int(said[1]) and (more := client.recv(65536)):
        body += more
    return head + end + body


def says(*parts: bytes) -> Script:
    def script(client: socket.socket) -> None:
        for part in parts:
            client.sendall(part)

    return script


def gives(body: bytes, *headers: str, status: str = "200 OK") -> Script:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return says("\r\n".join(head).encode(), body)


def redirects(to: str, status: int = 302) -> Script:
    return gives(b"", f"Location: {to}", status=f"{status} Found")


def drips(client: socket.socket) -> None:
    """Say one letter after the other until somebody hangs up."""
    with suppress(OSError):
        while True:
            client.sendall(b"H")
            threading.Event().wait(0.05)


def cuts(client: socket.socket) -> None:
    """Break off in the middle, without a goodbye."""
    client.sendall(HEAD + b"\r\nDate,Leads\r\n2026-11-0")
    socket.socket.shutdown(client, socket.SHUT_RDWR)
