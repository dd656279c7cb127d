"""Where the embedded servers live and how they are addressed; the settings import this module."""

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]
DATABASE = "mops"
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "redis.sock"
# What the kernel leaves for the path of a unix socket, without the closing zero.
LONGEST_SOCKET_PATH = 107


def var_folder() -> Path:
    """Give the folder of everything that mops writes while it runs, read anew from MOPS_VAR."""
    return Path(os.environ.get("MOPS_VAR") or BASE_DIR / "var").absolute()


def socket_folder(var: Path) -> Path:
    """Give ``var/sock``, or where the path of its sockets would be too long, a folder in /tmp."""
    folder = var / "sock"
    if len(os.fsencode(folder / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    # Not the TMPDIR of the moment: every process of a checkout must arrive at the same folder.
    # It is created for its owner alone, see mops.embedded.accounts.private_folder.
    return Path("/tmp") / f"mops-{os.getuid()}-{digest}"  # noqa: S108


def database_url(var: Path | None = None, *, name: str = DATABASE) -> str:
    folder = socket_folder(var or var_folder())
    return f"postgresql://mops@/{name}?host={quote(str(folder), safe='')}"


def redis_url(var: Path | None = None) -> str:
    """Give the broker's address in the form of redis-py; ``broker_url`` turns it into Celery's."""
    return f"unix://{quote(str(socket_folder(var or var_folder()) / VALKEY_SOCKET))}?db=0"


def broker_url(redis_url: str) -> str:
    """Spell a Redis address the way Celery's transport wants it: the two differ for sockets."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    return f"redis+socket://{parts.path}?{parts.query.replace('db=', 'virtual_host=')}"


def secret_key() -> str:
    """
    Give the signing key of this checkout, made on first use and kept in ``var``.

    Raises:
        ImproperlyConfigured: mops runs on a database of the operator's, so perhaps on several
            machines, and keys that each of them made up would not match.
    """
    if os.environ.get("DATABASE_URL"):
        raise ImproperlyConfigured(
            "Set SECRET_KEY to a long random text, the same for every process: mops makes up a "
            "key of its own only while DATABASE_URL is not set."
        )
    file = var_folder() / "secret_key"
    if not file.exists():
        _write_secret_key(file)
    return file.read_text()


def _write_secret_key(file: Path) -> None:
    file.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".secret_key-") as draft:
        draft.write(secrets.token_urlsafe(48))
        draft.flush()
        # All or nothing, and the first of two processes wins. The draft is 0600 from birth.
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft.name)
