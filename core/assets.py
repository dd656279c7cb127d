"""Which files are published under /static/ beside our own, and how they are stored."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import rcssmin
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Warning
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# What the Swagger page asks for. The sidecar holds twenty times as much: maps, Redoc, OAuth pages.
API_DOCS_FOLDER = "drf_spectacular_sidecar/swagger-ui-dist"
API_DOCS_FILES = [
    "favicon-32x32.png",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
]

OWN_STYLE_SHEET = "css/mops.css"


class ListedFiles(FileSystemStorage):
    """The files of a folder that a list names, each known by its published path."""

    def __init__(self, root: Path, listed: Mapping[str, str]) -> None:
        super().__init__(location=root)
        self.listed = listed

    def path(self, name: str) -> str:
        if name not in self.listed:
            raise SuspiciousFileOperation(f"{name} is not on the list of published files.")
        return super().path(self.listed[name])


class ListedFinder(BaseFinder):
    """Finds the files of one ``ListedFiles``; subclasses say which."""

    def storage(self) -> ListedFiles:
        raise NotImplementedError

    def check(self, **_kwargs: Any) -> list[CheckMessage]:
        storage = self.storage()
        return [
            Warning(f"{storage.path(path)} is missing.", hint="Run `npm ci`.", id="core.W001")
            for path in storage.listed
            if not storage.exists(path)
        ]

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        storage = self.storage()
        found = [storage.path(path)] if path in storage.listed and storage.exists(path) else []
        if find_all:
            return found
        return found[0] if found else None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = self.storage()
        patterns = list(ignore_patterns or [])
        for path in storage.listed:
            if not matches_patterns(path, patterns):
                yield path, storage


class NodeFinder(ListedFinder):
    """Publishes the files of ``settings.NODE_ASSETS`` out of ``settings.NODE_MODULES``."""

    def storage(self) -> ListedFiles:
        return ListedFiles(Path(settings.NODE_MODULES), settings.NODE_ASSETS)


class ApiDocsFinder(ListedFinder):
    """Publishes the few files of the Swagger page, so that collecting them takes no time."""

    def storage(self) -> ListedFiles:
        root = Path(str(files("drf_spectacular_sidecar"))) / "static"
        paths = [f"{API_DOCS_FOLDER}/{name}" for name in API_DOCS_FILES]
        return ListedFiles(root, {path: path for path in paths})


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """
    Hashed and compressed files, as production serves them; our style sheet without its comments.

    Published files name source maps that are not published; Django would refuse to collect them,
    so references to maps are left as they are.
    """

    patterns = tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def post_process(
        self, paths: dict[str, Any], *, dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        for name in set() if dry_run else paths.keys() & {OWN_STYLE_SHEET}:
            collected = Path(self.path(name))
            collected.write_text(rcssmin.cssmin(collected.read_text()))
            paths[name] = self, name
        yield from super().post_process(paths, dry_run=dry_run, **options)
