"""
Real exports, which are no part of this repository, and what they add up to.

They lie in the folder MOPS_REAL_DATA, or else in shared/data beside the repository. What they add
up to was computed with other tools and is read from there too.
"""

import json
import os
from decimal import Decimal
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDER = Path(os.environ.get("MOPS_REAL_DATA") or BESIDE) / "1-kpi"


def path_of(name: str) -> Path:
    """Find a file by how its name begins."""
    [path] = FOLDER.glob(f"{name}*")
    return path


def reference_of(name: str) -> dict[str, object]:
    """Give what other tools made of a file."""
    files = json.loads((FOLDER / "reference-aggregates.json").read_text(), parse_float=Decimal)
    found: dict[str, object] = files["files"][path_of(name).name]
    return found
