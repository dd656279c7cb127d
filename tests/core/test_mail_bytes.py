"""A message as it goes over the wire."""

import datetime as dt
from email import message_from_bytes, policy

import pytest

from core.mailer import Message, named

AT = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)


def sent(**given):
    message = Message(**{
        "message_id": "<1@localhost>", "recipient": "ann@example.com", "subject": "Hello",
        "text": ["Good morning.\n"], **given,
    })  # fmt: skip
    wire = message.as_bytes(at=AT)
    return wire, message_from_bytes(wire, policy=policy.default)


@pytest.mark.parametrize(
    "text", ["Good morning.", "■ Żółw – ยาว 週間", "a=b & c", ".\n..\n.x", " end \n", "x" * 5000]
)
def test_every_text_arrives_as_it_was(text):
    wire, mail = sent(text=[text], html=["<p>", text, "</p>"])

    plain = mail.get_body(("plain",)).get_content()
    assert plain.splitlines() == text.splitlines()
    assert text.splitlines()[0] in mail.get_body(("html",)).get_content()
    assert max(map(len, wire.splitlines())) <= 998
    assert mail.defects == []


def test_pieces_follow_each_other_line_by_line():
    _wire, mail = sent(text=["one\n", "two\nthree\n"])

    assert mail.get_content().splitlines() == ["one", "two", "three"]


@pytest.mark.parametrize("subject", ["Żółw " * 20, "long " * 40, "■", "a\r\nBcc: eve@example.com"])
def test_a_subject_of_any_kind_stays_one_header(subject):
    _wire, mail = sent(subject=subject)

    assert mail["Subject"].split() == subject.replace("\r\n", " ").split()
    assert mail["Bcc"] is None


@pytest.mark.parametrize("name", ["Ann", "Żółw, Inc.", 'A "B" <c@d.e>', "a\nb"])
def test_a_name_cannot_become_an_address(name):
    _wire, mail = sent(sender_name=name, headers={"Reply-To": named(name, "bob@example.com")})

    assert [each.addr_spec for each in mail["From"].addresses] == ["mops@localhost"]
    assert [each.addr_spec for each in mail["Reply-To"].addresses] == ["bob@example.com"]
