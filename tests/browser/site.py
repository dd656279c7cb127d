"""Settings of the site that browsers visit: production's, at a fixed date, with a pseudo-locale."""

import datetime as dt
import os
from itertools import cycle, islice

from django.utils import timezone, translation
from django.utils.translation import trans_real

from mops.embedded import paths
from mops.settings.prod import *  # noqa: F403

# Monday of ISO week 47, 09:00 in Warsaw, was the moment at which the site was started.
OPENED_AT = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
_STARTED_AT = dt.datetime.fromtimestamp(float(os.environ["SITE_STARTED_AT"]), tz=dt.UTC)

SITE_URL = f"http://localhost:{os.environ['PORT']}"
STATIC_ROOT = paths.var_folder() / "static"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# One address signs in more often than anybody would.
ACCOUNT_RATE_LIMITS = {}

_real_now = timezone.now


def _now() -> dt.datetime:
    return OPENED_AT + (_real_now() - _STARTED_AT)


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
