"""Settings of the site that browsers visit: those of production, another clock, a pseudo-locale."""

import datetime as dt
import os
from itertools import cycle, islice

from django.utils import timezone, translation
from django.utils.translation import trans_real

from mops.embedded import paths
from mops.settings.prod import *  # noqa: F403

# What the site's clock was set to, and when that was; a test may set it anew (see house.py).
_CLOCK = paths.var_folder() / "clock"

SITE_URL = f"http://localhost:{os.environ['PORT']}"
STATIC_ROOT = paths.var_folder() / "static"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# One address signs in more often than anybody would.
ACCOUNT_RATE_LIMITS = {}

_real_now = timezone.now


def _now() -> dt.datetime:
    set_to, set_at = map(dt.datetime.fromisoformat, _CLOCK.read_text().split())
    return set_to + (_real_now() - set_at)


timezone.now = _now

# Until the catalogues are filled, Thai is the language of long words: every sentence of the
# interface grows by two fifths, in Thai letters.
PSEUDO = "th"
_LETTERS = "กำลังทดสอบความยาวของข้อความ"


def _longer(text: str) -> str:
    if not text or translation.get_language() != PSEUDO:
        return text
    return f"{text} {''.join(islice(cycle(_LETTERS), max(2, len(text) * 2 // 5)))}"


def _lengthen(name: str) -> None:
    plain = getattr(trans_real, name)
    setattr(trans_real, name, lambda *texts: _longer(plain(*texts)))


for _name in ("gettext", "ngettext", "pgettext", "npgettext"):
    _lengthen(_name)
