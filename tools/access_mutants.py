"""
Weaken one access check at a time and see that a test notices.

    python tools/access_mutants.py [--only PATH] [--list]

Works on a copy of the checkout, never on the checkout itself. Each mutant drops one workspace
filter or lowers one permission to reading; a test must fail. Ends with the survivors, one per
line, and with code 1 if there are any.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "teams", "goals", "reviews", "mops")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "var", "__pycache__")
QUICK = "not (soak or browser or servers or real_data)"
_SCOPE = re.compile(r"\.for_workspace\(")
_PERMISSION = re.compile(r"\bAction\.(?!READ\b)[A-Z_]+")


@dataclass(frozen=True)
class Mutant:
    """One place in one file, and what stands there instead."""

    path: Path
    start: int
    end: int
    instead: str

    def applied(self, text: str) -> str:
        return text[: self.start] + self.instead + text[self.end :]

    def describe(self, text: str) -> str:
        line = text.count("\n", 0, self.start) + 1
        return f"{self.path}:{line} {text[self.start : self.end]!r} -> {self.instead!r}"


def find_mutants(only: str) -> Iterator[Mutant]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            inside = path.relative_to(ROOT)
            if "migrations" in inside.parts or only not in str(inside):
                continue
            # The one table of permissions has tests of its own kind: it is the expectation.
            if inside != Path("teams/policy.py"):
                yield from _mutants_of(inside, path.read_text())


def _mutants_of(path: Path, text: str) -> Iterator[Mutant]:
    for found in _SCOPE.finditer(text):
        yield Mutant(path, found.start(), _closing(text, found.end()), ".all()")
    for found in _PERMISSION.finditer(text):
        yield Mutant(path, found.start(), found.end(), "Action.READ")


def _closing(text: str, start: int) -> int:
    """Give the position after the bracket that closes the one before ``start``."""
    depth = 1
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    raise ValueError(text[start : start + 40])


def survives(mutant: Mutant, copy: Path) -> bool:
    """Tell whether no test notices; those that are quick or near are asked first."""
    target = copy / mutant.path
    text = target.read_text()
    target.write_text(mutant.applied(text))
    room = f"tests/{mutant.path.parts[0]}"
    try:
        return all(_passes(tests, copy) for tests in ("tests/architecture", room, "tests"))
    finally:
        target.write_text(text)


def _passes(tests: str, copy: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:randomly", "-m", QUICK, tests]
    return subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="files whose path holds this")
    parser.add_argument("--list", action="store_true", help="show the mutants, run nothing")
    options = parser.parse_args()
    mutants = list(find_mutants(options.only))
    if options.list:
        for mutant in mutants:
            print(mutant.describe((ROOT / mutant.path).read_text()))
        return 0
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mops-mutants-") as folder:
        copy = Path(folder) / "mops"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        (copy / "node_modules").symlink_to(ROOT / "node_modules")
        for number, mutant in enumerate(mutants, start=1):
            said = mutant.describe((ROOT / mutant.path).read_text())
            alive = survives(mutant, copy)
            print(f"{number}/{len(mutants)} {'SURVIVES' if alive else 'caught'} {said}", flush=True)
            if alive:
                survivors.append(said)
    print("\n".join(["", f"{len(survivors)} of {len(mutants)} survive.", *survivors]))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
