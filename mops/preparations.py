"""What has to be done before mops can be opened, and what is said when it can."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

Say = Callable[[str], None]


def migrate(say: Say) -> None:
    say("Bringing the database up to date.")
    call_command("migrate", interactive=False, verbosity=0)


def collect_static(say: Say) -> None:
    """Publish the static files, unless they are those of the last time."""
    # Kept with what it describes, so that the two are lost together.
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    sources = _digest_of_sources()
    if stamp.exists() and stamp.read_text() == sources:
        return
    say("Collecting the static files.")
    # Cleared first: collectstatic goes by modification times, and npm unpacks every version of a
    # package with the same one.
    call_command("collectstatic", clear=True, interactive=False, verbosity=0)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(sources)


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            with storage.open(path) as source:
                digest.update(f"{path}\0".encode() + source.read())
    return digest.hexdigest()


def load_demo(say: Say) -> None:
    """Load the demo workspace on the very first start."""
    # Found by name, so that a project without this room can be started: the tests have one.
    if settings.DEMO and not apps.get_model("teams.Workspace")._default_manager.exists():
        say("Loading the demo workspace.")
        call_command("seed_demo", "--once", verbosity=0, stdout=io.StringIO())


# In this order; the first failure ends the start.
PREPARATIONS: tuple[Callable[[Say], None], ...] = (migrate, collect_static, load_demo)


def greetings() -> tuple[str, ...]:
    """Give the management commands whose output is shown once the pages answer."""
    return ("demo_link",) if settings.DEMO else ()
