"""Reading XML piece by piece; document types, and with them entities, are refused."""

from collections.abc import Iterator
from typing import IO, NoReturn, Protocol
from xml.parsers import expat

CHUNK = 1 << 16


class Collector(Protocol):
    """Takes what the XML holds, with element names as they are written, prefix and all."""

    def start(self, name: str, attributes: dict[str, str], /) -> None: ...
    def end(self, name: str, /) -> None: ...
    def text(self, data: str, /) -> None: ...


def feed(file: IO[bytes], collector: Collector) -> Iterator[None]:
    """
    Feed the file to the collector, pausing after each piece.

    Raises:
        ValueError: it is not well-formed, or declares a document type.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    at_end = False
    while not at_end:
        chunk = file.read(CHUNK)
        at_end = not chunk
        try:
            parser.Parse(chunk, at_end)
        except expat.ExpatError as error:
            raise ValueError("not well-formed") from error
        yield


def local(name: str) -> str:
    """Give an element's name without its prefix."""
    return name.rpartition(":")[2]


def _refuse_document_type(*_declaration: object) -> NoReturn:
    raise ValueError("declares a document type")
