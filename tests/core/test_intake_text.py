"""From bytes to text: encodings are told apart, and what no text holds is refused."""

import codecs

import pytest

from tests.core.intake_cases import opened, refused, rows

POLISH = "Źródło;Kwota\nGrupa łódzka;12,5\nSpółka ćma;7,5\nZażółć gęślą jaźń;1,5\n"
WESTERN = "Città;Importo\nForlì è qui;12,5\nMünchen;7,5\nBesançon;1,5\n"
THAI = "ช่องทาง;ยอด\nเฟซบุ๊ก;12.5\nกรุงเทพมหานคร;7.5\nอินสตาแกรม;1.5\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (POLISH.encode(), "utf-8"),
        (codecs.BOM_UTF8 + POLISH.encode(), "utf-8"),
        (POLISH.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_LE + POLISH.encode("utf-16-le"), "utf-16-le"),
        (POLISH.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF16_BE + POLISH.encode("utf-16-be"), "utf-16-be"),
        (POLISH.encode("cp1250"), "cp1250"),
        (POLISH.encode("iso-8859-2"), "iso-8859-2"),
    ],
)
def test_polish_is_read_in_each_encoding(content, encoding):
    table = opened(content)

    assert table.options.encoding == encoding
    assert table.columns[0].header == "Źródło"
    assert rows(table) == [
        ["Grupa łódzka", "12,5"],
        ["Spółka ćma", "7,5"],
        ["Zażółć gęślą jaźń", "1,5"],
    ]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (WESTERN.encode(), "utf-8"),
        (WESTERN.encode("cp1252"), "cp1252"),
        (codecs.BOM_UTF16_LE + WESTERN.encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_italian_german_and_french_are_read_in_each_encoding(content, encoding):
    table = opened(content)

    assert table.options.encoding == encoding
    assert [row[0] for row in rows(table)] == ["Forlì è qui", "München", "Besançon"]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (THAI.encode(), "utf-8"),
        (THAI.encode("cp874"), "cp874"),
        (codecs.BOM_UTF16_LE + THAI.encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_thai_is_read_in_each_encoding(content, encoding):
    table = opened(content)

    assert table.options.encoding == encoding
    assert [row[0] for row in rows(table)] == ["เฟซบุ๊ก", "กรุงเทพมหานคร", "อินสตาแกรม"]


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    table = opened(codecs.BOM_UTF8 + b"Day,Clicks\n2026-11-09,5\n")

    assert table.columns[0].header == "Day"


def test_an_encoding_that_a_person_names_is_obeyed():
    content = "name;value\npłot;1\n".encode("cp1250")

    assert rows(opened(content, encoding="cp1250")) == [["płot", "1"]]
    assert rows(opened(content, encoding="cp1252")) == [["p³ot", "1"]]


def test_an_encoding_that_does_not_fit_is_refused_with_the_line():
    content = "name;value\nplain;1\npłot;2\n".encode("cp1250")

    error = refused(content, encoding="utf-8")

    assert (error.code, error.line) == ("undecodable", 3)
    assert str(error) == "Line 3 cannot be read as UTF-8. Choose another encoding."


def test_a_few_damaged_letters_do_not_turn_utf_8_into_something_else():
    content = POLISH.encode() + b"P\xb3ot;1\n"

    error = refused(content)

    assert (error.code, error.line) == ("undecodable", 5)


def test_half_a_letter_at_the_end_is_refused():
    error = refused("name;value\nb;1\nżółć ęąś;2".encode() + "ż".encode()[:1])

    assert (error.code, error.line) == ("undecodable", 3)


def test_utf_16_cut_in_the_middle_of_a_letter_is_refused():
    error = refused(codecs.BOM_UTF16_LE + "a;b\nc;1".encode("utf-16-le")[:-1])

    assert error.code == "undecodable"


@pytest.mark.parametrize(
    "sign", ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1a", "\x1b", "\x7f", "\x85", "\x9f"]
)
def test_a_control_character_is_refused_with_its_line(sign):
    error = refused(f"name;value\na;1\nb{sign};2\nc;3\n".encode())

    assert (error.code, error.line) == ("control_character", 3)
    assert str(error) == (
        "Line 3 holds a control character, which no table has. Is the file damaged?"
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_control_character_in_utf_16_is_refused_with_its_line(encoding):
    error = refused("\ufeffname;value\na;1\r\nb\x00;2\r\n".encode(encoding))

    assert (error.code, error.line) == ("control_character", 3)


def test_a_control_character_in_pasted_text_is_refused_too():
    assert refused("name\tvalue\na\x00\t1\n").line == 2


def test_a_lone_surrogate_in_pasted_text_is_refused():
    assert refused("name\tvalue\na\ud800\t1\n").code == "undecodable"


def test_a_control_character_far_into_a_large_file_is_refused_with_its_line():
    content = b"name;value\n" + b"word;12345\n" * 200_000 + b"b\x07;2\n"

    assert refused(content).line == 200_002


@pytest.mark.parametrize("content", [b"", "", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_nothing_is_no_table(content):
    assert refused(content).code == "empty"


@pytest.mark.parametrize("content", [b"\n\n\n", b" \r\n\t\r\n", "  ", ";;;\n;;;\n"])
def test_blank_lines_alone_are_no_table(content):
    error = refused(content)

    assert error.code == "empty"
    assert str(error) == "There is no table in the file."


def test_pasted_text_keeps_every_letter():
    table = opened("Źródło\tValue\nŁódź 🎉\t5\n")

    assert table.options.encoding == "utf-8"
    assert rows(table) == [["Łódź 🎉", "5"]]
