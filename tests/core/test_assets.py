"""Which files are published, and how they are stored."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage

from core.assets import (
    API_DOCS_FILES,
    OWN_STYLE_SHEET,
    ApiDocsFinder,
    NodeFinder,
    StaticStorage,
)


@pytest.fixture
def node_modules(tmp_path, settings):
    settings.NODE_MODULES = tmp_path / "node_modules"
    settings.NODE_ASSETS = {"vendor/htmx.js": "htmx.org/dist/htmx.min.js"}
    dist = settings.NODE_MODULES / "htmx.org" / "dist"
    dist.mkdir(parents=True)
    script = "let htmx\n" * 500 + "//# sourceMappingURL=htmx.min.js.map\n"
    (dist / "htmx.min.js").write_text(script)
    (dist / "secret.js").write_text("not for everyone")
    return settings.NODE_MODULES


def test_a_listed_file_is_found_under_its_published_path(node_modules):
    found = NodeFinder().find("vendor/htmx.js")

    assert found == str(node_modules / "htmx.org/dist/htmx.min.js")


@pytest.mark.parametrize("path", ["htmx.org/dist/secret.js", "vendor/secret.js", "../secret.js"])
def test_a_file_that_is_not_listed_is_not_found(node_modules, path):
    assert NodeFinder().find(path) is None
    assert NodeFinder().find(path, find_all=True) == []


def test_only_listed_files_are_collected(node_modules):
    collected = [path for path, _storage in NodeFinder().list(None)]

    assert collected == ["vendor/htmx.js"]


def test_ignored_files_are_not_collected(node_modules):
    assert list(NodeFinder().list(["vendor/*"])) == []


def test_the_storage_opens_nothing_beside_the_list(node_modules):
    _path, storage = next(NodeFinder().list(None))

    with pytest.raises(SuspiciousFileOperation):
        storage.open("htmx.org/dist/secret.js")


def test_a_missing_file_is_a_warning_that_says_what_to_do(node_modules):
    (node_modules / "htmx.org" / "dist" / "htmx.min.js").unlink()

    [warning] = NodeFinder().check()

    assert "htmx.min.js is missing" in warning.msg
    assert warning.hint == "Run `npm ci`."
    assert NodeFinder().find("vendor/htmx.js") is None


def test_the_api_pages_files_are_published_and_nothing_else_of_theirs():
    collected = {path.rsplit("/", 1)[-1] for path, _storage in ApiDocsFinder().list(None)}

    assert collected == set(API_DOCS_FILES)
    assert ApiDocsFinder().check() == []


def test_a_script_that_names_an_unpublished_map_is_hashed_and_compressed(node_modules, tmp_path):
    storage = StaticStorage(location=tmp_path / "collected", base_url="/static/")
    _path, source = next(NodeFinder().list(None))
    with source.open("vendor/htmx.js") as script:
        storage.save("vendor/htmx.js", script)

    stored = storage.post_process({"vendor/htmx.js": (source, "vendor/htmx.js")})
    names = [stored_name for _name, stored_name, _processed in stored]

    assert re.fullmatch(r"vendor/htmx\.[0-9a-f]{12}\.js", names[0])
    assert storage.exists(f"{names[0]}.gz")


def test_our_style_sheet_is_published_without_what_only_its_readers_need(tmp_path):
    storage = StaticStorage(location=tmp_path, base_url="/static/")
    source = FileSystemStorage(location=settings.BASE_DIR / "static")
    with source.open(OWN_STYLE_SHEET) as sheet:
        storage.save(OWN_STYLE_SHEET, sheet)

    _name, stored_name, _processed = next(
        storage.post_process({OWN_STYLE_SHEET: (source, OWN_STYLE_SHEET)})
    )

    written, published = (
        Path(place).read_text()
        for place in (source.path(OWN_STYLE_SHEET), storage.path(stored_name))
    )
    assert "/*" in written
    assert "/*" not in published
    assert ".m-value{font-size:1.75rem" in published


@pytest.mark.parametrize("path", ["css/mops.css", "js/mops.js", "img/icons.svg", "img/favicon.svg"])
def test_our_own_files_are_there(path):
    assert (settings.BASE_DIR / "static" / path).is_file()
    assert staticfiles_storage.url(path)
