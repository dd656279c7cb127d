"""Names as people write them, reduced so that spellings can be compared."""

import unicodedata


def normal(text: str) -> str:
    """Reduce a name to what two spellings of it have in common."""
    letters = (c if unicodedata.category(c)[0] in "LNM" else " " for c in text.casefold())
    return " ".join("".join(letters).split())


def has_word(name: str, words: frozenset[str]) -> bool:
    """Tell whether a name holds one of ``words``; Thai puts no spaces between its words."""
    plain = normal(name)
    return not words.isdisjoint(plain.split()) or any(w in plain for w in words if w[0] in _THAI)


_THAI = frozenset(map(chr, range(0x0E01, 0x0E5C)))
