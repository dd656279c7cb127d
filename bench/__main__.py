"""
Run the benchmarks on a database of their own and print one table.

``python -m bench`` measures at 1 M rows of history; ``--large`` adds 10 M, which takes a while.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from mops.embedded import paths
from mops.embedded.servers import available, embedded_servers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="measure at 10 M rows as well")
    parser.add_argument("--only", default="", help="rollups, ingest, imports or pages")
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

    from bench import imports, ingest, pages, rollups  # noqa: PLC0415  # need django.setup()
    from bench.report import Report  # noqa: PLC0415  # with the two above

    call_command("migrate", verbosity=0)
    report = Report()
    if options.only in {"", "ingest"}:
        ingest.measure(report)
    if options.only in {"", "imports"}:
        imports.measure(report)
    if options.only in {"", "rollups"}:
        rollups.measure(report, large=options.large)
    if options.only in {"", "pages"}:
        pages.measure(report)
    report.show()


if __name__ == "__main__":
    sys.exit(main())
