"""What Home weighs on a first visit, compressed as it is sent."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.test import Client

from mops.demo.build import build_demo
from teams.models import User
from tests.conftest import NOW

REQUESTS, KILOBYTES, HTML_KILOBYTES = 8, 125, 8


@pytest.fixture
def home(db, frozen):
    demo = build_demo(at=NOW)
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(User.objects.get(email="you@rotaleaf.example"))
    return client.get(f"/w/{demo.slug}/")


def resources(html):
    """List the files that a browser fetches for a page; anchors in a sprite are one file."""
    named = re.findall(r'<(?:link|script|img|use|iframe)\b[^>]*?\b(?:href|src)="([^"#]+)', html)
    return sorted(set(named))


def test_home_and_all_that_it_loads_stay_within_their_weight(home):
    files = resources(gzip.decompress(home.content).decode())
    sizes = {path: len(gzip.compress(Path(find(path[8:])).read_bytes())) for path in files}

    assert len(files) + 1 <= REQUESTS, files
    assert len(home.content) <= HTML_KILOBYTES * 1000
    assert sum(sizes.values()) + len(home.content) <= KILOBYTES * 1000, sizes
