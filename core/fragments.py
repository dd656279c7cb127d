"""Pieces of pages that are made of numbers, kept until the numbers change."""

import hashlib
from collections.abc import Callable

from django.core.cache import caches
from django.utils.safestring import SafeString

# Changed when the markup of a kept fragment changes, so that a new release shows its own.
MARKUP = "4"


def cached_fragment(*key: object, render: Callable[[], str]) -> SafeString:
    """
    Give the fragment that was rendered for the same key, or render it now.

    The key must hold everything that the fragment depends on: the workspace, its numbers'
    version, the day, the language and every filter.
    """
    name = hashlib.sha256(repr((MARKUP, *key)).encode()).hexdigest()
    kept: str | None = caches["numbers"].get(name)
    if kept is None:
        kept = render()
        caches["numbers"].set(name, kept)
    return SafeString(kept)  # it was rendered, and so escaped, by a template
