"""What the docs name is there."""

import re

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

ROOT = settings.BASE_DIR
DOCS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
ROWS = re.findall(
    r"^\| (R\d+) \|.*\| (.+) \|$", (ROOT / "docs/requirements.md").read_text(), re.MULTILINE
)


def names(doc):
    return doc.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("doc", DOCS, ids=names)
def test_every_file_and_folder_that_a_page_names_is_there(doc):
    text = doc.read_text()
    linked = {doc.parent / path for path in re.findall(r"\]\(([\w./-]+)\)", text)}
    named = set(
        re.findall(r"`((?:tests|docs|tools|templates|static|goals|core|mops)/[\w./-]*)`", text)
    )

    missing = [path for path in linked | {ROOT / path for path in named} if not path.exists()]
    assert missing == []


@pytest.mark.parametrize("doc", DOCS, ids=names)
def test_every_name_of_the_code_that_a_page_gives_is_there(doc):
    dotted = r"\b((?:core|teams|goals|reviews)\.[a-z_]+\.?[\w.]*\w)\b"
    named = {name for code in re.findall(r"`([^`\n]+)`", doc.read_text())
             for name in re.findall(dotted, code)}  # fmt: skip

    assert [name for name in sorted(named) if not _is_there(name)] == []


def _is_there(name):
    folder = ROOT.joinpath(*name.split("."))
    return folder.is_dir() or folder.with_suffix(".py").exists() or import_string(name)


@pytest.mark.parametrize(("requirement", "files"), ROWS, ids=dict(ROWS))
def test_every_requirement_is_named_by_the_tests_that_show_it(requirement, files):
    for path in re.findall(r"`([^`]+)`", files):
        assert re.search(rf"{requirement}(?!\d)", (ROOT / path).read_text()), path


def test_the_requirements_of_this_release_have_a_row():
    assert {"R25", "R30", "R33", "R34", "R35", "R98"} <= dict(ROWS).keys()
