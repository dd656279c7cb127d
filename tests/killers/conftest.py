"""What the tests of bad days share."""

import pytest

from core import jobs


@pytest.fixture
def bells():
    """Start in silence, and give a way to see which bells were rung and not answered."""
    redis = jobs._redis()
    redis.flushdb()
    return lambda: {name.decode() for name in redis.keys("bell:*")}
