"""The one way out: what it refuses without a connection, and how it reads what it is given."""

import socket
import threading
from functools import partial

import pytest
import trustme

from core import egress
from core.egress import EgressError, ForbiddenAddressError
from tests.https import FORBIDDEN_HOSTS, HEAD, cuts, redirects, says

MOST = 1024 * 1024

FORBIDDEN_ADDRESSES = [
    "http://example.com/", "gopher://example.com/", "file:///etc/passwd", "ftp://example.com/",
    "//example.com/", "example.com", "", "https://", "https:///path", "https://:443/",
    "https://name@example.com/", "https://name:secret@example.com/", "https://@example.com/",
    "https://example.com\\@127.0.0.1/", "https://exam ple.com/", "https://example.com/\r\nX: 1",
    "https://example.com/\tx", "https://exämple.com/", "https://①②⑦.0.0.1/",
    "https://[::1", "https://example.com:port/", "https://example.com:99999/",
    "https://testserver/", "https://TestServer./", "https://example.com/" + "a" * 2_000,
]  # fmt: skip


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
@pytest.mark.parametrize("ask", [
    lambda url: egress.fetch(url, most_bytes=MOST),
    lambda url: egress.post(url, b"{}", content_type="application/json"),
], ids=["fetch", "post"])  # fmt: skip
def test_a_private_address_is_never_connected_to(host, ask, listener):
    with pytest.raises(EgressError):
        ask(f"https://{host}/numbers.csv")
    assert listener == []


def test_more_than_sixty_ways_to_write_a_private_address_are_tried():
    assert len(FORBIDDEN_HOSTS) > 60


@pytest.mark.parametrize(
    "host", [host for host in FORBIDDEN_HOSTS if "localhost" not in host.lower()]
)
def test_a_private_number_is_told_without_a_name_server(host, listener, monkeypatch):
    numbers_only = partial(_number, socket.getaddrinfo)
    monkeypatch.setattr(socket, "getaddrinfo", numbers_only)
    with pytest.raises(ForbiddenAddressError):
        egress.check(f"https://{host}/numbers.csv")
    assert listener == []


def _number(resolve, *arguments, flags, **options):
    assert flags == socket.AI_NUMERICHOST
    return resolve(*arguments, flags=flags, **options)


def test_a_name_is_not_looked_up_before_it_is_asked(listener):
    assert egress.check("https://numbers.example/week.csv?key=1") == "numbers.example"
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

    def resolve(host: str, port: int, *_how: object, **_options: object) -> list[tuple]:
        if host[0].isdigit():
            addresses = [host]
        else:
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
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 5\r\n\r\na,b\r\n"


def test_an_answer_comes_whole(web):
    web.scripts = [says(PLAIN)]
    answer = egress.fetch(web.url, most_bytes=MOST)
    assert (answer.status, answer.body) == (200, b"a,b\r\n")
    assert answer.headers["content-type"] == "text/csv"
    assert web.requests[0].startswith(b"GET /numbers.csv?week=1 HTTP/1.1\r\n")


def test_a_message_is_posted_and_its_answer_is_a_status(web):
    web.scripts = [says(b"HTTP/1.1 204 No Content\r\n\r\n")]
    assert egress.post(web.url, b'{"a": 1}', content_type="application/json") == 204
    assert b"Content-Type: application/json\r\n" in web.requests[0]


def test_a_redirect_is_followed(web):
    web.scripts = [redirects("/elsewhere"), says(PLAIN)]
    assert egress.fetch(web.url, most_bytes=MOST).body == b"a,b\r\n"
    assert web.requests[1].startswith(b"GET /elsewhere HTTP/1.1\r\n")


@pytest.mark.parametrize("target", [
    "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "http://127.0.0.1/",
    "//[::1]/", "https://127.0.0.2/", "file:///etc/passwd",
])  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_passes_the_same_gate(web, target, status):
    web.scripts = [redirects(target, status)]
    with pytest.raises(ForbiddenAddressError):
        egress.fetch(web.url, most_bytes=MOST)
    assert len(web.requests) == 1


def test_a_redirect_without_an_end_is_given_up(web):
    web.scripts = [redirects("/again")]
    with pytest.raises(EgressError, match="from one place to the next"):
        egress.fetch(web.url, most_bytes=MOST)
    assert len(web.requests) == egress.REDIRECTS + 1


def test_a_message_follows_no_redirect(web):
    web.scripts = [redirects("/elsewhere")]
    assert egress.post(web.url, b"{}", content_type="application/json") == 302
    assert len(web.requests) == 1


@pytest.mark.parametrize(("answer", "sentence"), [
    (HEAD + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000, "larger than 1 MB"),
    (HEAD + b"\r\n" + b"x" * 2_000_000, "larger than 1 MB"),
    (HEAD + b"Content-Length: 100\r\n\r\nhalf a line", "broke off"),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhalf", "broke off"),
    (b"", "broke off"),
    (b"no http at all\r\n\r\n", "broke off"),
    (HEAD + b"X: " + b"x" * 100_000, "broke off"),
])  # fmt: skip
def test_a_bad_answer_is_told(web, answer, sentence):
    web.scripts = [says(answer)]
    with pytest.raises(EgressError, match=sentence):
        egress.fetch(web.url, most_bytes=MOST)


def test_an_answer_that_is_cut_without_a_goodbye_is_told(web):
    web.scripts = [cuts]
    with pytest.raises(EgressError, match="broke off"):
        egress.fetch(web.url, most_bytes=MOST)


def test_whoever_drips_is_hung_up_on(web, monkeypatch):
    monkeypatch.setattr(egress, "SECONDS", 0.5)
    hung_up = threading.Event()

    def drip(client: socket.socket) -> None:
        try:
            while True:
                client.sendall(b"H")
                hung_up.wait(0.05)
        except OSError:
            hung_up.set()

    web.scripts = [drip]
    with pytest.raises(EgressError, match="too long"):
        egress.fetch(web.url, most_bytes=MOST)
    assert hung_up.wait(5)


def test_a_certificate_of_somebody_else_is_refused(web, settings, tmp_path):
    other = trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    settings.EGRESS_CA_FILE = str(tmp_path / "other.pem")
    web.scripts = [says(PLAIN)]
    with pytest.raises(EgressError, match="certificate"):
        egress.fetch(web.url, most_bytes=MOST)
    assert web.requests == []
