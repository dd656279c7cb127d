"""When the parts of mops that nobody sees were last at work: they write it down themselves."""

import time
from datetime import datetime, timedelta

from django.core.cache import cache

WORKER, BEAT = "worker", "beat"
# Beat ticks every 30 seconds; a part that is silent for longer than this is missing.
SILENCE_ALLOWED = timedelta(minutes=2)
_NOTE_EVERY_SECONDS = 10
_noted: dict[str, float] = {}


def note(part: str, *, at: datetime) -> None:
    """Write down that ``part`` is at work; within ten seconds a process writes it once."""
    if time.monotonic() - _noted.get(part, -_NOTE_EVERY_SECONDS) >= _NOTE_EVERY_SECONDS:
        cache.set(_key(part), at, None)
        _noted[part] = time.monotonic()


def last_seen(*parts: str) -> dict[str, datetime | None]:
    """Give for each part when it was last at work, or None if it never was."""
    found = cache.get_many([_key(part) for part in parts])
    return {part: found.get(_key(part)) for part in parts}


def is_missing(seen: datetime | None, *, at: datetime) -> bool:
    return seen is None or seen < at - SILENCE_ALLOWED


def _key(part: str) -> str:
    return f"pulse:{part}"
