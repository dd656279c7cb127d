"""
Run the benchmarks on a database of their own and print one table.

``python -m bench`` measures at 1 M rows of history; ``--large`` adds 10 M, which takes a while.
"""

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path

from mops.embedded import paths
from mops.embedded.servers import available, embedded_servers

SUBJECTS = ["ingest", "imports", "rollups", "pages", "search", "digests", "visible"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="measure at 10 M rows as well")
    parser.add_argument("--only", choices=SUBJECTS, help="measure one subject")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "mops.settings.prod"
    with tempfile.TemporaryDirectory(prefix="mops-bench-") as folder:
        os.environ["MOPS_VAR"] = folder
        Path(folder).chmod(0o755)
        var = paths.var_folder()
        servers = embedded_servers(var, database=True, broker=True)
        with available(servers, var=var, owner="bench"):
            _measure(options)
    return 0


def _measure(options: argparse.Namespace) -> None:
    import django  # noqa: PLC0415  # the servers must run before the settings are read

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  # reads the settings

    from bench.report import Report  # noqa: PLC0415  # needs django.setup()

    call_command("migrate", verbosity=0)
    report = Report(large=options.large)
    for subject in [options.only] if options.only else SUBJECTS:
        importlib.import_module(f"bench.{subject}").measure(report)
    report.show()


if __name__ == "__main__":
    sys.exit(main())
