"""The one way out: what it refuses without a connection, and how it reads what it is given."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import trustme

from core import egress
from core.egress import EgressError, ForbiddenAddressError

MOST = 1024 * 1024

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
    "255.255.255.255",
]  # fmt: skip
FORBIDDEN_ADDRESSES = [
    "http://example.com/", "gopher://example.com/", "file:///etc/passwd", "ftp://example.com/",
    "//example.com/", "example.com", "", "https://", "https:///path", "https://:443/",
    "https://name@example.com/", "https://name:secret@example.com/", "https://@example.com/",
    "https://example.com\\@127.0.0.1/", "https://exam ple.com/", "https://example.com/\r\nX: 1",
    "https://example.com/\tx", "https://exämple.com/", "https://①②⑦.0.0.1/",
    "https://[::1", "https://example.com:port/", "https://example.com:99999/",
    "https://testserver/", "https://TestServer./", "https://example.com/" + "a" * 2_000,
]  # fmt: skip


@pytest.fixture
def listener(monkeypatch) -> list[object]:
    """Count every connection that is opened to any address."""
    opened: list[object] = []

    def refuse(address: object, **_options: object) -> socket.socket:
        opened.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return opened


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
@pytest.mark.parametrize("ask", [
    lambda url: egress.fetch(url, most_bytes=MOST),
    lambda url: egress.post(url, b"{}", content_type="application/json"),
    egress.check,
], ids=["fetch", "post", "check"])  # fmt: skip
def test_a_private_address_is_never_connected_to(host, ask, listener):
    with pytest.raises(EgressError):
        ask(f"https://{host}/numbers.csv")
    assert listener == []


@pytest.mark.parametrize("url", FORBIDDEN_ADDRESSES)
def test_an_odd_address_is_refused_before_its_name_is_looked_up(url, listener, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", pytest.fail)
    with pytest.raises(ForbiddenAddressError):
        egress.fetch(url, most_bytes=MOST)
    assert listener == []


def _resolves_to(monkeypatch, *answers: list[str]) -> list[str]:
    """Let names have these addresses, one answer after the other; give what was asked."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_options: object) -> list[tuple]:
        addresses = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_one_private_address_among_public_ones_is_enough(listener, monkeypatch):
    _resolves_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(ForbiddenAddressError, match="private network"):
        egress.fetch("https://example.com/", most_bytes=MOST)
    assert listener == []


def test_a_name_that_changes_its_address_is_connected_to_where_it_was_looked_at(
    listener, monkeypatch
):
    asked = _resolves_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(EgressError, match="does not answer"):
        egress.fetch("https://example.com/", most_bytes=MOST)
    assert asked == ["example.com"]
    assert listener == [("93.184.216.34", 443)]


def test_an_unknown_name_is_refused(listener, monkeypatch):
    def fail(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(EgressError, match="No server is known"):
        egress.fetch("https://example.com/", most_bytes=MOST)
    assert listener == []


def test_only_the_ports_of_https_are_open(listener, monkeypatch):
    _resolves_to(monkeypatch, ["93.184.216.34"])
    with pytest.raises(ForbiddenAddressError, match="443 and 8443"):
        egress.fetch("https://example.com:5432/", most_bytes=MOST)
    assert listener == []


def test_an_allowed_network_opens_no_other(listener, settings):
    settings.EGRESS_ALLOWED = ["10.1.0.0/16"]
    with pytest.raises(EgressError, match="does not answer"):
        egress.fetch("https://10.1.2.3:8000/", most_bytes=MOST)
    with pytest.raises(ForbiddenAddressError):
        egress.fetch("https://10.2.0.1/", most_bytes=MOST)
    assert listener == [("10.1.2.3", 8000)]


# -- What servers answer --------------------------------------------------------------------------
Script = Callable[[socket.socket], None]


class _Server:
    """An https server that answers each connection by a script."""

    def __init__(self, certificate: trustme.LeafCert) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._context)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.scripts: list[Script] = []
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/numbers.csv?week=1"
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
            self.requests.append(secured.recv(65536))
            self.scripts[min(len(self.requests), len(self.scripts)) - 1](secured)
            secured.unwrap()


def _says(*parts: bytes) -> Script:
    def script(client: socket.socket) -> None:
        for part in parts:
            client.sendall(part)

    return script


