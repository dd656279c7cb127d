"""Processes of their own that work on the test's database."""

import os
import subprocess
import sys

from django.db import connection

from mops.embedded import paths

_SETUP = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
"""


def start_child(code: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Run Python code beside the test; ``arguments`` are sys.argv from 2 on."""
    return subprocess.Popen(
        [sys.executable, "-c", _SETUP + code, connection.settings_dict["NAME"], *arguments],
        cwd=paths.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mops.settings.test", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