def _redirects(to: str, status: int = 302) -> Script:
    return _says(f"HTTP/1.1 {status} Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 5\r\n\r\na,b\r\n"


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(authority, settings, tmp_path) -> Iterator[_Server]:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    settings.EGRESS_ALLOWED = ["127.0.0.1/32"]
    settings.EGRESS_CA_FILE = str(tmp_path / "ca.pem")
    settings.ALLOWED_HOSTS = ["testserver"]
    egress._context.cache_clear()
    server = _Server(authority.issue_cert("127.0.0.1"))
    yield server
    server.close()
    egress._context.cache_clear()


def test_an_answer_comes_whole(server):
    server.scripts = [_says(PLAIN)]
    answer = egress.fetch(server.url, most_bytes=MOST)
    assert (answer.status, answer.body) == (200, b"a,b\r\n")
    assert answer.headers["content-type"] == "text/csv"
    assert server.requests[0].startswith(b"GET /numbers.csv?week=1 HTTP/1.1\r\n")


def test_a_message_is_posted_and_its_answer_is_a_status(server):
    server.scripts = [_says(b"HTTP/1.1 204 No Content\r\n\r\n")]
    assert egress.post(server.url, b'{"a": 1}', content_type="application/json") == 204
    assert b"Content-Type: application/json\r\n" in server.requests[0]


def test_a_redirect_is_followed(server):
    server.scripts = [_redirects("/elsewhere"), _says(PLAIN)]
    assert egress.fetch(server.url, most_bytes=MOST).body == b"a,b\r\n"
    assert server.requests[1].startswith(b"GET /elsewhere HTTP/1.1\r\n")


@pytest.mark.parametrize("target", [
    "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "http://127.0.0.1/",
    "//[::1]/", "https://127.0.0.2/", "file:///etc/passwd",
])  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_passes_the_same_gate(server, target, status):
    server.scripts = [_redirects(target, status)]
    with pytest.raises(ForbiddenAddressError):
        egress.fetch(server.url, most_bytes=MOST)
    assert len(server.requests) == 1


def test_a_redirect_without_an_end_is_given_up(server):
    server.scripts = [_redirects("/again")]
    with pytest.raises(EgressError, match="from one place to the next"):
        egress.fetch(server.url, most_bytes=MOST)
    assert len(server.requests) == egress.REDIRECTS + 1


def test_a_message_follows_no_redirect(server):
    server.scripts = [_redirects("/elsewhere")]
    assert egress.post(server.url, b"{}", content_type="application/json") == 302
    assert len(server.requests) == 1


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(("answer", "sentence"), [
    (HEAD + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000, "larger than 1 MB"),
    (HEAD + b"\r\n" + b"x" * 2_000_000, "larger than 1 MB"),
    (HEAD + b"Content-Length: 100\r\n\r\nhalf a line", "broke off"),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhalf", "broke off"),
    (b"", "broke off"),
    (b"no http at all\r\n\r\n", "broke off"),
    (HEAD + b"X: " + b"x" * 100_000, "broke off"),
])  # fmt: skip
def test_a_bad_answer_is_told(server, answer, sentence):
    server.scripts = [_says(answer)]
    with pytest.raises(EgressError, match=sentence):
        egress.fetch(server.url, most_bytes=MOST)


def test_an_answer_that_is_cut_without_a_goodbye_is_told(server):
    def cut(client: socket.socket) -> None:
        client.sendall(HEAD + b"\r\nhalf a line")
        socket.socket.shutdown(client, socket.SHUT_RDWR)

    server.scripts = [cut]
    with pytest.raises(EgressError, match="broke off"):
        egress.fetch(server.url, most_bytes=MOST)


def test_whoever_drips_is_hung_up_on(server, monkeypatch):
    monkeypatch.setattr(egress, "SECONDS", 0.5)
    hung_up = threading.Event()

    def drip(client: socket.socket) -> None:
        try:
            while True:
                client.sendall(b"H")
                hung_up.wait(0.05)
        except OSError:
            hung_up.set()

    server.scripts = [drip]
    with pytest.raises(EgressError, match="too long"):
        egress.fetch(server.url, most_bytes=MOST)
    assert hung_up.wait(5)


def test_a_certificate_of_somebody_else_is_refused(server, settings, tmp_path):
    other = trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    settings.EGRESS_CA_FILE = str(tmp_path / "other.pem")
    server.scripts = [_says(PLAIN)]
    with pytest.raises(EgressError, match="certificate"):
        egress.fetch(server.url, most_bytes=MOST)
    assert server.requests == []
